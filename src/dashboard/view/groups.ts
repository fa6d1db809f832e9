import type { ExceptionRecord } from '../../protocol/exception.js'
import type { NodeState, NodeView, ServiceView } from '../../protocol/overview.js'
import { healthWord } from './levels.js'

const byName = new Intl.Collator('en', { numeric: true }).compare

/**
 * By name, so that nothing moves while one reads. But where not all of them fit, those that are not healthy come first.
 *
 * @param room how many are shown
 */
export function sortServices(services: readonly ServiceView[], room = Number.POSITIVE_INFINITY): ServiceView[] {
  const rank = ({ health }: ServiceView) => (healthWord(health.score) === 'healthy' ? 1 : 0)
  return [...services].sort((a, b) => (services.length > room ? rank(a) - rank(b) : 0) || byName(a.service, b.service))
}

export interface NodeGroup {
  service: string
  nodes: readonly NodeView[]
}

const STATE_ORDER: Readonly<Record<NodeState, number>> = { lost: 0, live: 1, left: 2 }

/**
 * By service; in each the lost ones first, then by name. Where not all services fit, those with lost ones come first.
 *
 * @param room how many services are shown
 */
export function groupNodes(nodes: readonly NodeView[], room = Number.POSITIVE_INFINITY): NodeGroup[] {
  const groups = new Map<string, NodeView[]>()
  for (const node of nodes) {
    const group = groups.get(node.service)
    if (group) group.push(node)
    else groups.set(node.service, [node])
  }
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
  const counts = { live: 0, lost: 0, left: 0 }
  for (const { state } of nodes) counts[state] += 1
  return counts
}

export interface ExceptionGroup {
  key: string
  /** The newest of them. */
  last: ExceptionRecord
  count: number
  /** Unix ms of the oldest that is still kept. */
  firstSeen: number
}

/** Exceptions of one origin in one service together; the one seen last comes first. @param newestFirst as in an overview */
export function groupExceptions(newestFirst: readonly ExceptionRecord[]): ExceptionGroup[] {
  const groups = new Map<string, ExceptionGroup>()
  for (const record of newestFirst) {
    const key = `${record.service}\n${record.fingerprint}`
    const group = groups.get(key)
    if (!group) groups.set(key, { key, last: record, count: 1, firstSeen: record.ts })
    else {
      group.count += 1
      group.firstSeen = Math.min(group.firstSeen, record.ts)
    }
  }
  return [...groups.values()].sort((a, b) => b.last.ts - a.last.ts)
}
