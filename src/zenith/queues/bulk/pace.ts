import { performance } from 'node:perf_hooks'

/** Target duration of a call to a queue's system, ms: longer calls block other clients. */
const TARGET_MS = 75
const FIRST = 100
const MAX = 1_000
/** The fixed cost of a call, such as a long network path, must not reduce it to one job. */
const MIN = 50

/** Adapts the number of jobs per call, so that no call blocks a queue's system for long. */
export class Pace {
  readonly #max: number
  #size = FIRST

  /** @param max most jobs per call */
  constructor(max = MAX) {
    this.#max = max
  }

  /** Jobs in the next call, 50 to 1000. */
  get size(): number {
    return this.#size
  }

  /** @param elapsed duration of the last call, ms */
  note(elapsed: number): void {
    const wanted = this.#size * (TARGET_MS / Math.max(elapsed, 1))
    // A single slow or fast call says little.
    const next = Math.min(this.#size * 2, Math.max(this.#size / 4, wanted))
    this.#size = Math.min(this.#max, Math.max(MIN, Math.round(next)))
  }

  /** Makes one call and adapts to its duration. */
  async measure<T>(call: (size: number) => Promise<T>): Promise<T> {
    const began = performance.now()
    const result = await call(this.#size)
    this.note(performance.now() - began)
    return result
  }
}
