import type { NodeView } from '../../api/nodes.js'
import type { QueueView } from '../../api/queues.js'
import { groupBy } from '../../lib/group-by.js'
import type { Look } from '../look.js'
import type { Reading } from './reading.js'
import { isAmount, isText, type Row, rowsOf, rowsWithin } from './remembered.js'
import { type KnownNode, knownOf, nodeLine, successorOf, unworkedLines } from './vanished-node.js'

/** A node that was replaced at once counts for so long, so that a crash is told of; one that was lost for longer is over with that. */
const WITHIN_MS = 60_000
/** A host that is back is shown with no vanished nodes for so long. */
const BACK_MS = 5 * 60_000
/** A node that leaves is shown as such for a minute: one that is missing in the next look has not left. */
const SEEN_AGAIN_MS = 45_000
const MAX_LINES = 10
const MAX_REPLACED = 1_000
/** Of JSON. */
const MAX_BYTES = 15_000

/** A node whose place another one took. */
interface Replaced {
  readonly node: KnownNode
  readonly at: number
  readonly successor: KnownNode
}

/** A host on which all nodes vanished. */
export interface HostDown {
  readonly host: string
  readonly services: readonly string[]
  readonly reading: Reading
}

/** Nodes that crashed: those that are lost, and those that were lost, or would have been, but for one of the same version in their place. */
export class VanishedNodes {
  #known = new Map<string, KnownNode>()
  readonly #replaced = new Map<string, Replaced>()
  #lost = new Map<string, KnownNode[]>()
  #gone = new Map<string, Replaced[]>()
  /** Hosts of several services on which no node is left, and their nodes. */
  #hosts = new Map<string, readonly KnownNode[]>()
  /** When nodes were lost first, Unix ms. */
  readonly #lostAt = new Map<string, number>()
  /** When hosts were down last. */
  readonly #downAt = new Map<string, { readonly at: number; readonly services: readonly string[] }>()
  #queues: readonly QueueView[] = []
  #at = Number.NEGATIVE_INFINITY

