import { performance } from 'node:perf_hooks'
import { type Keys, parseQueueSnapshot, type QueueSnapshot, snapshotLife, type Trust } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { RedisError } from '../../redis/errors.js'
import { asScored } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import type { Verifier } from '../../signing/verifier.js'
import { newestOf } from './newest.js'
import type { ServerClock } from './server-clock.js'
import { isOfPart, type KeyText, readTexts } from './texts.js'
import { timeOfScore } from './times.js'
import { type TrustGate, trustOfSnapshot } from './trusted.js'

/** Of the index; those that were written last. */
const MAX_SNAPSHOTS = 1_000

export interface FoundSnapshots {
  readonly snapshots: readonly QueueSnapshot[]
  readonly unreadable: number
  /** Why, when it is a part of a Cluster that does not answer. */
  readonly problem?: RedisError | null
}

interface Known {
  readonly score: number
  /** Null when there is none. */
  readonly snapshot: QueueSnapshot | null
  /** Null when nothing is verified. */
  readonly trust: Trust | null
  readonly isUnreadable: boolean
  /** When it runs out unless it is written again, by `performance.now()`. */
  readonly until: number
}

interface Member {
  readonly member: string
  readonly score: number
}

/** The snapshots of the index. One is read again when its score says that it was written again. */
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
  async read(gate: TrustGate): Promise<FoundSnapshots> {
    const members = await this.#readIndex()
    if (members instanceof RedisError || !members) {
      this.#known = new Map()
      return { snapshots: [], unreadable: 1, problem: members }
    }
    const problem = await this.#update(members)
    const known = [...this.#known.values()]
    const snapshots = known
      .filter(isLive)
      .flatMap(({ snapshot, trust }) => (snapshot && gate.snapshot(snapshot, trust)) ?? [])
    return { snapshots, unreadable: known.filter(({ isUnreadable }) => isUnreadable).length, problem }
  }

  /** Whether a key is one of those that the index led to just now. */
  has(key: string): boolean {
    const known = this.#known.get(key)
    return known !== undefined && (known.isUnreadable || isLive(known))
  }

  /** Null when it is no index; an error when it is in a part of a Cluster that does not answer. */
  async #readIndex(): Promise<Member[] | RedisError | null> {
    const range = newestOf(this.#keys.queueIndex, this.#clock, MAX_SNAPSHOTS)
    const [index, time] = await send(this.#connection, this.#clock.isDoubtful ? [range, ['time']] : [range])
    if (time && !time.error) this.#clock.learn(time.value)
    if (index?.error?.code === 'WRONGTYPE') return null
    if (index?.error && isOfPart(index)) return index.error
    if (index?.error) throw index.error
    return asScored(index?.value)
  }

  /** @returns why some of them could not be read */
  async #update(members: readonly Member[]): Promise<RedisError | null> {
    // The key is the member as it stands: a foreign writer may have encoded it otherwise than we would.
    const entries = members.map(({ member, score }) => ({ key: `${this.#keys.prefix}queues:${member}`, score }))
    const changed = entries.filter(({ key, score }) => {
      const known = this.#known.get(key)
      return !known || known.score !== score || known.isUnreadable
    })
    const texts = await readTexts(
      this.#connection,
      changed.map(({ key }) => key),
    )
    const fresh = new Map(changed.map(({ key, score }, index) => [key, this.#knownOf(key, score, texts[index])]))
    const kept = entries.map(({ key }) => [key, fresh.get(key) ?? this.#known.get(key)] as const)
    this.#known = new Map(kept.flatMap(([key, known]) => (known ? [[key, known] as const] : [])))
    return texts.find(({ problem }) => problem)?.problem ?? null
  }

  #knownOf(key: string, score: number, read: KeyText | undefined): Known {
    const text = read?.text ?? null
    const snapshot = text === null ? null : parseQueueSnapshot(text)
    const isUnreadable = read?.unreadable === true || (text !== null && !snapshot)
    const life = snapshotLife(snapshot?.interval ?? 0)
    const now = this.#clock.now()
    const age = now === null ? 0 : Math.min(life, Math.max(0, now - score))
    const at = timeOfScore(score, Date.now())
    return {
      score,
      snapshot: snapshot && { ...snapshot, timestamp: at },
      trust: trustOfSnapshot(this.#verifier, key, text, snapshot),
      isUnreadable,
      until: performance.now() + life - age,
    }
  }
}

function isLive({ snapshot, until }: Known): boolean {
  return snapshot !== null && until > performance.now()
}
