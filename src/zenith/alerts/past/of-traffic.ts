import type { Metric } from '../../../api/alert-metrics.js'
import { percentilesOf } from '../../fleet/services/figures.js'
import { perWindow, type Window } from './windows.js'

/** A metric of requests or jobs. */
interface TrafficFigure {
  readonly of: 'routes' | 'jobs'
  readonly read: (window: Window) => number | null
  /** For a share, the number of failures. */
  readonly count: ((window: Window) => number) | null
}

const share = (failures: number, of: number) => (of > 0 ? Math.min(100, (failures * 100) / of) : 0)
const errorsOf = (window: Window) => Math.ceil(perWindow(window.sum.errors, window))
const abortedOf = (window: Window) => Math.ceil(perWindow(window.sum.aborted, window))

const figure = (of: 'routes' | 'jobs', read: TrafficFigure['read']): TrafficFigure => ({ of, read, count: null })
const failures = (of: 'routes' | 'jobs'): TrafficFigure => {
  return { of, read: ({ sum }) => share(sum.errors, sum.count), count: errorsOf }
}
const rate = (of: 'routes' | 'jobs') => figure(of, ({ last }) => (last.ms > 0 ? (last.count * 1_000) / last.ms : null))
const counted = (of: 'routes' | 'jobs', field: 'count' | 'failed' | 'stalled') =>
  figure(of, (window) => perWindow(window.sum[field], window))
const quantile = (of: 'routes' | 'jobs', name: 'p95' | 'p99') =>
  figure(of, ({ sum }) => percentilesOf(sum.sketch)[name])

/** Metrics that the series of a service's history have. `service.jobFailuresTimes` and `job.sinceSuccess` need more than one window. */
export const OF_TRAFFIC: Readonly<Partial<Record<Metric, TrafficFigure>>> = {
  'service.requestRate': rate('routes'),
  'service.errorRate': failures('routes'),
  'service.p95': quantile('routes', 'p95'),
  'service.p99': quantile('routes', 'p99'),
  'service.jobRate': rate('jobs'),
  'service.jobFailures': failures('jobs'),
  'service.jobP95': quantile('jobs', 'p95'),
  'route.count': counted('routes', 'count'),
  'route.errorRate': failures('routes'),
  'route.aborted': { of: 'routes', read: ({ sum }) => share(sum.aborted, sum.count), count: abortedOf },
  'route.p95': quantile('routes', 'p95'),
  'route.p99': quantile('routes', 'p99'),
  'job.count': counted('jobs', 'count'),
  'job.failures': failures('jobs'),
  'job.failed': counted('jobs', 'failed'),
  'job.stalled': counted('jobs', 'stalled'),
  'job.p95': quantile('jobs', 'p95'),
}
