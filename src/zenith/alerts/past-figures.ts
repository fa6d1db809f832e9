import type { PastValue } from '../../alerts/preview/history.js'
import type { Metric } from '../../api/alert-metrics.js'
import type { ProcessMinute } from '../../api/process-history.js'
import type { QueueMinute } from '../../api/queue-history.js'
import type { TrafficPoint } from '../../api/services.js'

type Figures<T> = Readonly<Partial<Record<Metric, (point: T) => number | null>>>

const percent = (share: number | null) => share && share * 100
const failures = ({ errorRate, count }: TrafficPoint) => Math.round(((errorRate ?? 0) * count) / 100)

/** Metrics that have a past, and how they are read from one point of it. Points are shorter or longer than five minutes: so are these figures. */
export const OF_NODES: Figures<ProcessMinute> = {
  'node.cpu': ({ cpu }) => cpu,
  'node.rss': ({ rss }) => rss,
  'node.loopP99': ({ loopP99 }) => loopP99,
  'node.loopUtilization': ({ utilization }) => percent(utilization),
}

export const OF_QUEUES: Figures<QueueMinute> = {
  'queue.backlog': ({ waiting, prioritized }) =>
    waiting === null && prioritized === null ? null : (waiting ?? 0) + (prioritized ?? 0),
  'queue.active': ({ active }) => active,
  'queue.delayed': ({ delayed }) => delayed,
  'queue.failed': ({ failed }) => failed,
  // The oldest of no jobs waits for no time.
  'queue.oldestMs': ({ oldestMs, waiting }) => oldestMs ?? (waiting === 0 ? 0 : null),
  'queue.in': (point) => point.in,
  'queue.out': ({ out }) => out,
}

export const OF_TRAFFIC: Figures<TrafficPoint> = {
  'service.requestRate': ({ rate }) => rate,
  'service.errorRate': ({ errorRate }) => errorRate ?? 0,
  'service.p95': ({ p95 }) => p95,
  'service.p99': ({ p99 }) => p99,
}

export const OF_ROUTES: Figures<TrafficPoint> = {
  'route.errorRate': ({ errorRate }) => errorRate ?? 0,
  'route.p95': ({ p95 }) => p95,
  'route.p99': ({ p99 }) => p99,
}

const SHARES: ReadonlySet<Metric> = new Set<Metric>(['service.errorRate', 'route.errorRate'])

export function pastOf<T extends { readonly at: number }>(
  points: readonly T[],
  metric: Metric,
  figures: Figures<T>,
): readonly PastValue[] {
  return points.map((point) => ({ at: point.at, value: figures[metric]?.(point) ?? null, count: null }))
}

/** A share has the number of its failures. */
export function trafficPast(points: readonly TrafficPoint[], metric: Metric): readonly PastValue[] {
  const past = pastOf(points, metric, metric.startsWith('route.') ? OF_ROUTES : OF_TRAFFIC)
  if (!SHARES.has(metric)) return past
  return past.map((value, index) => {
    const point = points[index]
    return { ...value, count: point ? failures(point) : null }
  })
}
