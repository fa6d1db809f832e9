import { performance } from 'node:perf_hooks'
import type { NodeEntry } from '../../ports/index.js'
import {
  type Heartbeat,
  heartbeatLife,
  INDEX_LIFE_MS,
  type Keys,
  MAX_KEY_CHARS,
  MAX_RECORD_CHARS,
  nodeMember,
  parseHeartbeat,
  parseQueueSnapshot,
  type QueueSnapshot,
} from '../../protocol/index.js'
import {
  MAX_CHAR_BYTES,
  MAX_FOREIGN_NODES,
  MAX_HEARTBEATS_BYTES,
  MAX_REPORTED_QUEUES,
} from '../../protocol/read-limits.js'
import type { Connection } from '../../redis/connection.js'
import type { Verifier } from '../../signing/verifier.js'
import { type ForeignKey, parseForeignKey } from './foreign-keys.js'
import { datedBeat } from './known-node.js'
import type { LeftOutCounts } from './left-out-counts.js'
import { beatName, NodeClock, type ReckonedBeat } from './node-clock.js'
import type { ServerClock } from './server-clock.js'
import { eachText, type KeyText } from './texts.js'
import { TrustGate } from './trust-gate.js'

const BOUNDS = { maxBytes: MAX_CHAR_BYTES * MAX_RECORD_CHARS, totalBytes: MAX_HEARTBEATS_BYTES }
/** Heartbeats read within this time are not read again for their queues, ms. */
const FRESH_MS = 2_000

interface KnownKey extends ForeignKey {
  /** The newest heartbeat; null before the first. */
  beat: ForeignBeat | null
  readonly nodeClock: NodeClock
  /** Unix ms by Redis' clock; null before the first time. */
  readAt: number | null
  /** Names of service and node, usually as in the key. */
  names: { readonly service: string; readonly node: string }
  /** Queues in the heartbeat, as the older SDK reports them; null without any, or when the node is lost. */
  queues: QueueSnapshot | null
}

interface ForeignBeat extends ReckonedBeat {
  readonly name: string
  /** When it was first read, by `performance.now()`. */
  readonly seenAt: number
  /** As written. */
  readonly heartbeat: Heartbeat
}

/** Nodes whose reporters write no index, by key. One whose heartbeat expired is remembered as lost for a day. */
export class ForeignNodes {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #clock: ServerClock
  readonly #verifier: Verifier | null
  readonly #known = new Map<string, KnownKey>()
  #readAt = Number.NEGATIVE_INFINITY

  constructor(connection: Connection, keys: Keys, clock: ServerClock, verifier: Verifier | null) {
    this.#connection = connection
    this.#keys = keys
    this.#clock = clock
    this.#verifier = verifier
  }

