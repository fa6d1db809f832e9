import type { NodeView } from '../../api/nodes.js'
import type { ExceptionGroup, ServiceView, SlowGroup } from '../../api/services.js'
import type { NodeState } from '../../api/words.js'
import type { ExceptionRecord } from '../../protocol/exception.js'
import type { SlowEntry } from '../../protocol/slow-entry.js'
import { healthWord } from './levels.js'

export const byName = new Intl.Collator('en', { numeric: true }).compare

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
  const counts = { live: 0, lost: 0, left: 0 }
  for (const { state } of nodes) counts[state] += 1
  return counts
}

/** How many places of an origin are named. */
const MAX_ROUTES = 5

/** Exceptions of one origin in one service together; the one seen last comes first. @param newestFirst as in an overview */
export function groupExceptions(newestFirst: readonly ExceptionRecord[]): ExceptionGroup[] {
  const groups = groupBy(newestFirst, exceptionGroupKey)
  return [...groups.values()].map((records) => {
    const sample = records[0] as ExceptionRecord
    return {
      service: sample.service,
      fingerprint: sample.fingerprint,
      name: sample.name,
      message: sample.message,
      count: records.length,
      handled: records.filter((record) => record.handled).length,
      first: Math.min(...records.map((record) => record.ts)),
      last: Math.max(...records.map((record) => record.ts)),
      routes: mostFrequent(records.flatMap((record) => record.route ?? record.queue ?? [])),
      sample,
    }
  })
}

export function exceptionGroupKey({ service, fingerprint }: Pick<ExceptionGroup, 'service' | 'fingerprint'>): string {
  return `${service}\n${fingerprint}`
}

function mostFrequent(names: readonly string[]): string[] {
  const groups = groupBy(names, (name) => name)
  return [...groups]
    .sort((a, b) => b[1].length - a[1].length)
    .slice(0, MAX_ROUTES)
    .map(([name]) => name)
}

/** Slow entries of one name together, the most frequent first. @param newestFirst as in an overview */
export function groupSlow(newestFirst: readonly SlowEntry[]): SlowGroup[] {
  const groups = groupBy(newestFirst, slowGroupKey)
  return [...groups.values()]
    .map((entries) => {
      const { service, kind, name, thresholdMs } = entries[0] as SlowEntry
      const slowestMs = Math.max(...entries.map((entry) => entry.durationMs))
      const last = Math.max(...entries.map((entry) => entry.ts))
      return { service, kind, name, thresholdMs, slowestMs, last, count: entries.length }
    })
    .sort((a, b) => b.count - a.count)
}

export function slowGroupKey({ service, kind, name }: Pick<SlowGroup, 'service' | 'kind' | 'name'>): string {
  return `${service}\n${kind}\n${name}`
}

export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}
