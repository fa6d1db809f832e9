import type { Overview } from '../../api/overview.js'
import type { ServiceView } from '../../api/services.js'
import { BOUNDS, type SeriesTotals, type ServiceTotals } from '../fleet/services/totals.js'
import type { Family, Labels, Sample } from './exposition.js'

type Totals = ReadonlyMap<string, Pick<ServiceTotals, 'routes' | 'jobs'>>
type Labelled = readonly { readonly labels: Labels; readonly totals: SeriesTotals }[]

type Counted = 'count' | 'errors' | 'aborted' | 'failed' | 'stalled'

/**
 * Counters over the rollups that Zenith has read since it was first scraped, merged over the nodes of a service.
 *
 * @param max most routes and jobs
 */
export function trafficFamilies(services: Totals, max: number): { families: Family[]; left: number } {
  const allRoutes = labelled(services, 'routes', (totals) => routeLabels(totals.key))
  const allJobs = labelled(services, 'jobs', ({ key, queue }) => ({ messaging_destination_name: queue, job_name: key }))
  const [routes, jobs] = [allRoutes.slice(0, max), allJobs.slice(0, Math.max(0, max - allRoutes.length))]
  const left = allRoutes.length + allJobs.length - routes.length - jobs.length
  return { families: familiesOf(routes, jobs), left }
}

function familiesOf(routes: Labelled, jobs: Labelled): Family[] {
  return [
    histogram('http_server_request_duration_seconds', 'Durations of requests; bounds and sum hold within 2 %.', routes),
    counter('quasar_http_requests_total', 'Requests that ended.', routes, 'count'),
    counter('quasar_http_errors_total', 'Requests answered with 5xx.', routes, 'errors'),
    counter('quasar_http_aborted_total', 'Requests that the client aborted.', routes, 'aborted'),
    histogram('messaging_process_duration_seconds', 'Durations of job attempts; as those of requests.', jobs),
    counter('quasar_job_attempts_total', 'Job attempts that ended.', jobs, 'count'),
    counter('quasar_job_errors_total', 'Job attempts that failed.', jobs, 'errors'),
    counter('quasar_job_failed_total', 'Jobs that failed for good.', jobs, 'failed'),
    counter('quasar_job_stalled_total', 'How often a job stalled: its worker lost the lock.', jobs, 'stalled'),
  ]
}

export function serviceFamilies(services: readonly ServiceView[]): Family[] {
  return [
    {
      name: 'quasar_nodes',
      type: 'gauge',
      help: 'Nodes by state.',
      samples: services.flatMap(({ service, nodes }) =>
        Object.entries(nodes).map(([state, value]) => ({ labels: { service, state }, value })),
      ),
    },
    {
      name: 'quasar_health_score',
      type: 'gauge',
      help: 'Health of a service, 0 to 100.',
      samples: services.map(({ service, health }) => ({ labels: { service }, value: health.score })),
    },
  ]
}

type StoreFigures = Pick<Overview, 'store' | 'unreadable' | 'untrusted'>

const storeUp = (isUp: boolean) => one('quasar_store_up', 'Whether the store answers Zenith.', isUp ? 1 : 0)

/** All that is known of a store that did not answer in time. */
export const STORE_DOWN: Family = storeUp(false)

/** About Zenith itself. */
export function storeFamilies({ store, unreadable, untrusted }: StoreFigures): Family[] {
  const latency = store.latencyMs === null ? null : store.latencyMs / 1_000
  return [
    storeUp(store.ok),
    one('quasar_store_latency_seconds', 'How long the store took to answer the last question.', latency),
    one('quasar_unreadable_records', 'Records that Zenith could not read recently.', store.ok ? unreadable : null),
    {
      name: 'quasar_untrusted_records',
      type: 'gauge',
      help: 'Current and recent records that are not signed with Zenith’s token.',
      samples: [
        { labels: { trust: 'unsigned' }, value: store.ok ? (untrusted?.unsigned ?? null) : null },
        { labels: { trust: 'forged' }, value: store.ok ? (untrusted?.forged ?? null) : null },
      ],
    },
  ]
}

function one(name: string, help: string, value: number | null): Family {
  return { name, type: 'gauge', help, samples: [{ labels: {}, value }] }
}

function labelled(services: Totals, kind: 'routes' | 'jobs', labelsOf: (totals: SeriesTotals) => Labels): Labelled {
  return [...services].flatMap(([service, all]) =>
    all[kind].map((totals) => ({ labels: { service, ...labelsOf(totals) }, totals })),
  )
}

/** Splits `GET /users/:id`; a name without a method is only a route. */
function routeLabels(key: string): Labels {
  const match = /^([A-Z]+) (.+)$/s.exec(key)
  return { http_request_method: match?.[1] ?? '_OTHER', http_route: match?.[2] ?? key }
}

function counter(name: string, help: string, all: Labelled, figure: Counted): Family {
  return { name, type: 'counter', help, samples: all.map(({ labels, totals }) => ({ labels, value: totals[figure] })) }
}

function histogram(name: string, help: string, all: Labelled): Family {
  return { name, type: 'histogram', help, samples: all.flatMap(({ labels, totals }) => histogramOf(labels, totals)) }
}

function histogramOf(labels: Labels, { atMost, measured, sum }: SeriesTotals): Sample[] {
  const buckets = BOUNDS.map((bound, index) => {
    return { suffix: '_bucket', labels: { ...labels, le: String(bound / 1_000) }, value: atMost[index] ?? 0 }
  })
  return [
    ...buckets,
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: measured },
    { suffix: '_sum', labels, value: Number((sum / 1_000).toPrecision(12)) },
    { suffix: '_count', labels, value: measured },
  ]
}
