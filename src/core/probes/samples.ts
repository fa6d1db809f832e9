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

/** Length of the intersection of two spans, ms. */
export function overlap(a: { from: number; to: number }, b: { from: number; to: number }): number {
  return Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from))
}

/** A sample counts once per this time. */
const GRAIN_MS = 50

/** In ms; null without samples. Percentiles are accurate within 2 %. */
export type Delays = Pick<EventLoopFigures, 'p50' | 'p99' | 'mean'>

/** Lateness of a timer, each sample weighted by the time that it covers: samples are more frequent while the loop is busy. */
export class DelaySamples {
  readonly #sketch = new Sketch()
  /** Sum of delay × time, ms². */
  #sum = 0
  #time = 0
  #longest = 0

  /**
   * @param delay ms
   * @param time since the previous sample, ms
   */
  add(delay: number, time: number): void {
    this.#sketch.record(delay, Math.max(1, Math.round(time / GRAIN_MS)))
    this.#sum += delay * time
    this.#time += time
    this.#longest = Math.max(this.#longest, delay)
  }

  /** Figures of all samples since the last call. */
  take(): Delays {
    const figures = { p50: this.#quantile(0.5), p99: this.#quantile(0.99), mean: round(this.#sum / this.#time) }
    this.#sketch.clear()
    this.#sum = this.#time = this.#longest = 0
    return figures
  }

  /** A bucket's value may exceed the longest delay in it. */
  #quantile(share: number): number | null {
    const delay = this.#sketch.quantile(share)
    return roundKnown(delay && Math.min(delay, this.#longest))
  }
}
