import type { BulkReason } from '../../protocol/index.js'

/** Systems may put what varies into their reasons: those beyond are counted together. */
const MAX_REASONS = 20
const OTHER_REASONS = 'Other reasons.'

/** Counts jobs by the reason that they have in common. */
export class Tally {
  readonly #reasons: string[] = []
  readonly #counts: number[] = []

  /** @returns the number of the reason, by which {@link reason} finds it */
  add(reason: string, count = 1): number {
    const index = this.#indexOf(reason)
    this.#counts[index] = (this.#counts[index] ?? 0) + count
    return index
  }

  reason(index: number): string | null {
    return this.#reasons[index] ?? null
  }

  get total(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  /** The most frequent first. */
  get list(): BulkReason[] {
    const reasons = this.#reasons.map((reason, index) => ({ reason, count: this.#counts[index] ?? 0 }))
    return reasons.sort((a, b) => b.count - a.count)
  }

  #indexOf(reason: string): number {
    const known = this.#reasons.indexOf(reason)
    if (known >= 0) return known
    if (this.#reasons.length > MAX_REASONS) return MAX_REASONS
    return this.#reasons.push(this.#reasons.length === MAX_REASONS ? OTHER_REASONS : reason) - 1
  }
}
