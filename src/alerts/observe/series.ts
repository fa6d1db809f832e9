import type { Metric } from '../../api/alert-metrics.js'
import type { SeriesView } from '../../api/services.js'
import { quantileOf } from './quantile.js'
import { figure, type Reading, share, UNKNOWN } from './reading.js'
import { failuresOf } from './services.js'

export type RouteMetric = Extract<Metric, `route.${string}`>
export type JobMetric = Extract<Metric, `job.${string}`>

/** A route, or the jobs of one name: in several queues there is one series for each. Empty: none in the last five minutes. */
export interface SeriesItem {
  readonly series: readonly SeriesView[]
  /** Whether its service has a live node. */
  readonly isLive: boolean
  /** For a job: since when none has succeeded, ms; null if it is unknown. */
  readonly sinceSuccess: number | null
}

type Read = (item: SeriesItem) => Reading
type Counted = 'count' | 'failed' | 'stalled' | 'aborted'

const sumOf = (series: readonly SeriesView[], field: Counted) => series.reduce((sum, one) => sum + one[field], 0)
const countOf: Read = ({ series, isLive }) => (isLive || series.length > 0 ? figure(sumOf(series, 'count')) : UNKNOWN)

const ROUTES: Readonly<Record<RouteMetric, Read>> = {
  'route.count': countOf,
  'route.errorRate': ({ series }) => failuresOf(series),
  'route.aborted': ({ series }) => share(sumOf(series, 'aborted'), sumOf(series, 'count')),
  'route.p95': ({ series }) => figure(quantileOf(series, 0.95)),
  'route.p99': ({ series }) => figure(quantileOf(series, 0.99)),
}

const JOBS: Readonly<Record<JobMetric, Read>> = {
  'job.count': countOf,
  'job.failures': ({ series }) => failuresOf(series),
  'job.failed': ({ series }) => figure(sumOf(series, 'failed')),
  'job.stalled': ({ series }) => figure(sumOf(series, 'stalled')),
  'job.p95': ({ series }) => figure(quantileOf(series, 0.95)),
  'job.sinceSuccess': ({ sinceSuccess }) => figure(sinceSuccess),
}

/** Metrics that are about a route or job that does nothing, too. */
const OF_QUIET: ReadonlySet<Metric> = new Set<Metric>(['route.count', 'job.count', 'job.sinceSuccess'])

/** @returns null if it did nothing in the last five minutes, and the metric is not about that */
export function readRoute(metric: RouteMetric, item: SeriesItem): Reading | null {
  return item.series.length === 0 && !OF_QUIET.has(metric) ? null : ROUTES[metric](item)
}

/** The same for a job. */
export function readJob(metric: JobMetric, item: SeriesItem): Reading | null {
  return item.series.length === 0 && !OF_QUIET.has(metric) ? null : JOBS[metric](item)
}
