import { findReplaced } from '../../runtime/find-replaced.js'
import type { Fleet, SeenNode, SeenWork } from './fleet.js'

/** A service in the JSON output. */
export interface ServiceSummary {
  readonly service: string
  readonly alive: number
  readonly lost: number
  /** Nodes that vanished and whose place is taken. */
  readonly replaced: number
  /** `@gravito/quasar 0.1.0`, and `unknown` for a node without it. */
  readonly sdks: readonly string[]
  /** Versions of the protocol. */
  readonly protocols: readonly number[]
  readonly frameworks: readonly string[]
  /** ms */
  readonly intervals: readonly number[]
  /** Unix ms by the clocks of its nodes; null without any heartbeat. */
  readonly lastHeartbeat: number | null
  readonly reports: { readonly requests: boolean; readonly jobs: boolean; readonly queues: boolean }
}

export function servicesOf({ nodes, work }: Fleet): ServiceSummary[] {
  const names = [...new Set(nodes.map(({ service }) => service))].sort()
  return names.map((service) => summaryOf(service, nodesOf(nodes, service), work.get(service)))
}

export function nodesOf(nodes: readonly SeenNode[], service: string): SeenNode[] {
  return nodes.filter((node) => node.service === service)
}

/** The lost nodes of one service, without those whose place is taken. @param nodes all of its nodes */
export function lostOf(nodes: readonly SeenNode[]): SeenNode[] {
  const replaced = findReplaced(nodes.filter(({ isUnreadable }) => !isUnreadable))
  return nodes.filter((node) => isGone(node) && !replaced.has(node.node))
}

function isGone({ heartbeat, isUnreadable }: SeenNode): boolean {
  return heartbeat === null && !isUnreadable
}

function summaryOf(service: string, nodes: readonly SeenNode[], work: SeenWork | undefined): ServiceSummary {
  const beats = nodes.flatMap(({ heartbeat }) => heartbeat ?? [])
  const lost = lostOf(nodes).length
  const times = beats.map(({ timestamp }) => timestamp)
  return {
    service,
    alive: beats.length,
    lost,
    replaced: nodes.filter(isGone).length - lost,
    sdks: distinct(beats.map(({ sdk }) => (sdk ? `${sdk.name} ${sdk.version ?? ''}`.trim() : 'unknown'))),
    protocols: distinct(nodes.flatMap(({ heartbeat, protocol }) => (heartbeat ? [protocol ?? 1] : []))),
    frameworks: distinct(beats.flatMap(({ runtime }) => runtime.framework ?? [])),
    intervals: distinct(beats.flatMap(({ interval }) => interval ?? [])),
    lastHeartbeat: times.length > 0 ? Math.max(...times) : null,
    reports: {
      requests: beats.some(({ requests }) => requests !== null) || (work?.requests ?? 0) > 0,
      jobs: (work?.jobs ?? 0) > 0,
      queues: work?.hasQueues ?? false,
    },
  }
}

function distinct<T extends string | number>(values: readonly T[]): T[] {
  return [...new Set(values)].sort()
}
