import type { JobFigures, RouteFigures } from '../../../archiver/figures/series-sums.js'
import type { TrafficBucket } from '../../../archiver/figures/traffic-bucket.js'
import { SeriesSum } from '../../archive/traffic-sum.js'

/** Figures of requests and jobs are of so long, ms. */
export const WINDOW_MS = 5 * 60_000

/** What a service did in one step of the past. Unix ms. */
export interface TrafficStep {
  readonly from: number
  readonly at: number
  /** How much of the step was reported. */
  readonly ms: number
  readonly bucket: TrafficBucket
}

/** A series, or a service as a whole, in the five minutes up to the end of a step, or in a step that is longer. */
export interface Window {
  readonly sum: SeriesSum
  /** How much of that time was reported, ms. */
  readonly ms: number
  /** The step alone, and how much of it was reported. */
  readonly last: { readonly count: number; readonly ms: number }
}

/** Which series of a bucket are added up, by the name that they are asked by. */
export type NameOf = (series: RouteFigures | JobFigures) => string | null

/** Adds up the series of a service over five minutes. Steps are added from the oldest on. */
export class SlidingSums {
  readonly #kind: 'routes' | 'jobs'
  readonly #nameOf: NameOf
  #steps: { readonly from: number; readonly ms: number; readonly sums: ReadonlyMap<string, SeriesSum> }[] = []

  /** @param nameOf null: it is left out */
  constructor(kind: 'routes' | 'jobs', nameOf: NameOf) {
    this.#kind = kind
    this.#nameOf = nameOf
  }

  add({ from, at, ms, bucket }: TrafficStep): void {
    const sums = new Map<string, SeriesSum>()
    for (const series of bucket[this.#kind].values()) {
      const name = this.#nameOf(series)
      if (name === null) continue
      const sum = sums.get(name) ?? new SeriesSum(name, null)
      sums.set(name, sum)
      sum.add(series)
    }
    const kept = this.#steps.filter((step) => step.from >= at - WINDOW_MS)
    this.#steps = [...kept, { from, ms, sums }]
  }

  /** Up to the end of the newest step. */
  of(name: string): Window {
    const sum = new SeriesSum(name, null)
    for (const { sums } of this.#steps) {
      const one = sums.get(name)
      if (one) sum.merge(one)
    }
    const last = this.#steps.at(-1)
    return {
      sum,
      ms: this.#steps.reduce((total, { ms }) => total + ms, 0),
      last: { count: last?.sums.get(name)?.count ?? 0, ms: last?.ms ?? 0 },
    }
  }
}

/** A number of a step that is longer than five minutes, as the mean of five minutes. */
export function perWindow(count: number, { ms }: Pick<Window, 'ms'>): number {
  return ms > WINDOW_MS ? (count * WINDOW_MS) / ms : count
}