  add(key: string): void {
    if (key.length > MAX_KEY_CHARS) return
    if (this.#known.has(key) || this.#known.size >= MAX_FOREIGN_NODES) return
    const parsed = parseForeignKey(this.#keys, key)
    if (!parsed) return
    const nothing = { beat: null, nodeClock: new NodeClock(), readAt: null, queues: null }
    this.#known.set(key, { ...parsed, ...nothing, names: parsed })
  }

  /** Whether a service has a node under `pulse:`; its other records may be there, too. */
  hasPulse(service: string): boolean {
    for (const known of this.#known.values()) if (known.isPulse && known.names.service === service) return true
    return false
  }

  /** @param indexed nodes of the index are not foreign; if the index is only read in part, it is unknown which those are */
  async read(
    indexed: { names(): Iterable<KnownKey['names']>; readonly isFull: boolean },
    gate: TrustGate,
    leftOut: LeftOutCounts,
  ): Promise<{ nodes: NodeEntry[]; unreadable: number }> {
    if (this.#known.size > 0) this.#leaveOut(new Set([...indexed.names()].map(memberOf)))
    this.#readAt = performance.now()
    const keys = [...this.#known].flatMap(([key, { isPulse }]) => (indexed.isFull && !isPulse ? [] : key))
    return this.#readKeys(keys, gate, leftOut)
  }

  #leaveOut(members: ReadonlySet<string>): void {
    for (const [key, { names }] of this.#known) if (members.has(memberOf(names))) this.#known.delete(key)
  }

  /** The queues in heartbeats. Reads the heartbeats only if they were not read just now. */
  async queues(leftOut: LeftOutCounts): Promise<QueueSnapshot[]> {
    if (performance.now() - this.#readAt > FRESH_MS) {
      const known = [...this.#known].filter(([, { beat, queues }]) => beat === null || queues !== null)
      await this.#readKeys(
        known.map(([key]) => key),
        new TrustGate(this.#verifier),
        leftOut,
      )
    }
    return [...this.#known.values()].flatMap(({ queues }) => queues ?? [])
  }

  async #readKeys(
    keys: readonly string[],
    gate: TrustGate,
    leftOut: LeftOutCounts,
  ): Promise<{ nodes: NodeEntry[]; unreadable: number }> {
    const nodes = new Map<string, NodeEntry>()
    let unreadable = 0
    let room = MAX_REPORTED_QUEUES
    await eachText(this.#connection, keys, BOUNDS, (text, index) => {
      const key = keys[index] ?? ''
      const known = this.#known.get(key)
      if (!known) return
      countLeft(known, text, leftOut)
      const entry = text.left && text.left !== 'large' ? null : this.#readOne(key, known, text, room)
      room -= known.queues?.queues.length ?? 0
      if (entry === 'unreadable') unreadable += 1
      else if (entry) this.#keep(nodes, key, text.text, entry, gate)
    })
    return { nodes: [...nodes.values()], unreadable }
  }

  #keep(nodes: Map<string, NodeEntry>, key: string, text: string | null, entry: NodeEntry, gate: TrustGate): void {
    const known = this.#known.get(key)
    const node = gate.node(key, text, entry, known?.beat?.heartbeat ?? null)
    if (known && this.#verifier?.isRequired && node?.trust !== 'signed') known.queues = null
    if (node) keepNewest(nodes, node)
  }

  /** @param room number of queues that still fit */
  #readOne(
    key: string,
    known: KnownKey,
    { text, unreadable, left }: KeyText,
    room: number,
  ): NodeEntry | 'unreadable' | null {
    const heartbeat = parseHeartbeat(text, known)
    if (!heartbeat && (text !== null || unreadable || left)) {
      if (known.isCertain) return 'unreadable'
      this.#known.delete(key)
      return null
    }
    this.#take(known, heartbeat, text, room)
    const { beat } = known
    const age = beat === null ? 0 : performance.now() - beat.seenAt
    if (beat === null || age > INDEX_LIFE_MS) {
      this.#known.delete(key)
      return null
    }
    // A key without a TTL stays when its reporter is gone.
    const isStale = heartbeat !== null && age > heartbeatLife(heartbeat.interval ?? 0)
    const isLive = heartbeat !== null && !isStale
    if (!isLive) known.queues = null
    const { service, node } = known.names
    const dated = isLive ? datedBeat({ heartbeat, at: beat.at }, { service, node }) : null
    return { service, node, lastBeat: beat.at, clockAhead: beat.ahead, heartbeat: dated }
  }

  #take(known: KnownKey, heartbeat: Heartbeat | null, text: string | null, room: number): void {
    const now = this.#clock.now() ?? Date.now()
    const { readAt } = known
    known.readAt = now
    const name = heartbeat && beatName(heartbeat)
    if (!heartbeat || name === null || name === known.beat?.name) return
    const earliest = now - heartbeatLife(heartbeat.interval ?? 0)
    const evidence = { score: null, now, since: Math.min(now, Math.max(earliest, readAt ?? earliest)) }
    known.beat = { ...known.nodeClock.reckon(heartbeat, evidence), name, heartbeat, seenAt: performance.now() }
    known.names = namesOf(known, heartbeat)
    known.queues = queuesOf(text, known.names, known.beat.at, room)
  }
}

/** Other apps may write other values under `pulse:`; those are not counted. */
function countLeft({ isCertain }: ForeignKey, { left }: KeyText, leftOut: LeftOutCounts): void {
  if (left && isCertain) leftOut.add(left === 'large' ? 'values' : 'nodes', 1)
}

/** The names in the key, unless it contains names with an unencoded `:`. */
function namesOf(key: ForeignKey, heartbeat: Heartbeat): { service: string; node: string } {
  const { service, id } = heartbeat
  return `${service}:${id}` === key.tail ? { service, node: id } : { service: key.service, node: key.node }
}

function memberOf({ service, node }: KnownKey['names']): string {
  return nodeMember(service, node)
}

function queuesOf(
  text: string | null,
  { service, node }: KnownKey['names'],
  at: number,
  room: number,
): QueueSnapshot | null {
  if (!text?.includes('"queues"')) return null
  const snapshot = parseQueueSnapshot(text, { service }, room)
  return snapshot && { ...snapshot, service, reporter: node, timestamp: at }
}

function keepNewest(nodes: Map<string, NodeEntry>, entry: NodeEntry): void {
  const member = nodeMember(entry.service, entry.node)
  const known = nodes.get(member)
  if (!known || known.lastBeat < entry.lastBeat) nodes.set(member, entry)
}
