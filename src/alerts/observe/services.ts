import type { Metric } from '../../api/alert-metrics.js'
import type { SeriesView, ServiceView } from '../../api/services.js'
import { quantileOf } from './quantile.js'
import { figure, type Reading, share, UNKNOWN } from './reading.js'

export type ServiceMetric = Extract<Metric, `service.${string}`>

/** A service with what it did in the last five minutes. */
export interface ServiceItem {
  readonly view: ServiceView
  readonly routes: readonly SeriesView[]
  readonly jobs: readonly SeriesView[]
  /** Whether it has had requests or reports that it had none; whether it has run jobs. */
  readonly hasRequests: boolean
  readonly hasJobs: boolean
}

export interface ServiceMemory {
  readonly vanishedOf: (service: string) => Reading
  readonly exceptionsOf: (service: string) => number
  /** Share of failed attempts in the hour before the last five minutes, 0–1; null if it is unknown. */
  readonly failuresBefore: (service: string) => number | null
}

interface Reader {
  /** What a service must have for the metric to be about it. */
  readonly of: 'all' | 'requests' | 'jobs'
  readonly read: (item: ServiceItem, memory: ServiceMemory) => Reading
}

const of = (of: Reader['of'], read: Reader['read']): Reader => ({ of, read })

const READERS: Readonly<Record<ServiceMetric, Reader>> = {
  'service.vanished': of('all', ({ view }, { vanishedOf }) => vanishedOf(view.service)),
  'service.live': of('all', ({ view }) => figure(view.nodes.live)),
  'service.health': of('all', ({ view }) => figure(view.health.score)),
  'service.requestRate': of('requests', (item) => rateOf(item, item.view.requests)),
  'service.errorRate': of('requests', (item) => whileLive(item, failuresOf(item.routes))),
  'service.p95': of('requests', ({ routes }) => figure(quantileOf(routes, 0.95))),
  'service.p99': of('requests', ({ routes }) => figure(quantileOf(routes, 0.99))),
  'service.jobRate': of('jobs', (item) => rateOf(item, item.view.jobs)),
  'service.jobFailures': of('jobs', (item) => whileLive(item, failuresOf(item.jobs))),
  'service.jobFailuresTimes': of('jobs', (item, { failuresBefore }) => timesBefore(item, failuresBefore)),
  'service.jobP95': of('jobs', ({ jobs }) => figure(quantileOf(jobs, 0.95))),
  'service.exceptions': of('all', ({ view }, { exceptionsOf }) => figure(exceptionsOf(view.service))),
  'service.untrusted': of('all', ({ view }) =>
    figure(view.untrusted && view.untrusted.unsigned + view.untrusted.forged),
  ),
}

/** @returns null if the metric is not about such a service */
export function readService(metric: ServiceMetric, item: ServiceItem, memory: ServiceMemory): Reading | null {
  const { of, read } = READERS[metric]
  if ((of === 'requests' && !item.hasRequests) || (of === 'jobs' && !item.hasJobs)) return null
  return read(item, memory)
}

/** A service without a live node does not tell what it does. */
function whileLive({ view }: ServiceItem, reading: Reading): Reading {
  return view.nodes.live > 0 || (reading.count ?? 0) > 0 ? reading : UNKNOWN
}

/** A live service that has had some, and now has none, has 0. */
function rateOf({ view }: ServiceItem, point: ServiceView['requests']): Reading {
  return view.nodes.live > 0 ? figure(point?.rate ?? 0) : UNKNOWN
}

export function failuresOf(series: readonly Pick<SeriesView, 'errors' | 'count'>[]): Reading {
  const total = countsOf(series)
  return share(total.errors, total.count)
}

export function countsOf(series: readonly Pick<SeriesView, 'errors' | 'count'>[]): { errors: number; count: number } {
  let [errors, count] = [0, 0]
  for (const one of series) {
    errors += one.errors
    count += one.count
  }
  return { errors, count }
}

function timesBefore({ view, jobs }: ServiceItem, failuresBefore: ServiceMemory['failuresBefore']): Reading {
  const before = failuresBefore(view.service)
  if (before === null) return UNKNOWN
  const { errors, count } = countsOf(jobs)
  return { ...figure(count > 0 ? errors / count / before : 0), count: errors }
}
