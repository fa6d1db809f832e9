import { MAX_MINUTES, type ProcessHistory, type ProcessMinute } from '../../../api/process-history.js'
import type { TimeRange } from '../../../api/time-window.js'
import { PERIOD_MS } from '../../../api/words.js'
import { inSlices } from '../../../lib/async.js'
import type { Reader } from '../../../ports/index.js'
import { HISTORY_LIFE_MS, HISTORY_STEP_MS, type Rollup } from '../../../protocol/index.js'
import type { Follower } from '../../store/on-demand.js'
import { eachPage } from './pages.js'
import { periodNameOf } from './period.js'

/** Clocks may differ; a minute from further in the future is not believed, ms. */
const MAX_AHEAD_MS = 60_000
const SLICE = 100

/** The last hour of one process, of the minutes that it reports: at most {@link MAX_MINUTES}, the newest. */
export class ProcessLog implements Follower {
  readonly #reader: Reader
  readonly #service: string
  readonly #node: string
  /** By their ends. */
  readonly #minutes = new Map<number, ProcessMinute>()
  #cursor: string | null = null

  constructor(reader: Reader, service: string, node: string) {
    this.#reader = reader
    this.#service = service
    this.#node = node
  }

  async read(now: number): Promise<void> {
    const since = now - HISTORY_LIFE_MS
    for (const at of this.#minutes.keys()) if (at < since - HISTORY_STEP_MS) this.#minutes.delete(at)
    await eachPage(
      async () => {
        const page = await this.#reader.history({ service: this.#service, since, after: this.#cursor })
        this.#cursor = page.cursor
        return page
      },
      ({ records }) => inSlices(records, SLICE, (rollup) => this.#add(rollup, now)),
    )
  }

  /** @param now Unix ms */
  view(range: TimeRange, now: number): ProcessHistory {
    const { from, to } = range.window ?? { from: now - PERIOD_MS[range.period], to: now }
    const minutes = [...this.#minutes.values()]
      .filter((minute) => minute.at > from && minute.from < to)
      .sort((a, b) => a.at - b.at)
    return { service: this.#service, node: this.#node, period: periodNameOf(range), from, to, minutes }
  }

  #add({ node, from, to: at, routes, process }: Rollup, now: number): void {
    if (node !== this.#node || !process || at > now + MAX_AHEAD_MS || at - from > HISTORY_LIFE_MS) return
    const requests = routes.reduce((sum, { count }) => sum + count, 0)
    this.#minutes.set(at, { from, at, ...process, requests })
    if (this.#minutes.size > MAX_MINUTES) this.#minutes.delete(Math.min(...this.#minutes.keys()))
  }
}
