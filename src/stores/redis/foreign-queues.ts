import { performance } from 'node:perf_hooks'
import {
  type Keys,
  MAX_KEY_CHARS,
  parseQueueSnapshot,
  type QueueSnapshot,
  snapshotLife,
  type Trust,
} from '../../protocol/index.js'
import { MAX_FOREIGN_SNAPSHOTS, MAX_REPORTED_QUEUES } from '../../protocol/read-limits.js'
import type { Connection } from '../../redis/connection.js'
import type { Verifier } from '../../signing/verifier.js'
import { serviceOfQueuesKey } from './foreign-keys.js'
import type { LeftOutCounts } from './left-out-counts.js'
import { type FoundSnapshots, SNAPSHOT_BOUNDS } from './queue-snapshots.js'
import { textIdOf } from './repeats.js'
import type { ServerClock } from './server-clock.js'
import { eachText, type KeyText } from './texts.js'
import { type TrustGate, trustOfSnapshot } from './trust-gate.js'

/** A key without a snapshot for this long is dropped, ms. */
const MEMORY_MS = 60 * 60_000

interface Known {
  readonly service: string
  /** Detects a changed text; the texts themselves would take too much memory. */
  textId: string | null
  snapshot: QueueSnapshot | null
  /** Null when nothing is verified. */
  trust: Trust | null
  /** When its text last changed, and when it last had one, by `performance.now()`. */
  changedAt: number
  seenAt: number
}

/** Snapshots whose reporters write no index, by key. */
export class ForeignQueues {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #clock: ServerClock
  readonly #verifier: Verifier | null
  readonly #known = new Map<string, Known>()

  constructor(connection: Connection, keys: Keys, clock: ServerClock, verifier: Verifier | null) {
    this.#connection = connection
    this.#keys = keys
    this.#clock = clock
    this.#verifier = verifier
  }

  add(key: string): void {
    if (key.length > MAX_KEY_CHARS) return
    if (this.#known.has(key)) return
    const service = serviceOfQueuesKey(this.#keys, key)
    if (this.#known.size >= MAX_FOREIGN_SNAPSHOTS) return
    const now = performance.now()
    if (service)
      this.#known.set(key, { service, textId: null, snapshot: null, trust: null, changedAt: now, seenAt: now })
  }

  /** @param isIndexed whether a key is in the index, and so is not foreign */
  async read(isIndexed: (key: string) => boolean, gate: TrustGate, leftOut: LeftOutCounts): Promise<FoundSnapshots> {
    const keys = [...this.#known.keys()].filter((key) => !isIndexed(key))
    const snapshots: QueueSnapshot[] = []
    let unreadable = 0
    let room = MAX_REPORTED_QUEUES
    await eachText(this.#connection, keys, SNAPSHOT_BOUNDS, (text, index) => {
      const key = keys[index] ?? ''
      if (text.left) leftOut.add(text.left === 'large' ? 'values' : 'snapshots', 1)
      const one = this.#readOne(key, text, room)
      if (one === 'unreadable') unreadable += 1
      if (one === null || one === 'unreadable') return
      room -= one.queues.length
      const snapshot = gate.snapshot(one, this.#known.get(key)?.trust ?? null)
      if (snapshot) snapshots.push(snapshot)
    })
    return { snapshots, unreadable }
  }

  /** @param room number of queues that still fit */
  #readOne(key: string, { text, unreadable, left }: KeyText, room: number): QueueSnapshot | 'unreadable' | null {
    const known = this.#known.get(key)
    const now = performance.now()
    if (!known) return null
    if (left) return left === 'large' ? 'unreadable' : null
    if (text === null && !unreadable) {
      if (now - known.seenAt > MEMORY_MS) this.#known.delete(key)
      return null
    }
    known.seenAt = now
    const snapshot = this.#snapshotOf(key, known, text, room)
    if (!snapshot) return 'unreadable'
    // A key without a TTL stays when its reporter is gone.
    return now - known.changedAt > snapshotLife(snapshot.interval ?? 0) ? null : snapshot
  }

  #snapshotOf(key: string, known: Known, text: string | null, room: number): QueueSnapshot | null {
    const textId = text === null ? null : textIdOf(text)
    // An unchanged text keeps its object.
    if (textId !== null && textId === known.textId && (known.snapshot?.queues.length ?? 0) <= room)
      return known.snapshot
    const snapshot = parseQueueSnapshot(text, known, room)
    if (!snapshot) return null
    // With more room the same text yields more queues, and is no newer.
    if (textId !== known.textId) known.changedAt = performance.now()
    known.trust = trustOfSnapshot(this.#verifier, key, text, snapshot)
    known.snapshot = { ...snapshot, timestamp: this.#timeOf(snapshot, known.textId !== null) }
    known.textId = textId
    return known.snapshot
  }

  /** By Redis' clock; an impossible time becomes the time of the first read. @param isNew the key had another text at the last read */
  #timeOf({ timestamp, interval }: QueueSnapshot, isNew: boolean): number {
    const now = this.#clock.now() ?? Date.now()
    const ttlMs = snapshotLife(interval ?? 0)
    const isOff = timestamp > now || timestamp < now - (isNew ? Math.min(ttlMs, 2 * (interval ?? ttlMs)) : ttlMs)
    return isOff ? now : timestamp
  }
}
