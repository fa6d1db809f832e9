import { amount, count, flag, type Infer, listOf, listUpTo, object, oneOf, orNull, text } from './schema.js'
import { StoreHealth } from './store.js'
import { CLUSTER_COLOURS } from './words.js'

/** Most clusters of one Zenith. */
export const MAX_CLUSTERS = 50

const CLUSTER_ID = /^[a-z0-9][a-z0-9-]{0,23}$/
export const TAKES_CLUSTER_ID = 'lower-case letters, digits and hyphens, at most 24 characters'

export function isClusterId(value: unknown): value is string {
  return typeof value === 'string' && CLUSTER_ID.test(value)
}

const fields = {
  id: text('Id, as in the path `api/c/{cluster}/…`.'),
  name: text('Name to show.'),
  colour: oneOf(CLUSTER_COLOURS, 'Colour that tells it from other clusters.'),
  environment: orNull(text('`production`, `staging`, `development` or another word; null: none was given.')),
}

export const ClusterInfo = object('A Redis with what reports to it, and its queues.', fields)
export type ClusterInfo = Infer<typeof ClusterInfo>

export const ClusterTrouble = object('Something that needs attention.', {
  kind: oneOf(['store', 'service', 'queue', 'alert'], 'What it is about.'),
  key: text('Name of the service, key of the queue, id of the alert; empty for the store.'),
  name: text('Name to show.'),
  text: text('What is wrong.'),
  isBad: flag('Whether it is more than a warning.'),
})
export type ClusterTrouble = Infer<typeof ClusterTrouble>

/** Most troubles of a cluster in its summary. */
export const MAX_TROUBLES = 20

export const ClusterFigures = object('Figures of a cluster. Null: nothing was read yet.', {
  services: count('Number of services.'),
  nodes: object('Number of nodes by state.', { live: count('Live nodes.'), lost: count('Lost nodes.') }),
  queues: count('Number of queues.'),
  backlog: count('Waiting jobs of all queues whose backlog is known.'),
  requestRate: amount('Requests per second of all services.'),
  jobRate: amount('Job attempts per second of all services.'),
})

export const ClusterSummary = object('A cluster at a glance, as far as the principal may see it.', {
  ...fields,
  state: oneOf(
    ['unread', 'ok', 'attention', 'away'],
    '`unread`: not read yet; `away`: its store does not answer, and the figures are the last known ones.',
  ),
  at: orNull(amount('When it was read, Unix ms by its store’s clock; null before the first time.')),
  store: orNull(StoreHealth),
  sameAs: orNull(
    text('Id of the cluster that is in the same Redis under the same prefix: all figures are the same. Null: none.'),
  ),
  figures: orNull(ClusterFigures),
  alerts: orNull(
    object('Number of firing alerts by severity.', {
      critical: count('Critical.'),
      warning: count('Warnings.'),
      info: count('Others.'),
    }),
  ),
  troubles: listUpTo(MAX_TROUBLES, ClusterTrouble, 'The worst first.'),
  moreTroubles: count('Number of troubles that are not listed.'),
})
export type ClusterSummary = Infer<typeof ClusterSummary>

export const ClusterListing = object('The clusters that the principal may see.', { items: listOf(ClusterSummary) })
export type ClusterListing = Infer<typeof ClusterListing>