  note({ nodes, queues, at }: Look): void {
    const next = new Map(nodes.map((node) => [node.key, this.#knownOf(node)]))
    const isNext = at - this.#at < SEEN_AGAIN_MS
    const vanished = [...this.#known.values()].filter((known) => isVanished(known, next.get(known.key), isNext))
    this.#noteLost(next, at)
    this.#noteReplaced(vanished, next, at)
    this.#known = next
    this.#queues = queues
    this.#at = at
    this.#hosts = hostsDown([...next.values()])
    this.#noteDown(at)
    const alone = [...next.values()].filter((node) => isLost(node) && !this.#hosts.has(node.host ?? ''))
    this.#lost = groupBy(alone, ({ service }) => service)
    this.#gone = groupBy([...this.#replaced.values()], ({ node }) => node.service)
  }

  readonly of = (service: string): Reading => {
    const lost = this.#lost.get(service) ?? []
    const gone = this.#gone.get(service) ?? []
    return { value: lost.length + gone.length, count: null, details: this.#details(service, lost, gone) }
  }

  #noteLost(next: ReadonlyMap<string, KnownNode>, at: number): void {
    for (const key of this.#lostAt.keys()) if (!next.has(key) && !this.#known.has(key)) this.#lostAt.delete(key)
    for (const node of next.values()) {
      if (node.state === 'live') this.#lostAt.delete(node.key)
      else if (isLost(node) && !this.#lostAt.has(node.key)) this.#lostAt.set(node.key, at)
    }
  }

  #noteDown(at: number): void {
    for (const [host, nodes] of this.#hosts)
      this.#downAt.set(host, { at, services: [...new Set(nodes.map(({ service }) => service))].sort() })
    for (const [host, down] of this.#downAt) if (at - down.at >= BACK_MS) this.#downAt.delete(host)
  }

  /** Hosts that are or were down: one thing to tell of, however many services were on it. */
  hosts(): readonly HostDown[] {
    return [...this.#downAt].map(([host, { services }]) => {
      const nodes = this.#hosts.get(host) ?? []
      const lines = bounded(
        nodes.map((node) => nodeLine(node, null, this.#at)),
        MAX_LINES - MAX_QUEUE_LINES,
      )
      const queues = nodes.length > 0 ? services.flatMap((service) => unworkedLines(service, this.#queues)) : []
      const details = [...lines, ...bounded(queues, MAX_QUEUE_LINES)]
      return { host, services, reading: { value: nodes.length, count: null, details } }
    })
  }

  rows(): Row[] {
    const rows = [...this.#replaced.values()]
      .reverse()
      .map(({ node, at, successor }) => [at, ...row(node), ...row(successor)])
    return rowsWithin(rows, MAX_BYTES)
  }

  restore(memory: unknown): void {
    for (const [at, ...fields] of rowsOf(memory, 'replaced').toReversed()) {
      const [node, successor] = [nodeIn(fields.slice(0, FIELDS)), nodeIn(fields.slice(FIELDS))]
      if (isAmount(at) && node && successor) this.#replaced.set(node.key, { at, node, successor })
    }
  }

  /** A beat that did not change is not read again. */
  #knownOf(node: NodeView): KnownNode {
    const known = this.#known.get(node.key)
    const isSame = known?.state === node.state && known.lastSeen === node.lastSeen && known.startedAt !== null
    return isSame ? known : knownOf(node)
  }

  #noteReplaced(vanished: readonly KnownNode[], next: ReadonlyMap<string, KnownNode>, at: number): void {
    for (const [key, replaced] of this.#replaced) {
      if (at - replaced.at >= WITHIN_MS || next.get(key)?.state === 'live' || isLost(next.get(key)))
        this.#replaced.delete(key)
    }
    if (vanished.length === 0) return
    const taken = new Set([...this.#replaced.values()].map(({ successor }) => successor.key))
    const live = groupBy(
      [...next.values()].filter(({ state, key }) => state === 'live' && !taken.has(key)),
      ({ service }) => service,
    )
    for (const node of vanished) this.#replace(node, live.get(node.service) ?? [], at)
  }

  /** Each node takes one place. @param free without those that took one */
  #replace(node: KnownNode, free: KnownNode[], at: number): void {
    const successor = successorOf(node, free)
    if (!successor || this.#replaced.size >= MAX_REPLACED) return
    free.splice(free.indexOf(successor), 1)
    const since = this.#lostAt.get(node.key) ?? at
    if (at - since < WITHIN_MS) this.#replaced.set(node.key, { node, at: since, successor })
  }

  #details(service: string, lost: readonly KnownNode[], gone: readonly Replaced[]): readonly string[] {
    if (lost.length + gone.length === 0) return []
    const lines = [
      ...lost.map((node) => nodeLine(node, null, this.#at)),
      ...gone.map(({ node, successor }) => nodeLine(node, successor.id, this.#at)),
    ]
    const queues = unworkedLines(service, this.#queues)
    return [
      ...bounded(lines, MAX_LINES - Math.min(queues.length, MAX_QUEUE_LINES)),
      ...bounded(queues, MAX_QUEUE_LINES),
    ]
  }
}

const MAX_QUEUE_LINES = 3

/** Those of one service may as well have died of that service. */
function hostsDown(nodes: readonly KnownNode[]): Map<string, readonly KnownNode[]> {
  const hosts = groupBy(
    nodes.filter(({ state, host }) => host !== null && (state === 'live' || state === 'lost')),
    ({ host }) => host ?? '',
  )
  const down = [...hosts].filter(
    ([, group]) => group.every(isLost) && new Set(group.map(({ service }) => service)).size > 1,
  )
  return new Map(down)
}

function isLost(node: KnownNode | undefined): boolean {
  return node?.state === 'lost'
}

/** Whether a node that was there is replaced now. @param isNext whether no look was left out in between */
function isVanished(before: KnownNode, now: KnownNode | undefined, isNext: boolean): boolean {
  if (before.state !== 'live' && before.state !== 'lost') return false
  // One that was replaced long after its last beat is hidden at once.
  return now ? now.state === 'replaced' : isNext
}

/** The first lines; the last one tells of the others. */
function bounded(lines: readonly string[], most: number): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `and ${lines.length - most + 1} more`]
}

const FIELDS = 9

function row({ key, service, id, host, version, lastSeen, startedAt, memory, heap }: KnownNode): Row {
  return [key, service, id, host, version, lastSeen, startedAt, memory, heap]
}

function nodeIn([
  key,
  service,
  id,
  host,
  version,
  lastSeen,
  startedAt,
  memory,
  heap,
]: readonly unknown[]): KnownNode | null {
  if (!isText(key) || !isText(service) || !isText(id) || !isAmount(lastSeen)) return null
  const text = (value: unknown) => (isText(value) ? value : null)
  const amount = (value: unknown) => (isAmount(value) ? value : null)
  return {
    ...{ key, service, id, lastSeen, state: 'replaced', instance: null },
    ...{ host: text(host), version: text(version), startedAt: amount(startedAt) },
    ...{ memory: amount(memory), heap: amount(heap) },
  }
}
