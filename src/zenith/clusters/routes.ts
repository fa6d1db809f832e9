import { ClusterListing } from '../../api/clusters.js'
import type { FleetServices, KnownAlerts } from '../fleet/operation.js'
import { operationsWith } from '../http/operation.js'
import { json } from '../http/responses.js'
import { Glance } from './glance.js'

interface ListedServices extends FleetServices {
  readonly alerts: KnownAlerts | null
}

const { operation } = operationsWith<ListedServices>()

/** Where there is one cluster alone, it is listed all the same: clients need not know. */
export const clusters = operation({
  path: '/api/clusters',
  summary: 'List the clusters with their state',
  description:
    'Those that the principal may see, each read now. One that does not answer within two seconds is listed as it was last known.',
  isForAll: true,
  parameters: {},
  answers: { 200: { description: 'The clusters, in their configured order.', schema: ClusterListing } },
  async handle({ principal, services }) {
    const { board, cluster, monitor, alerts } = services
    if (board) return json(200, await board.read(principal))
    if (!cluster) return json(200, { items: [] } satisfies ClusterListing)
    const glance = new Glance({ cluster, monitor, alerts }, () => null)
    await glance.refresh()
    return json(200, { items: [glance.summary] } satisfies ClusterListing)
  },
})
