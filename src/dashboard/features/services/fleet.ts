import type { NodeView } from '../../../api/nodes.js'
import type { ServiceView } from '../../../api/services.js'
import type { NodeState } from '../../../api/words.js'
import { byName, groupBy } from '../../ui/groups.js'
import { healthWord } from '../../ui/levels.js'

/**
 * By name, so that nothing moves while one reads. But where not all of them fit, those that are not healthy come first.
 *
 * @param room how many are shown
 */
export function sortServices(services: readonly ServiceView[], room = Number.POSITIVE_INFINITY): ServiceView[] {
  const rank = ({ health }: ServiceView) => (healthWord(health.score) === 'healthy' ? 1 : 0)
  return [...services].sort((a, b) => (services.length > room ? rank(a) - rank(b) : 0) || byName(a.service, b.service))
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

const STATE_ORDER: Readonly<Record<NodeState, number>> = { lost: 0, live: 1, left: 2, replaced: 3 }

/**
 * By service; in each the lost ones first, then by name. Where not all services fit, those with lost ones come first.
 *
 * @param room how many services are shown
 */
export function groupNodes(nodes: readonly NodeView[], room = Number.POSITIVE_INFINITY): NodeGroup[] {
  const groups = groupBy(nodes, (node) => node.service)
  const rank = ({ nodes: [first] }: NodeGroup) => (first?.state === 'lost' ? 0 : 1)
  return [...groups]
    .map(([service, members]) => ({ service, nodes: members.sort(compareNodes) }))
    .sort((a, b) => (groups.size > room ? rank(a) - rank(b) : 0) || byName(a.service, b.service))
}

function compareNodes(a: NodeView, b: NodeView): number {
  return STATE_ORDER[a.state] - STATE_ORDER[b.state] || byName(nodeName(a), nodeName(b)) || byName(a.id, b.id)
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
