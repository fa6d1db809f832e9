import type { Overview } from '../../../api/overview.js'
import type { FINDS, Finds } from '../../../api/search.js'
import type { ServicePeriod } from '../../../api/services.js'
import { inTimeHeld, TOO_LATE } from '../../../lib/async.js'
import type { Queues } from '../../queues/queues.js'
import { exceptionGroups } from '../exception-groups.js'
import type { Monitor } from '../monitor-service.js'
import { filterExceptions, filterSlow, servicesOf } from './filters.js'
import { type FoundJobs, jobsWithId } from './find-jobs.js'
import { spanOf } from './time-range.js'

/** Results of one kind. */
const MOST = 10
/** Time for all kinds, which are searched at the same time, ms. */
const WITHIN_MS = 4_000
const LAST_HOUR = { period: '1h', window: null } as const
const ALL = { kind: null, name: null, trace: null, fingerprint: null, handled: null }

interface Found<T> {
  readonly items: readonly T[]
  /** Whether everything was read. */
  readonly isWhole: boolean
}

export interface FindServices {
  readonly monitor: Monitor
  readonly queues: Queues
}

/** Finds what has a text in its name or id, among all that Zenith's lists show. Rejects if the store fails. */
export async function findAll({ monitor, queues }: FindServices, overview: Overview, text: string): Promise<Finds> {
  const names = servicesOf(overview, null)
  const late: (typeof FINDS)[number][] = []
  async function within<T>(kind: (typeof FINDS)[number], finding: Promise<Found<T>>): Promise<T[]> {
    const found = await inTimeHeld(finding, WITHIN_MS)
    if (found === TOO_LATE || !found.isWhole) late.push(kind)
    return found === TOO_LATE ? [] : found.items.slice(0, MOST)
  }
  const byId: FoundJobs = { items: [], looked: 0, isWhole: true }
  const [routes, exceptions, slow, jobs] = await Promise.all([
    within('routes', routesWith(monitor, names, text)),
    within('exceptions', exceptionsWith(monitor, names, text)),
    within('slow', slowWith(monitor, names, text)),
    within('jobs', jobsWithId(queues, text, byId)),
  ])
  const { looked } = byId
  const queuesLeft = Math.max(0, overview.totals.queues - looked)
  return { routes, exceptions, slow, jobs, searched: { services: names.length, queues: looked, queuesLeft }, late }
}

type Route = Finds['routes'][number]

async function routesWith(monitor: Monitor, names: readonly string[], text: string): Promise<Found<Route>> {
  const { periods, unread } = await monitor.periods(names, LAST_HOUR)
  const wanted = text.toLowerCase()
  const items = periods.flatMap(seriesOf).filter(({ name }) => name.toLowerCase().includes(wanted))
  return { items, isWhole: unread.length === 0 }
}

function seriesOf({ service, routes, jobSeries }: ServicePeriod): Route[] {
  return [
    ...routes.map(({ key }) => ({ service, kind: 'request' as const, name: key, queue: null })),
    ...jobSeries.map(({ key, queue }) => ({ service, kind: 'job' as const, name: key, queue })),
  ]
}

async function exceptionsWith(
  monitor: Monitor,
  names: readonly string[],
  text: string,
): Promise<Found<Finds['exceptions'][number]>> {
  const { records, ...read } = await monitor.details.exceptions(names)
  const groups = exceptionGroups(
    filterExceptions(records, { ...ALL, text }),
    read,
    spanOf({ period: null, from: null, to: null }, monitor.now),
  )
  const items = groups.map(({ sample: { requestId }, service, fingerprint, name, message, last }) => {
    return { service, fingerprint, name, message, requestId, last }
  })
  return { items, isWhole: read.unread.length === 0 }
}

async function slowWith(
  monitor: Monitor,
  names: readonly string[],
  text: string,
): Promise<Found<Finds['slow'][number]>> {
  const { records, unread } = await monitor.details.slow(names)
  const items = filterSlow(records, { ...ALL, text }).map(({ service, name, requestId, traceId, durationMs, ts }) => {
    return { service, name, requestId, traceId, durationMs, ts }
  })
  return { items, isWhole: unread.length === 0 }
}
