import type { NodeEntry } from '../../ports.js'
import { type Keys, parseHeartbeat, parseNodeMember } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { asScored } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import type { Verifier } from '../../signing/verifier.js'
import { newestOf } from './newest.js'
import type { ServerClock } from './server-clock.js'
import { type KeyText, readTexts } from './texts.js'
import { timeOfScore } from './times.js'
import type { TrustGate } from './trusted.js'

/** Of the index; those that beat last. */
const MAX_NODES = 10_000
/** How long a score is believed at most, ms: well below the shortest life of a heartbeat. */
const MAX_REST_MS = 10_000

/** A member of the index and what its key held when it was read last. */
interface Known {
  readonly service: string
  readonly node: string
  readonly key: string
  readonly score: number
  /** Null: it can't be read. */
  readonly entry: NodeEntry | null
  /** What its key held; null, too, when nothing is verified. */
  readonly text: string | null
  /** When it is read again even if its score is the same, by `performance.now()`. */
  readonly dueAt: number
}

type Place = Pick<Known, 'service' | 'node' | 'key' | 'score'> & Member

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
  get names(): Iterable<Pick<Known, 'service' | 'node'>> {
    return this.#known.values()
  }

  /** @throws RedisError when Redis does not answer */
  async read(gate: TrustGate): Promise<{ nodes: NodeEntry[]; unreadable: number }> {
    const members = await this.#readIndex()
    if (!members) return { nodes: [], unreadable: 1 }
    await this.#update(members)
    const nodes: NodeEntry[] = []
    let unreadable = 0
    for (const { key, entry, text } of this.#known.values()) {
      const node = entry && gate.node(key, text, entry)
      if (node) nodes.push(node)
      if (!entry) unreadable += 1
    }
    return { nodes, unreadable }
  }

  /** Null when it is no index. */
  async #readIndex(): Promise<Member[] | null> {
    const { connection, keys, clock } = this.#options
    const range = newestOf(keys.nodeIndex, clock, MAX_NODES)
    const [index, time] = await send(connection, clock.isDoubtful ? [range, ['time']] : [range])
    if (time && !time.error) clock.learn(time.value)
    if (index?.error?.code === 'WRONGTYPE') return null
    if (index?.error) throw index.error
    return asScored(index?.value)
  }

  async #update(members: readonly Member[]): Promise<void> {
    const now = performance.now()
    const due = members.flatMap(({ member, score }) => {
      const known = this.#known.get(member)
      if (known?.score === score && known.dueAt > now) return []
      return this.#placeOf(member, score, known) ?? []
    })
    const keys = due.map(({ key }) => key)
    const texts = await readTexts(this.#options.connection, keys)
    const read = new Map(due.map((place, index) => [place.member, this.#knownOf(place, texts[index])]))
    const kept = members.map(({ member }) => [member, read.get(member) ?? this.#known.get(member)] as const)
    this.#known = new Map(kept.flatMap(([member, known]) => (known ? [[member, known] as const] : [])))
  }

  #placeOf(member: string, score: number, known: Known | undefined): Place | null {
    if (known) return { member, service: known.service, node: known.node, key: known.key, score }
    const names = parseNodeMember(member)
    // The key is the member as it stands: a foreign writer may have encoded it otherwise than we would.
    return names && { member, ...names, key: `${this.#options.keys.prefix}node:${member}`, score }
  }

  #knownOf({ service, node, key, score }: Place, read: KeyText | undefined): Known {
    const text = read?.text ?? null
    const lastBeat = timeOfScore(score, Date.now())
    const kept = { service, node, key, score, text: this.#options.verifier ? text : null }
    // What can't be read is not taken for a node that is lost.
    const lost = read?.unreadable ? null : { service, node, lastBeat, heartbeat: null }
    if (text === null) return { ...kept, entry: lost, dueAt: 0 }
    const heartbeat = parseHeartbeat(text, { service, node })
    if (!heartbeat) return { ...kept, entry: null, dueAt: 0 }
    const rest = Math.min(heartbeat.interval ?? 0, MAX_REST_MS)
    // The key says what they are called.
    const entry = { service, node, lastBeat, heartbeat: Object.assign(heartbeat, { service, id: node }) }
    return { ...kept, entry, dueAt: performance.now() + rest }
  }
}
