import { performance } from 'node:perf_hooks'
import type { NodeEntry } from '../../ports.js'
import { type Keys, parseHeartbeat, parseNodeMember } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { RedisError } from '../../redis/errors.js'
import { asScored } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import type { Verifier } from '../../signing/verifier.js'
import { newestOf } from './newest.js'
import type { ServerClock } from './server-clock.js'
import { eachText, isOfPart, type KeyText } from './texts.js'
import { timeOfScore } from './times.js'
import type { TrustGate } from './trusted.js'

/** Of the index; those that beat last. */
const MAX_NODES = 10_000
/** How long a score is believed at most, ms: well below the shortest life of a heartbeat. */
const MAX_REST_MS = 10_000

/** Where a node of the index is kept, and what it is called. */
interface Place {
  readonly member: string
  readonly service: string
  readonly node: string
  readonly key: string
}

/** What a node's key held when it was read last. */
interface Known {
  readonly place: Place
  /** Its own in the index. */
  readonly score: number
  /** Null: it can't be read. */
  readonly entry: NodeEntry | null
  /** What its key held; null, too, when nothing is verified. */
  readonly text: string | null
  /** When it is read again even if its score is the same, by `performance.now()`. */
  readonly dueAt: number
}

interface Member {
  readonly member: string
  readonly score: number
}

/** Which clients and names they are read with. */
export interface IndexedNodesOptions {
  readonly connection: Connection
  readonly keys: Keys
  readonly clock: ServerClock
  readonly verifier: Verifier | null
}

/**
 * The nodes of the index. One is read again when its score says that it beat again, or when it should have: most of a fleet
 * has not between two looks.
 */
export class IndexedNodes {
  readonly #options: IndexedNodesOptions
  /** By member. */
  #known = new Map<string, Known>()

  constructor(options: IndexedNodesOptions) {
    this.#options = options
  }

  /** What they are called, as of the last read. */
  *names(): Iterable<Pick<Place, 'service' | 'node'>> {
    for (const { place } of this.#known.values()) yield place
  }

  /** @throws RedisError when Redis does not answer */
  async read(gate: TrustGate): Promise<{ nodes: NodeEntry[]; unreadable: number; problem: RedisError | null }> {
    const members = await this.#readIndex()
    if (members instanceof RedisError || !members) {
      // They are no less there for that: those of them that are found without the index are read.
      this.#known = new Map()
      return { nodes: [], unreadable: 1, problem: members }
    }
    const problem = await this.#update(members)
    const nodes: NodeEntry[] = []
    let unreadable = 0
    for (const { place, entry, text } of this.#known.values()) {
      const node = entry && gate.node(place.key, text, entry)
      if (node) nodes.push(node)
      if (!entry) unreadable += 1
    }
    return { nodes, unreadable, problem }
  }

  /** Null when it is no index; an error when it is in a part of a Cluster that does not answer. */
  async #readIndex(): Promise<Member[] | RedisError | null> {
    const { connection, keys, clock } = this.#options
    const range = newestOf(keys.nodeIndex, clock, MAX_NODES)
    const [index, time] = await send(connection, clock.isDoubtful ? [range, ['time']] : [range])
    if (time && !time.error) clock.learn(time.value)
    if (index?.error?.code === 'WRONGTYPE') return null
    if (index?.error && isOfPart(index)) return index.error
    if (index?.error) throw index.error
    return asScored(index?.value)
  }

  /** @returns why some of them could not be read */
  async #update(members: readonly Member[]): Promise<RedisError | null> {
    let problem: RedisError | null = null
    const now = performance.now()
    const next = new Map<string, Known | null>()
    const due: { readonly place: Place; readonly score: number }[] = []
    for (const { member, score } of members) {
      const known = this.#known.get(member) ?? null
      const place = known?.place ?? this.#placeOf(member)
      if (!place) continue
      next.set(place.member, known)
      if (known?.score !== score || known.dueAt <= now) due.push({ place, score })
    }
    const keys = due.map(({ place }) => place.key)
    await eachText(this.#options.connection, keys, (text, index) => {
      const { place, score } = due[index] as (typeof due)[number]
      problem ??= text.problem ?? null
      next.set(place.member, this.#knownOf(place, score, text))
    })
    // What was not known was due, and is known now.
    this.#known = next as Map<string, Known>
    return problem
  }

  #placeOf(member: string): Place | null {
    const names = parseNodeMember(member)
    // The key is the member as it stands: a foreign writer may have encoded it otherwise than we would.
    return (
      names && { member, service: names.service, node: names.node, key: `${this.#options.keys.prefix}node:${member}` }
    )
  }

  /** As one literal: V8 gives each object that is spread and added to a hidden class of its own. */
  #knownOf(place: Place, score: number, { text, unreadable }: KeyText): Known {
    const { service, node } = place
    const heartbeat = parseHeartbeat(text, place)
    // The key says what they are called.
    if (heartbeat) {
      heartbeat.service = service
      heartbeat.id = node
    }
    const isReadable = heartbeat !== null || (text === null && !unreadable)
    return {
      place,
      score,
      // What can't be read is not taken for a node that is lost.
      entry: isReadable ? { service, node, lastBeat: timeOfScore(score, Date.now()), heartbeat } : null,
      text: this.#options.verifier ? text : null,
      dueAt: heartbeat ? performance.now() + Math.min(heartbeat.interval ?? 0, MAX_REST_MS) : 0,
    }
  }
}
