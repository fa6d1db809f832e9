import { performance } from 'node:perf_hooks'
import {
  type Keys,
  MAX_NAME_CHARS,
  MAX_SNAPSHOT_CHARS,
  parseQueueSnapshot,
  type QueueSnapshot,
  snapshotLife,
  type Trust,
} from '../../protocol/index.js'
import { MAX_CHAR_BYTES, MAX_REPORTED_QUEUES, MAX_SNAPSHOTS, MAX_SNAPSHOTS_BYTES } from '../../protocol/read-limits.js'
import type { Connection } from '../../redis/connection.js'
import { RedisError } from '../../redis/errors.js'
import { asNumber, asScored } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import type { Verifier } from '../../signing/verifier.js'
import { newestMembers } from './index-range.js'
import type { LeftOutCounts } from './left-out-counts.js'
import type { ServerClock } from './server-clock.js'
import { withinTotal } from './snapshot-total.js'
import { eachText, isOfPart, type KeyText } from './texts.js'
import { type TrustGate, trustOfSnapshot } from './trust-gate.js'

/** A service, with three bytes per character and three characters per encoded byte, and a slot. */
const MAX_MEMBER_CHARS = 9 * MAX_NAME_CHARS + 10

/** Limits for loading snapshots. */
export const SNAPSHOT_BOUNDS = { maxBytes: MAX_CHAR_BYTES * MAX_SNAPSHOT_CHARS, totalBytes: MAX_SNAPSHOTS_BYTES }

export interface FoundSnapshots {
  readonly snapshots: readonly QueueSnapshot[]
  readonly unreadable: number
  /** Set when a part of a Cluster does not answer. */
  readonly problem?: RedisError | null
}

interface Known {
  readonly score: number
  readonly snapshot: QueueSnapshot | null
  /** Null when nothing is verified. */
  readonly trust: Trust | null
  readonly isUnreadable: boolean
  /** Why it was not loaded. */
  readonly left: KeyText['left']
  /** When it expires unless it is written again, by `performance.now()`. */
  readonly until: number
}

interface Member {
  readonly member: string
  readonly score: number
}

/** The snapshots of the index. One is read again when its score changed. */
export class QueueSnapshots {
  readonly #connection: Connection
  readonly #keys: Keys
  readonly #clock: ServerClock
  readonly #verifier: Verifier | null
  #known = new Map<string, Known>()

  constructor(connection: Connection, keys: Keys, clock: ServerClock, verifier: Verifier | null) {
    this.#connection = connection
    this.#keys = keys
    this.#clock = clock
    this.#verifier = verifier
  }

  /** @throws RedisError when Redis does not answer */
  async read(gate: TrustGate, leftOut: LeftOutCounts): Promise<FoundSnapshots> {
    const members = await this.#readIndex()
    if (members instanceof RedisError || !members) {
      this.#known = new Map()
      return { snapshots: [], unreadable: 1, problem: members }
    }
    leftOut.add('values', members.filter(({ member }) => member === '' || member.length > MAX_MEMBER_CHARS).length)
    const problem = await this.#update(members)
    if (members.length >= MAX_SNAPSHOTS) leftOut.add('snapshots', (await this.#countIndex()) - members.length)
    this.#makeRoom()
    const known = [...this.#known.values()]
    for (const { left } of known) if (left) leftOut.add(left === 'large' ? 'values' : 'snapshots', 1)
    const snapshots = known
      .filter(isLive)
      .flatMap(({ snapshot, trust }) => (snapshot && gate.snapshot(snapshot, trust)) ?? [])
    return { snapshots, unreadable: known.filter(({ isUnreadable }) => isUnreadable).length, problem }
  }

  /** Keeps the queues in memory within their limit: a snapshot loses those beyond it until it is written again. */
  #makeRoom(): void {
    const held = [...this.#known].flatMap(([key, { snapshot }]) => (snapshot ? [{ key, snapshot }] : []))
    const cut = withinTotal(held.map(({ snapshot }) => snapshot))
    for (const [index, { key, snapshot }] of held.entries()) {
      const [known, now] = [this.#known.get(key), cut[index]]
      if (known && now && now !== snapshot) this.#known.set(key, { ...known, snapshot: now })
    }
  }

  /** 0 if this user may not count. */
  async #countIndex(): Promise<number> {
    const [reply] = await send(this.#connection, [['zcard', this.#keys.queueIndex]])
    return asNumber(reply?.value) ?? 0
  }

  /** Whether the index had this key at the last read. */
  has(key: string): boolean {
    const known = this.#known.get(key)
    return known !== undefined && (known.isUnreadable || isLive(known))
  }

  /** Null for a key of another type; an error when its part of a Cluster does not answer. */
  async #readIndex(): Promise<Member[] | RedisError | null> {
    const range = newestMembers(this.#keys.queueIndex, this.#clock, MAX_SNAPSHOTS)
    const sentAt = performance.now()
    const [index, time] = await send(this.#connection, this.#clock.isDue ? [range, ['time']] : [range])
    if (time && !time.error) this.#clock.learn(time.value, sentAt)
    if (index?.error?.code === 'WRONGTYPE') return null
    if (index?.error && isOfPart(index)) return index.error
    if (index?.error) throw index.error
    return asScored(index?.value)
  }

  /** @returns why some could not be read */
  async #update(members: readonly Member[]): Promise<RedisError | null> {
    // The member is not encoded again: another writer may encode it differently.
    const entries = members
      .filter(({ member }) => member.length <= MAX_MEMBER_CHARS)
      .map(({ member, score }) => ({ key: `${this.#keys.prefix}queues:${member}`, score }))
    const changed = entries.filter(({ key, score }) => {
      const known = this.#known.get(key)
      return !known || known.score !== score || known.isUnreadable || known.left === 'late'
    })
    const keys = changed.map(({ key }) => key)
    const fresh = new Map<string, Known>()
    let room = MAX_REPORTED_QUEUES
    let problem: RedisError | null = null
    await eachText(this.#connection, keys, SNAPSHOT_BOUNDS, (text, index) => {
      const { key, score } = changed[index] as (typeof changed)[number]
      const known = this.#knownOf(key, score, text, room)
      room -= known.snapshot?.queues.length ?? 0
      problem ??= text.problem ?? null
      fresh.set(key, known)
    })
    const kept = entries.map(({ key }) => [key, fresh.get(key) ?? this.#known.get(key)] as const)
    this.#known = new Map(kept.flatMap(([key, known]) => (known ? [[key, known] as const] : [])))
    return problem
  }

  /** @param room number of queues that still fit */
  #knownOf(key: string, score: number, { text, unreadable, left }: KeyText, room: number): Known {
    const snapshot = text === null ? null : parseQueueSnapshot(text, {}, room)
    const isUnreadable = unreadable || left === 'large' || (text !== null && !snapshot)
    const ttlMs = snapshotLife(snapshot?.interval ?? 0)
    const now = this.#clock.now() ?? Date.now()
    const age = Math.max(0, now - score)
    // An impossible score, whose key would have expired, is by a wrong clock: the time of the first read replaces it.
    const isOff = score > now || age > ttlMs
    const at = isOff ? now : score
    return {
      score,
      snapshot: snapshot && { ...snapshot, timestamp: at },
      trust: trustOfSnapshot(this.#verifier, key, text, snapshot),
      isUnreadable,
      left,
      until: performance.now() + (isOff ? ttlMs : ttlMs - age),
    }
  }
}

function isLive({ snapshot, until }: Known): boolean {
  return snapshot !== null && until > performance.now()
}
