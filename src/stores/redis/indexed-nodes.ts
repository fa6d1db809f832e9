import { performance } from 'node:perf_hooks'
import type { NodeEntry } from '../../ports/index.js'
import { type Keys, MAX_RECORD_CHARS } from '../../protocol/index.js'
import { MAX_CHAR_BYTES, MAX_HEARTBEATS_BYTES, MAX_NODES } from '../../protocol/read-limits.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { RedisError } from '../../redis/errors.js'
import { asNumber, asScored } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import type { Verifier } from '../../signing/verifier.js'
import { futureMembers, newestMembers } from './index-range.js'
import { isFar, isRemembered, type Known, knownOf, MAX_MEMBER_CHARS, type Place, placeOf } from './known-node.js'
import type { LeftOutCounts } from './left-out-counts.js'
import type { ServerClock } from './server-clock.js'
import { eachText, isOfPart } from './texts.js'
import type { TrustGate } from './trust-gate.js'

const BOUNDS = { maxBytes: MAX_CHAR_BYTES * MAX_RECORD_CHARS, totalBytes: MAX_HEARTBEATS_BYTES }
const TIME: Command = ['time']

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
  /** When the index was read last, Unix ms by Redis' clock. */
  #readAt = 0
  #isFull = false

  constructor(options: IndexedNodesOptions) {
    this.#options = options
  }

  /** What they are called, as of the last read. */
  *names(): Iterable<Pick<Place, 'service' | 'node'>> {
    for (const { place } of this.#known.values()) yield place
  }

  /** Whether it has more nodes than are read, or as many. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** @throws RedisError when Redis does not answer */
  async read(
    gate: TrustGate,
    leftOut: LeftOutCounts,
  ): Promise<{ nodes: NodeEntry[]; unreadable: number; problem: RedisError | null }> {
    const members = await this.#readIndex()
    if (members instanceof RedisError || !members) {
      // They are no less there for that: those of them that are found without the index are read.
      this.#known = new Map()
      return { nodes: [], unreadable: 1, problem: members }
    }
    const problem = await this.#update(members)
    this.#makeRoom()
    await this.#countLeft(members, leftOut)
    const nodes: NodeEntry[] = []
    let unreadable = 0
    for (const { place, entry, beat, text, isStray, left } of this.#known.values()) {
      const node = entry && gate.node(place.key, text, entry, beat?.heartbeat ?? null)
      if (node) nodes.push(node)
      if (!entry && !isStray && (!left || left === 'large')) unreadable += 1
    }
    return { nodes, unreadable, problem }
  }

  /** What is held stays within its bound: of too much, the largest heartbeats go. */
  #makeRoom(): void {
    let bytes = 0
    for (const known of this.#known.values()) bytes += known.bytes
    if (bytes <= MAX_HEARTBEATS_BYTES) return
    for (const known of [...this.#known.values()].sort((a, b) => b.bytes - a.bytes)) {
      if (bytes <= MAX_HEARTBEATS_BYTES) return
      bytes -= known.bytes
      this.#known.set(known.place.member, { ...known, entry: null, beat: null, text: null, bytes: 0, left: 'room' })
    }
  }

  async #countLeft(members: readonly Member[], leftOut: LeftOutCounts): Promise<void> {
    this.#isFull = members.length >= MAX_NODES
    if (this.#isFull) leftOut.add('nodes', (await this.#countIndex()) - members.length)
    leftOut.add('values', members.filter(({ member }) => member === '' || member.length > MAX_MEMBER_CHARS).length)
    for (const { left } of this.#known.values()) if (left) leftOut.add(left === 'large' ? 'values' : 'nodes', 1)
  }

  /** 0 where this user may not ask. */
  async #countIndex(): Promise<number> {
    const { connection, keys } = this.#options
    const [reply] = await send(connection, [['zcard', keys.nodeIndex]])
    return asNumber(reply?.value) ?? 0
  }

  /** Null when it is no index; an error when it is in a part of a Cluster that does not answer. */
  async #readIndex(): Promise<Member[] | RedisError | null> {
    const { connection, keys, clock } = this.#options
    const range = newestMembers(keys.nodeIndex, clock, MAX_NODES)
    const far = futureMembers(keys.nodeIndex, clock)
    const sentAt = performance.now()
    const commands = [range, ...(far ? [far] : []), ...(clock.isDue ? [TIME] : [])]
    const replies = await send(connection, commands)
    const replyTo = (command: Command | null) => (command ? replies[commands.indexOf(command)] : undefined)
    const time = replyTo(TIME)
    if (time && !time.error) clock.learn(time.value, sentAt)
    const index = replyTo(range)
    if (index?.error?.code === 'WRONGTYPE') return null
    if (index?.error && isOfPart(index)) return index.error
    if (index?.error) throw index.error
    const found = asScored(index?.value)
    return [...found, ...this.#strays(asScored(replyTo(far)?.value), found)]
  }

  /**
   * Members that others prune again and again, for their clocks are more than a day off: those that beat, or are lost.
   *
   * @param ahead of the far future
   */
  #strays(ahead: readonly Member[], found: readonly Member[]): Member[] {
    const now = this.#now()
    const kept = [...this.#known.values()].filter(({ score, beat }) => isFar(score, now) && isRemembered(beat))
    const strays = new Map(ahead.map((one) => [one.member, one]))
    for (const { place, score } of kept) strays.set(place.member, { member: place.member, score })
    if (strays.size > 0) for (const { member } of found) strays.delete(member)
    return [...strays.values()]
  }

  #now(): number {
    return this.#options.clock.now() ?? Date.now()
  }

  /** @returns why some of them could not be read */
  async #update(members: readonly Member[]): Promise<RedisError | null> {
    let problem: RedisError | null = null
    const now = performance.now()
    const lastReadAt = this.#readAt
    const keepsTexts = this.#options.verifier !== null
    this.#readAt = this.#now()
    const next = new Map<string, Known | null>()
    const due: { readonly place: Place; readonly score: number; readonly known: Known | null }[] = []
    for (const { member, score } of members) {
      const known = this.#known.get(member) ?? null
      const place = known?.place ?? placeOf(member, this.#options.keys.prefix)
      if (!place) continue
      next.set(place.member, known)
      if (known?.score !== score || known.dueAt <= now) due.push({ place, score, known })
    }
    const keys = due.map(({ place }) => place.key)
    await eachText(this.#options.connection, keys, BOUNDS, (text, index) => {
      const { place, score, known } = due[index] as (typeof due)[number]
      problem ??= text.problem ?? null
      // With another score than at the last look it was written since.
      const since = known && (known.score === score ? known.readAt : Math.max(known.readAt, lastReadAt))
      next.set(place.member, knownOf(place, score, text, { known, since, now: this.#now(), keepsTexts }))
    })
    // What was not known was due, and is known now.
    this.#known = next as Map<string, Known>
    return problem
  }
}
