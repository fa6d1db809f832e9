import { performance } from 'node:perf_hooks'

/** One call to a queue's system should take about so long, ms: longer ones keep others from it. */
const TARGET_MS = 75
const FIRST = 100
const MAX = 1_000
/** What a call takes whatever it is about, a long way above all, must not make it one job a call. */
const MIN = 50

/** Finds out how many jobs one call takes, so that none keeps a queue's system for long. */
export class Pace {
  readonly #max: number
  #size = FIRST

  /** @param max how many jobs a call takes at the most */
  constructor(max = MAX) {
    this.#max = max
  }

  /** How many jobs the next call is about: 50 to 1000. */
  get size(): number {
    return this.#size
  }

  /** @param elapsed how long the last call took, ms */
  note(elapsed: number): void {
    const wanted = this.#size * (TARGET_MS / Math.max(elapsed, 1))
    // A single slow or quick call says little.
    const next = Math.min(this.#size * 2, Math.max(this.#size / 4, wanted))
    this.#size = Math.min(this.#max, Math.max(MIN, Math.round(next)))
  }

  /** Does one call and learns from it. */
  async measure<T>(call: (size: number) => Promise<T>): Promise<T> {
    const began = performance.now()
    const result = await call(this.#size)
    this.note(performance.now() - began)
    return result
  }
}
