import type { NodeView } from '../../api/nodes.js'
import type { Overview, OverviewTotals } from '../../api/overview.js'
import type { QueueView } from '../../api/queues.js'
import type { ServiceView } from '../../api/services.js'
import { MAX_OVERVIEW_BYTES } from '../../protocol/read-limits.js'
import { Filling } from '../http/within-bytes.js'

/** The share of an overview that each list has for sure, in bytes. What one does not need the others get. */
const SHARES = { slow: 150_000, exceptions: 250_000, services: 500_000, nodes: 500_000, queues: 400_000 } as const
/** Of the fields beside the lists. */
const FRAME_BYTES = 10_000

/** Where a part of an overview begins in each list. */
export interface PartStart {
  readonly services: number
  readonly nodes: number
  readonly queues: number
}

export const FIRST_PART: PartStart = { services: 0, nodes: 0, queues: 0 }

/**
 * A part of the state that has at most 2 MB as JSON. Of lists that are longer, those come first that are in trouble; within a part
 * the order stays the usual one. The newest records are in the first part alone.
 */
export function partOf(state: Overview, start: PartStart = FIRST_PART): Overview {
  const isFirst = start.services + start.nodes + start.queues === 0
  const lists = {
    slow: new Filling(isFirst ? state.slow : []),
    exceptions: new Filling(isFirst ? state.exceptions : []),
    services: new Filling(byNeed(state.services, needOfService, start.services), start.services),
    nodes: new Filling(byNeed(state.nodes, needOfNodes(), start.nodes), start.nodes),
    // Sorted by need already.
    queues: new Filling(state.queues, start.queues),
  }
  for (const [name, filling] of Object.entries(lists)) filling.fill(SHARES[name as keyof typeof SHARES])
  for (const filling of Object.values(lists)) {
    const used = Object.values(lists).reduce((sum, { bytes }) => sum + bytes, FRAME_BYTES)
    filling.fill(filling.bytes + Math.max(0, MAX_OVERVIEW_BYTES - used))
  }
  return {
    ...state,
    slow: lists.slow.taken,
    exceptions: lists.exceptions.taken,
    services: inOrderOf(state.services, lists.services.taken),
    nodes: inOrderOf(state.nodes, lists.nodes.taken),
    queues: lists.queues.taken,
  }
}

/** Nodes in trouble first, and of each service one before a second one of any. */
export function nodesByNeed(nodes: readonly NodeView[]): readonly NodeView[] {
  return byNeed(nodes, needOfNodes(), 0)
}

/** The same list when all of it fits, and when it is short enough to do so anyway. */
function byNeed<T>(list: readonly T[], needOf: (item: T) => number, start: number): readonly T[] {
  if (start === 0 && list.length <= 20) return list
  return list
    .map((item) => ({ item, need: needOf(item) }))
    .sort((a, b) => a.need - b.need)
    .map(({ item }) => item)
}

function inOrderOf<T>(list: readonly T[], taken: readonly T[]): readonly T[] {
  if (taken.length === list.length) return list
  const isTaken = new Set(taken)
  return list.filter((item) => isTaken.has(item))
}

function needOfService({ health }: ServiceView): number {
  return health.score ?? 101
}

/** Of each service one node comes before a second one of any, so that a service with many hides no other. */
function needOfNodes(): (node: NodeView) => number {
  const counts = new Map<string, number>()
  return ({ service, state, heartbeat }) => {
    const isBlocked = state === 'live' && heartbeat?.blocked != null
    const need = state === 'lost' || isBlocked ? 0 : state === 'live' ? 1 : 2
    const place = `${service}\n${need}`
    const before = counts.get(place) ?? 0
    counts.set(place, before + 1)
    return need * 1e6 + before
  }
}

/**
 * What of a state a text is in: all words of it, whatever the case. A service is found by its nodes as well, and a queue by the
 * environments and versions of its services, because the page filters by all of these.
 */
export function matching(state: Overview, text: string): Overview {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return state
  const isIn = (texts: readonly (string | null | undefined)[]) =>
    words.every((word) => texts.some((one) => one?.toLowerCase().includes(word)))
  const nodes = state.nodes.filter((node) => isIn(textsOfNode(node)))
  const withNodes = new Set(nodes.map(({ service }) => service))
  const traits = traitsOf(state)
  const found = {
    nodes,
    services: state.services.filter(
      ({ service, environments }) => withNodes.has(service) || isIn([service, ...environments]),
    ),
    queues: state.queues.filter((queue) =>
      isIn([...textsOfQueue(queue), ...queue.services.flatMap((service) => [...(traits.get(service) ?? [])])]),
    ),
  }
  return { ...state, ...found, totals: totalsOf(found) }
}

function textsOfNode({ service, id, state, heartbeat }: NodeView): (string | null | undefined)[] {
  const { hostname, environment, runtime, language, appVersion, pid } = heartbeat ?? {}
  return [service, id, state, hostname, environment, runtime?.framework, language, appVersion, pid?.toString()]
}

function textsOfQueue({ name, driver, place, services, attention, paused }: QueueView): (string | null)[] {
  return [name, driver, place, ...services, ...attention.map(({ text }) => text), paused ? 'paused' : null]
}

/** The environments and versions of each service. */
function traitsOf({ services, nodes }: Overview): ReadonlyMap<string, ReadonlySet<string>> {
  const traits = new Map(services.map(({ service, environments }) => [service, new Set(environments)]))
  for (const { service, heartbeat } of nodes) if (heartbeat?.appVersion) traits.get(service)?.add(heartbeat.appVersion)
  return traits
}

export function totalsOf(lists: {
  readonly services: readonly ServiceView[]
  readonly nodes: readonly NodeView[]
  readonly queues: readonly QueueView[]
}): OverviewTotals {
  return { services: lists.services.length, nodes: lists.nodes.length, queues: lists.queues.length }
}
