import type { NodeView } from '../../api/nodes.js'
import type { QueueView } from '../../api/queues.js'

/** Nodes by the name of their service. */
export function byService(nodes: readonly NodeView[]): Map<string, NodeView[]> {
  const groups = new Map<string, NodeView[]>()
  for (const node of nodes) {
    const group = groups.get(node.service)
    if (group) group.push(node)
    else groups.set(node.service, [node])
  }
  return groups
}

/** Queues by the names of the services that report them. */
export function byReporter(queues: readonly QueueView[]): Map<string, QueueView[]> {
  const groups = new Map<string, QueueView[]>()
  for (const queue of queues) {
    for (const service of queue.services) {
      const group = groups.get(service)
      if (group) group.push(queue)
      else groups.set(service, [queue])
    }
  }
  return groups
}

/** Compares by code units, the same on every machine. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
