import type { BulkReason } from '../../../api/bulk.js'

/** Systems may put variable text into their reasons: further ones are counted together. */
const MAX_REASONS = 20
const OTHER_REASONS = 'Other reasons.'

/** Counts jobs by reason. */
export class Tally {
  readonly #reasons: string[]
  readonly #counts: number[]

  /** @param reasons have the numbers from 0 */
  constructor(reasons: readonly string[] = []) {
    this.#reasons = [...reasons]
    this.#counts = reasons.map(() => 0)
  }

  /** @returns the number of the reason, by which {@link reason} finds it */
  add(reason: string, count = 1): number {
    return this.#count(this.#indexOf(reason), count)
  }

  /** The same for a reason of Zenith's own, which is never merged with others. */
  addOwn(reason: string, count = 1): number {
    const known = this.#reasons.indexOf(reason)
    return this.#count(known >= 0 ? known : this.#reasons.push(reason) - 1, count)
  }

  /** @param index the number of its reason */
  takeBack(index: number): void {
    this.#count(index, -1)
  }

  reason(index: number): string | null {
    return this.#reasons[index] ?? null
  }

  countOf(reason: string): number {
    return this.#counts[this.#reasons.indexOf(reason)] ?? 0
  }

  /** By number. */
  get reasons(): readonly string[] {
    return this.#reasons
  }

  get total(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  /** Most frequent first. */
  get list(): BulkReason[] {
    const reasons = this.#reasons.map((reason, index) => ({ reason, count: this.#counts[index] ?? 0 }))
    return reasons.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count)
  }

  #count(index: number, count: number): number {
    this.#counts[index] = (this.#counts[index] ?? 0) + count
    return index
  }

  #indexOf(reason: string): number {
    const known = this.#reasons.indexOf(reason)
    if (known >= 0) return known
    const other = this.#reasons.indexOf(OTHER_REASONS)
    if (other >= 0) return other
    return this.#reasons.push(this.#reasons.length >= MAX_REASONS ? OTHER_REASONS : reason) - 1
  }
}
