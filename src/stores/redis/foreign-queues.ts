import { performance } from 'node:perf_hooks'
import { type Keys, parseQueueSnapshot, type QueueSnapshot, snapshotLife, type Trust } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import type { Verifier } from '../../signing/verifier.js'
import { serviceOfQueuesKey } from './foreign-keys.js'
import type { FoundSnapshots } from './queue-snapshots.js'
import { type KeyText, readTexts } from './texts.js'
import { type TrustGate, trustOfSnapshot } from './trusted.js'

const MAX_FOREIGN_SNAPSHOTS = 1_000
/** A key that held no snapshot for so long is forgotten, ms. */
const MEMORY_MS = 60 * 60_000

interface Known {
  readonly service: string
  text: string | null
  snapshot: QueueSnapshot | null
  /** Null when nothing is verified. */
  trust: Trust | null
  /** When its time was first seen, and when there was last a text, by `performance.now()`. */
  changedAt: number
  seenAt: number
}

/** Snapshots whose reporters write no index, by their keys. */
export class ForeignQueues {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #verifier: Verifier | null
  readonly #known = new Map<string, Known>()

  constructor(connection: Connection, keys: Keys, verifier: Verifier | null) {
    this.#connection = connection
    this.#keys = keys
    this.#verifier = verifier
  }

  add(key: string): void {
    if (this.#known.has(key) || this.#known.size >= MAX_FOREIGN_SNAPSHOTS) return
    const service = serviceOfQueuesKey(this.#keys, key)
    const now = performance.now()
    if (service) this.#known.set(key, { service, text: null, snapshot: null, trust: null, changedAt: now, seenAt: now })
  }

  /** @param isIndexed whether the index led to a key already: that one is not foreign */
  async read(isIndexed: (key: string) => boolean, gate: TrustGate): Promise<FoundSnapshots> {
    const keys = [...this.#known.keys()].filter((key) => !isIndexed(key))
    const texts = await readTexts(this.#connection, keys)
    const found = texts.map((text, index) => this.#readOne(keys[index] ?? '', text))
    const snapshots = found.flatMap((one, index) => {
      if (one === null || one === 'unreadable') return []
      return gate.snapshot(one, this.#known.get(keys[index] ?? '')?.trust ?? null) ?? []
    })
    return { snapshots, unreadable: found.filter((one) => one === 'unreadable').length }
  }

  #readOne(key: string, { text, unreadable }: KeyText): QueueSnapshot | 'unreadable' | null {
    const known = this.#known.get(key)
    const now = performance.now()
    if (!known) return null
    if (text === null && !unreadable) {
      if (now - known.seenAt > MEMORY_MS) this.#known.delete(key)
      return null
    }
    known.seenAt = now
    const snapshot = text === known.text ? known.snapshot : parseQueueSnapshot(text, known)
    if (!snapshot) return 'unreadable'
    if (snapshot.timestamp !== known.snapshot?.timestamp) known.changedAt = now
    if (text !== known.text) known.trust = trustOfSnapshot(this.#verifier, key, text, snapshot)
    known.text = text
    known.snapshot = { ...snapshot, timestamp: Math.min(snapshot.timestamp, Date.now()) }
    // A key without an end to its life stays when its reporter is gone.
    return now - known.changedAt > snapshotLife(snapshot.interval ?? 0) ? null : known.snapshot
  }
}
