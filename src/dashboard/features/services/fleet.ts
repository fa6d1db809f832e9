import type { NodeView } from '../../../api/nodes.js'
import type { ServiceView } from '../../../api/services.js'
import type { NodeState } from '../../../api/words.js'
import type { Blocked } from '../../../protocol/blocked.js'
import type { Fields } from '../../../protocol/read.js'
import { byName, groupBy } from '../../ui/groups.js'
import { healthWord } from '../../ui/levels.js'

/** The worst first, then by name. All healthy ones are equal, so that they don't change places over a point or two. */
export function sortServices(services: readonly ServiceView[]): ServiceView[] {
  return [...services].sort((a, b) => rankOf(a) - rankOf(b) || byName(a.service, b.service))
}

/** Whether the figures of a service are its last ones: no node adds to them. */
export function isStill({ nodes }: Pick<ServiceView, 'nodes'>): boolean {
  return nodes.live === 0
}

/** Of those with a score of 0 the ones without a live node come first; those that shut down cleanly are the last. */
function rankOf(view: ServiceView): number {
  const { score } = view.health
  if (score === null) return 101
  if (healthWord(score) === 'healthy') return 100
  return isStill(view) ? -1 : score
}

export type Kind = 'requests' | 'jobs'

/** What the figures of a service are of: requests, or jobs where it serves none. */
export function kindOf({ requests, jobs }: ServiceView): Kind {
  return requests || !jobs ? 'requests' : 'jobs'
}

export interface NodeGroup {
  service: string
  nodes: readonly NodeView[]
}

const STATE_ORDER: Readonly<Record<NodeState, number>> = { lost: 0, live: 2, left: 3, replaced: 4 }

/** A live node whose event loop does not turn; null for any other. */
export function blockedOf({ state, heartbeat }: Pick<NodeView, 'state' | 'heartbeat'>): Blocked | null {
  return state === 'live' ? (heartbeat?.blocked ?? null) : null
}

/** The place of a node's state in lists: the worst first, lost and then blocked. */
export function stateOrder(node: Pick<NodeView, 'state' | 'heartbeat'>): number {
  return blockedOf(node) ? 1 : STATE_ORDER[node.state]
}

/**
 * By service, those with lost or blocked nodes first, then by name; in each these first, then by name.
 */
export function groupNodes(nodes: readonly NodeView[]): NodeGroup[] {
  const groups = groupBy(nodes, (node) => node.service)
  const rank = ({ nodes: [first] }: NodeGroup) => (first && stateOrder(first) <= 1 ? 0 : 1)
  return [...groups]
    .map(([service, members]) => ({ service, nodes: members.sort(compareNodes) }))
    .sort((a, b) => rank(a) - rank(b) || byName(a.service, b.service))
}

function compareNodes(a: NodeView, b: NodeView): number {
  return stateOrder(a) - stateOrder(b) || byName(nodeName(a), nodeName(b)) || byName(a.id, b.id)
}

/** What people call a node: its host, with the number of its process where there are several. */
export function nodeName({ id, heartbeat }: NodeView): string {
  if (!heartbeat?.hostname) return id
  return heartbeat.instance ? `${heartbeat.hostname} #${heartbeat.instance}` : heartbeat.hostname
}

/** How many nodes are in a state. */
export function countStates(nodes: readonly NodeView[]): Record<NodeState, number> {
  const counts = { live: 0, lost: 0, left: 0, replaced: 0 }
  for (const { state } of nodes) counts[state] += 1
  return counts
}

/** The figures and texts of a `meta`, without its lists and objects: `region eu · shard 3`. Empty without any. */
export function metaInWords(meta: Fields | null | undefined): string {
  return Object.entries(meta ?? {})
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    .map(([name, value]) => `${name} ${value}`)
    .join(' · ')
}
