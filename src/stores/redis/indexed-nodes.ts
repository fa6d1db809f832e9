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

export interface IndexedNodesOptions {
  readonly connection: Connection
  readonly keys: Keys
  readonly clock: ServerClock
  readonly verifier: Verifier | null
}

/**
 * The nodes of the index. A node is read again only when its score changed, or its next beat is due: between two reads most of a fleet
 * has not beaten.
 */
export class IndexedNodes {
  readonly #options: IndexedNodesOptions
  /** By member. */
  #known = new Map<string, Known>()
  /** Last read of the index, Unix ms by Redis' clock. */
  #readAt = 0
  #isFull = false

  constructor(options: IndexedNodesOptions) {
    this.#options = options
  }

  /** Names as of the last read. */
  *names(): Iterable<Pick<Place, 'service' | 'node'>> {
    for (const { place } of this.#known.values()) yield place
  }

  /** Whether the index has at least as many nodes as are read. */
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
      // Cleared, so that nodes that a scan finds are read as foreign ones.
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

  /** Drops the largest heartbeats while they exceed the memory limit. */
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

  /** 0 if this user may not count. */
  async #countIndex(): Promise<number> {
    const { connection, keys } = this.#options
    const [reply] = await send(connection, [['zcard', keys.nodeIndex]])
    return asNumber(reply?.value) ?? 0
  }

  /** Null for a key of another type; an error when its part of a Cluster does not answer. */
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
   * Members that other nodes keep pruning, because their clocks differ by more than a day.
   *
   * @param ahead members in the far future
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

  /** @returns why some could not be read */
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
      // A changed score means that it was written since the last read.
      const since = known && (known.score === score ? known.readAt : Math.max(known.readAt, lastReadAt))
      next.set(place.member, knownOf(place, score, text, { known, since, now: this.#now(), keepsTexts }))
    })
    // Every unknown node was due, and is known now.
    this.#known = next as Map<string, Known>
    return problem
  }
}
