import { performance } from 'node:perf_hooks'
import type { NodeEntry } from '../../ports.js'
import {
  type Heartbeat,
  heartbeatLife,
  INDEX_LIFE_MS,
  type Keys,
  nodeMember,
  parseHeartbeat,
  parseQueueSnapshot,
  type QueueSnapshot,
} from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import type { Verifier } from '../../signing/verifier.js'
import { type ForeignKey, parseForeignKey } from './foreign-keys.js'
import { type KeyText, readTexts } from './texts.js'
import { TrustGate } from './trusted.js'

const MAX_FOREIGN_NODES = 5_000
/** What was read so lately is not read again for its queues, ms. */
const FRESH_MS = 2_000

interface KnownKey extends ForeignKey {
  /** Of the newest heartbeat read; null as long as none was. */
  timestamp: number | null
  /** When that heartbeat was first read, Unix ms by this clock. */
  changedAt: number
  /** What service and node are called: usually as in the key. */
  names: { readonly service: string; readonly node: string }
  /** The older SDK tells of queues in its heartbeats; null when this one does not, or when it is lost. */
  queues: QueueSnapshot | null
}

/** Nodes whose reporters write no index, by their keys. One that was seen and ran out is remembered as lost for a day. */
export class ForeignNodes {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #verifier: Verifier | null
  readonly #known = new Map<string, KnownKey>()
  #readAt = Number.NEGATIVE_INFINITY

  constructor(connection: Connection, keys: Keys, verifier: Verifier | null) {
    this.#connection = connection
    this.#keys = keys
    this.#verifier = verifier
  }

  add(key: string): void {
    if (this.#known.has(key) || this.#known.size >= MAX_FOREIGN_NODES) return
    const parsed = parseForeignKey(this.#keys, key)
    if (parsed) this.#known.set(key, { ...parsed, timestamp: null, changedAt: 0, names: parsed, queues: null })
  }

  /** Whether a service was seen under `pulse:`, so that its other records may be there, too. */
  hasPulse(service: string): boolean {
    for (const known of this.#known.values()) if (known.isPulse && known.names.service === service) return true
    return false
  }

  /** @param indexed nodes of the index are not foreign */
  async read(
    indexed: Iterable<KnownKey['names']>,
    gate: TrustGate,
  ): Promise<{ nodes: NodeEntry[]; unreadable: number }> {
    if (this.#known.size > 0) this.#leaveOut(new Set([...indexed].map(memberOf)))
    this.#readAt = performance.now()
    return this.#readKeys([...this.#known.keys()], gate)
  }

  #leaveOut(members: ReadonlySet<string>): void {
    for (const [key, { names }] of this.#known) if (members.has(memberOf(names))) this.#known.delete(key)
  }

  /** What heartbeats say of queues. They are read for it alone only when nobody reads them anyway. */
  async queues(): Promise<QueueSnapshot[]> {
    if (performance.now() - this.#readAt > FRESH_MS) {
      const known = [...this.#known].filter(([, { timestamp, queues }]) => timestamp === null || queues !== null)
      await this.#readKeys(
        known.map(([key]) => key),
        new TrustGate(this.#verifier),
      )
    }
    return [...this.#known.values()].flatMap(({ queues }) => queues ?? [])
  }

  async #readKeys(keys: readonly string[], gate: TrustGate): Promise<{ nodes: NodeEntry[]; unreadable: number }> {
    const texts = await readTexts(this.#connection, keys)
    const nodes = new Map<string, NodeEntry>()
    let unreadable = 0
    texts.forEach((text, index) => {
      const key = keys[index] ?? ''
      const known = this.#known.get(key)
      if (!known) return
      const entry = this.#readOne(key, known, text)
      if (entry === 'unreadable') unreadable += 1
      else if (entry) this.#keep(nodes, key, text.text, entry, gate)
    })
    return { nodes: [...nodes.values()], unreadable }
  }

  #keep(nodes: Map<string, NodeEntry>, key: string, text: string | null, entry: NodeEntry, gate: TrustGate): void {
    const node = gate.node(key, text, entry)
    const known = this.#known.get(key)
    if (known && this.#verifier?.isRequired && node?.trust !== 'signed') known.queues = null
    if (node) keepNewest(nodes, node)
  }

  #readOne(key: string, known: KnownKey, { text, unreadable }: KeyText): NodeEntry | 'unreadable' | null {
    const heartbeat = parseHeartbeat(text, known)
    if (!heartbeat && (text !== null || unreadable)) {
      if (known.isCertain) return 'unreadable'
      this.#known.delete(key)
      return null
    }
    const now = Date.now()
    if (heartbeat && heartbeat.timestamp !== known.timestamp) {
      known.timestamp = heartbeat.timestamp
      known.changedAt = now
      known.names = namesOf(known, heartbeat)
      known.queues = queuesOf(text, known.names)
    }
    if (known.timestamp === null || now - known.changedAt > INDEX_LIFE_MS) {
      this.#known.delete(key)
      return null
    }
    // A key without an end to its life stays when its reporter is gone.
    const isStale = heartbeat !== null && now - known.changedAt > heartbeatLife(heartbeat.interval ?? 0)
    if (heartbeat === null || isStale) known.queues = null
    const { service, node } = known.names
    const lastBeat = Math.min(known.timestamp, now)
    return { service, node, lastBeat, heartbeat: heartbeat && !isStale ? { ...heartbeat, service, id: node } : null }
  }
}

/** The key says it, unless names with a `:` in them were put into it unencoded. */
function namesOf(key: ForeignKey, heartbeat: Heartbeat): { service: string; node: string } {
  const { service, id } = heartbeat
  return `${service}:${id}` === key.tail ? { service, node: id } : { service: key.service, node: key.node }
}

function memberOf({ service, node }: KnownKey['names']): string {
  return nodeMember(service, node)
}

function queuesOf(text: string | null, { service, node }: KnownKey['names']): QueueSnapshot | null {
  if (!text?.includes('"queues"')) return null
  const snapshot = parseQueueSnapshot(text, { service })
  return snapshot && { ...snapshot, service, reporter: node, timestamp: Math.min(snapshot.timestamp, Date.now()) }
}

function keepNewest(nodes: Map<string, NodeEntry>, entry: NodeEntry): void {
  const member = nodeMember(entry.service, entry.node)
  const known = nodes.get(member)
  if (!known || known.lastBeat < entry.lastBeat) nodes.set(member, entry)
}
