import { OTHER, type SeriesRollup, Sketch } from '../../protocol/index.js'

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
  /** Of those with a duration. */
  measured: number
  /** ms, within 2 %. */
  sum: number
  /** How many took at most each of {@link BOUNDS}. */
  readonly atMost: number[]
}

interface Counted {
  readonly routes: readonly SeriesRollup[]
  readonly jobs: readonly (SeriesRollup & { readonly queue: string | null })[]
}

const scratch = new Sketch()

/** A service's counters: they only grow. */
export class ServiceTotals {
  readonly #routes = new Map<string, SeriesTotals>()
  readonly #jobs = new Map<string, SeriesTotals>()

  get routes(): readonly SeriesTotals[] {
    return [...this.#routes.values()]
  }

  get jobs(): readonly SeriesTotals[] {
    return [...this.#jobs.values()]
  }

  add({ routes, jobs }: Counted): void {
    for (const route of routes) grow(seriesOf(this.#routes, route.key, null), route)
    for (const job of jobs) grow(seriesOf(this.#jobs, job.key, job.queue), job)
  }
}

function seriesOf(all: Map<string, SeriesTotals>, key: string, queue: string | null): SeriesTotals {
  const id = JSON.stringify([key, queue])
  const known = all.get(id)
  if (known) return known
  if (all.size >= MAX_SERIES && key !== OTHER) return seriesOf(all, OTHER, null)
  const series = { key, queue, count: 0, errors: 0, aborted: 0, measured: 0, sum: 0, atMost: BOUNDS.map(() => 0) }
  all.set(id, series)
  return series
}

function grow(series: SeriesTotals, rollup: SeriesRollup): void {
  series.count += rollup.count
  series.errors += rollup.errors
  series.aborted += rollup.aborted
  scratch.clear()
  scratch.mergeText(rollup.sketch)
  series.measured += scratch.count
  series.sum += scratch.sum()
  scratch.countsAtMost(BOUNDS).forEach((count, index) => {
    series.atMost[index] = (series.atMost[index] as number) + count
  })
}
