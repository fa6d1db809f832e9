import type { ExceptionRecord } from '../../protocol/index.js'

/** The longest time that is asked for, ms. */
const KEPT_MS = 10 * 60_000
const MAX_KEPT = 10_000

/** When services recorded exceptions lately, as far as the monitor read them. */
export class RecentExceptions {
  #times: { readonly service: string; readonly at: number }[] = []

  add(records: readonly ExceptionRecord[]): void {
    for (const { service, ts } of records) this.#times.push({ service, at: ts })
    const oldest = Math.max(0, ...records.map(({ ts }) => ts)) - KEPT_MS
    this.#times = this.#times.filter(({ at }) => at >= oldest).slice(-MAX_KEPT)
  }

  /** @param since Unix ms */
  since(service: string, since: number): number {
    return this.#times.filter((one) => one.service === service && one.at >= since).length
  }
}
