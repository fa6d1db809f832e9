import { OTHER, type SeriesRollup, Sketch } from '../../../protocol/index.js'
import type { AnyRollup } from './series-totals.js'

/** Upper bounds in ms: those that OpenTelemetry advises for durations of requests. */
export const BOUNDS = [5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000] as const
/** How many routes, and how many jobs, a service tells apart. What comes later counts as `(other)` for ever, so that no count falls. */
const MAX_SERIES = 200

/** What a route or a job did since counting began. */
export interface SeriesTotals {
  readonly key: string
  readonly queue: string | null
  count: number
  errors: number
  aborted: number
  /** Of jobs; 0 for routes. */
  failed: number
  stalled: number
  /** Of those with a duration. */
  measured: number
  /** ms, within 2 %. */
  sum: number
  /** How many took at most each of {@link BOUNDS}. */
  readonly atMost: number[]
}

interface Counted {
  readonly routes: readonly SeriesRollup[]
  readonly jobs: readonly (AnyRollup & { readonly queue: string | null })[]
}

const scratch = new Sketch()

/** A service's counters: they only grow. */
export class ServiceTotals {
  readonly #hasRoom: (own: number) => boolean
  readonly #routes = new Map<string, SeriesTotals>()
  readonly #jobs = new Map<string, SeriesTotals>()

  /** @param hasRoom whether one more may be told apart, when there are so many of the service: it is asked once for each */
  constructor(hasRoom: (own: number) => boolean = () => true) {
    this.#hasRoom = hasRoom
  }

  get routes(): readonly SeriesTotals[] {
    return [...this.#routes.values()]
  }

  get jobs(): readonly SeriesTotals[] {
    return [...this.#jobs.values()]
  }

  add({ routes, jobs }: Counted): void {
    for (const route of routes) grow(this.#seriesOf(this.#routes, route.key, null), route)
    for (const job of jobs) grow(this.#seriesOf(this.#jobs, job.key, job.queue), job)
  }

  #seriesOf(all: Map<string, SeriesTotals>, key: string, queue: string | null): SeriesTotals {
    const id = JSON.stringify([key, queue])
    const known = all.get(id)
    if (known) return known
    const hasRoom = key === OTHER || (all.size < MAX_SERIES && this.#hasRoom(all.size))
    if (!hasRoom) return this.#seriesOf(all, OTHER, null)
    const figures = { count: 0, errors: 0, aborted: 0, failed: 0, stalled: 0, measured: 0, sum: 0 }
    const series = { key, queue, ...figures, atMost: BOUNDS.map(() => 0) }
    all.set(id, series)
    return series
  }
}

function grow(series: SeriesTotals, rollup: AnyRollup): void {
  series.count += rollup.count
  series.errors += rollup.errors
  series.aborted += rollup.aborted
  series.failed += rollup.failed ?? 0
  series.stalled += rollup.stalled ?? 0
  scratch.clear()
  scratch.mergeText(rollup.sketch)
  series.measured += scratch.count
  series.sum += scratch.sum()
  scratch.countsAtMost(BOUNDS).forEach((count, index) => {
    series.atMost[index] = (series.atMost[index] as number) + count
  })
}
