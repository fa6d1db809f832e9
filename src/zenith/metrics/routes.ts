import type { Overview } from '../../api/overview.js'
import { text } from '../../api/schema.js'
import { nextTurn, withTimeout } from '../../lib/async.js'
import type { LeftOut } from '../../protocol/index.js'
import { MAX_METRIC_NODES, MAX_METRIC_QUEUES, MAX_METRIC_SERIES } from '../../protocol/read-limits.js'
import type { Monitor } from '../fleet/monitor-service.js'
import type { FleetServices, KnownAlerts, SeenFleet } from '../fleet/operation.js'
import { nodesByNeed } from '../fleet/parts.js'
import { type Operation, operationsWith } from '../http/operation.js'
import { alertFamilies } from './alert-metrics.js'
import { CONTENT_TYPE, exposition, type Family, labelledFamilies } from './exposition.js'
import { nodeFamilies } from './node-metrics.js'
import { queueFamilies, sourceFamilies } from './queue-metrics.js'
import { STORE_DOWN, serviceFamilies, storeFamilies, trafficFamilies } from './service-metrics.js'

interface MetricServices extends FleetServices {
  /** Null: they are switched off. */
  readonly alerts: KnownAlerts | null
}

const { operation } = operationsWith<MetricServices>()

/** Less than scrapers wait, ms. */
const CLUSTER_WITHIN_MS = 5_000

/** At the default path of scrapers, and beside the rest of the API. */
export const metrics: readonly Operation<MetricServices>[] = ['/metrics', '/api/metrics'].map((path) =>
  operation({
    path,
    isForAll: true,
    summary: 'Get metrics in Prometheus text format',
    description:
      'Gauges come from the last beats of live nodes. Counters and histograms count everything that this Zenith has read since its ' +
      'first scrape; they only grow, and reset when Zenith restarts. If the store does not answer, the response has only ' +
      '`quasar_store_up 0` and the state of the queue sources. There are samples for at most 2,000 nodes, 5,000 queues and ' +
      '3,000 routes and jobs of each cluster; `quasar_metrics_left_out` counts the rest. Where there are several clusters and the path names none, all are in the ' +
      'response, with the label `cluster`.',
    parameters: {},
    answers: { 200: { description: 'Metrics.', type: 'text/plain', schema: text('Metrics.') } },
    async handle({ principal, services }) {
      const { cluster, board } = services
      const families = cluster || !board ? await familiesOf(services) : await familiesOfAll(board.seenBy(principal))
      return new Response(await exposition(families), { headers: { 'content-type': CONTENT_TYPE } })
    },
  }),
)

async function familiesOf({ monitor, alerts }: Pick<MetricServices, 'monitor' | 'alerts'>): Promise<Family[]> {
  const overview = await monitor.fresh()
  const sources = await monitor.queues.sources()
  const figures = overview.store.ok ? await figuresOf(overview, monitor) : []
  const alerting = alerts ? alertFamilies(await alerts.alerts(), alerts.evaluatedAt) : []
  return [...storeFamilies(overview), ...sourceFamilies(sources), ...alerting, ...figures]
}

/** Of several clusters. One that does not answer in time is down, and holds up no other. */
async function familiesOfAll(fleets: readonly SeenFleet[]): Promise<Family[]> {
  const read = fleets.map(async (fleet) => {
    const families = await withTimeout(familiesOf(fleet), CLUSTER_WITHIN_MS).catch(() => [STORE_DOWN])
    return [fleet.cluster.id, families] as const
  })
  return labelledFamilies(new Map(await Promise.all(read)), 'cluster')
}

/** Builds one family after the other, and yields to the event loop in between. */
async function figuresOf(overview: Overview, monitor: Monitor): Promise<Family[]> {
  const { services } = overview
  const nodes = nodesByNeed(overview.nodes).slice(0, MAX_METRIC_NODES)
  const queues = overview.queues.slice(0, MAX_METRIC_QUEUES)
  const traffic = trafficFamilies(await monitor.totals(), MAX_METRIC_SERIES)
  const families = [...serviceFamilies(services), ...traffic.families]
  for (const make of [() => nodeFamilies(nodes), () => queueFamilies(queues)]) {
    await nextTurn()
    families.push(...make())
  }
  const left = {
    nodes: overview.nodes.length - nodes.length,
    queues: overview.queues.length - queues.length,
    series: traffic.left,
  }
  return [...families, ...leftOutFamilies(overview.leftOut, left)]
}

/** Counts, without zeros, of what Zenith did not read, and of what has no samples here, because it exceeds a limit. */
function leftOutFamilies(read: LeftOut | null, told: Readonly<Record<string, number>>): Family[] {
  return [
    family('quasar_left_out', 'What Zenith does not read because it is beyond a bound.', read ?? {}),
    family('quasar_metrics_left_out', 'What has no samples here because it exceeds a limit.', told),
  ]
}

function family(name: string, help: string, counts: Readonly<Record<string, number>> | LeftOut): Family {
  const samples = Object.entries(counts).map(([kind, value]) => ({ labels: { kind }, value: value > 0 ? value : null }))
  return { name, type: 'gauge', help, samples }
}
