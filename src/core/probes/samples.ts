import { round, roundKnown } from '../../lib/round.js'
import { type EventLoopFigures, Sketch } from '../../protocol/index.js'

/** The newest `size` values, in no order. */
export interface Ring<T> {
  push(value: T): void
  readonly values: readonly T[]
}

export function ring<T>(size: number): Ring<T> {
  const values: T[] = []
  let next = 0
  return {
    values,
    push(value) {
      values[next] = value
      next = (next + 1) % size
    },
  }
}

/** How much of two spans is common, ms. */
export function overlap(a: { from: number; to: number }, b: { from: number; to: number }): number {
  return Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from))
}

/** A sample counts once for each of it. */
const GRAIN_MS = 50

/** ms; unknown without samples, percentiles within 2 %. */
export type Delays = Pick<EventLoopFigures, 'p50' | 'p99' | 'mean'>

/** How late a timer was, each time for as long as it stands for: looks come more often while the loop is busy. */
export class DelaySamples {
  readonly #sketch = new Sketch()
  /** Of delays by their time, ms². */
  #sum = 0
  #time = 0
  #longest = 0

  /**
   * @param delay ms
   * @param time since the sample before, ms
   */
  add(delay: number, time: number): void {
    this.#sketch.record(delay, Math.max(1, Math.round(time / GRAIN_MS)))
    this.#sum += delay * time
    this.#time += time
    this.#longest = Math.max(this.#longest, delay)
  }

  /** Of all since the last call. */
  take(): Delays {
    const figures = { p50: this.#quantile(0.5), p99: this.#quantile(0.99), mean: round(this.#sum / this.#time) }
    this.#sketch.clear()
    this.#sum = this.#time = this.#longest = 0
    return figures
  }

  /** A bucket may stand for more than the longest delay in it. */
  #quantile(share: number): number | null {
    const delay = this.#sketch.quantile(share)
    return roundKnown(delay && Math.min(delay, this.#longest))
  }
}
