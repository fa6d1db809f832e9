import type { LeftOut } from '../../protocol/index.js'

/** Counts what one read leaves out. */
export class LeftOutCounts {
  readonly #counts: { -readonly [K in keyof LeftOut]: number } = {}

  add(kind: keyof LeftOut, count: number): void {
    if (count > 0) this.#counts[kind] = (this.#counts[kind] ?? 0) + count
  }

  /** Empty when nothing was left out. */
  get report(): { leftOut?: LeftOut } {
    return Object.keys(this.#counts).length > 0 ? { leftOut: this.#counts } : {}
  }
}
