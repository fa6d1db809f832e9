import { performance } from 'node:perf_hooks'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { orThrow, sendInPortions } from '../shared/redis.js'
import { bareName } from './names.js'

/**
 * Most of the newest jobs of all queues that are assigned to their queues: at each reading, and when a request needs older ones (about 30
 * MB).
 */
const BOUNDS = { read: 10_000, deep: 200_000 }
const WINDOW = 1_000
/** How often a longer list, or one with missing jobs, is read again, ms. */
const AGAIN_MS = 30_000

/**
 * Maps the jobs of Horizon's list to their queues. Horizon has one list for all queues, and only a job's hash names its queue. Each hash is
 * read once.
 */
export class JobIndex {
  readonly #connection: Connection
  readonly #horizon: string
  readonly #key: string
  readonly #bounds: typeof BOUNDS
  /** Queue by id, newest first; null if the job is gone. */
  #queues = new Map<string, string | null>()
  #total = 0
  /** Number of positions read, from the newest. */
  #depth: number
  #signature = ''
  /** Whether some job's queue is unknown: Horizon may be about to write it. */
  #hasGaps = false
  #walkedAt = Number.NEGATIVE_INFINITY
  #working: Promise<void> | null = null

  /** @param list `failed_jobs` or `completed_jobs` */
  constructor(connection: Connection, horizon: string, list: string, bounds = BOUNDS) {
    this.#bounds = bounds
    this.#depth = bounds.read
    this.#connection = connection
    this.#horizon = horizon
    this.#key = `${horizon}${list}`
  }

  get key(): string {
    return this.#key
  }

  /** Number of jobs of all queues in the list. */
  get total(): number {
    return this.#total
  }

  /** Number of jobs that were read. */
  get looked(): number {
    return Math.min(this.#total, this.#depth)
  }

  /** Whether the queue of every job is known, rather than of the newest only. */
  get isWhole(): boolean {
    return this.#total <= this.#depth
  }

  /** Newest first. @param name without braces */
  of(name: string): string[] {
    return [...this.#queues].flatMap(([id, queue]) => (queue === name ? [id] : []))
  }

  /** Number of jobs per queue, by its name without braces. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const queue of this.#queues.values()) if (queue !== null) counts.set(queue, (counts.get(queue) ?? 0) + 1)
    return counts
  }

  /** @throws RedisError */
  refresh(): Promise<void> {
    return this.#alone(() => this.#refresh())
  }

  /** Reads older jobs for a time, ms; the result is remembered. @throws RedisError */
  async deepen(ms: number): Promise<void> {
    const ends = performance.now() + ms
    while (!this.isWhole && this.#depth < this.#bounds.deep && performance.now() < ends)
      await this.#alone(() => this.#goOn())
  }

  #alone(work: () => Promise<void>): Promise<void> {
    this.#working ??= work().finally(() => {
      this.#working = null
    })
    return this.#working
  }

  async #refresh(): Promise<void> {
    const [size, newest, oldest] = await sendInPortions(this.#connection, [
      ['zcard', this.#key],
      ['zrange', this.#key, 0, 0],
      ['zrange', this.#key, -1, -1],
    ])
    const total = asNumber(orThrow(size)) ?? 0
    const signature = JSON.stringify([total, orThrow(newest), orThrow(oldest)].map(String))
    this.#total = total
    const isSame = signature === this.#signature
    if (isSame && !this.#hasGaps) return
    const isLong = total > this.#bounds.read
    if ((isSame || isLong) && performance.now() - this.#walkedAt < AGAIN_MS) return this.#catchUp()
    await this.#walk()
    this.#signature = signature
  }

  async #walk(): Promise<void> {
    this.#walkedAt = performance.now()
    const queues = new Map<string, string | null>()
    for (let start = 0; start < this.looked; start += WINDOW)
      for (const [id, queue] of await this.#window(start)) queues.set(id, queue)
    this.#queues = queues
    this.#hasGaps = [...queues.values()].includes(null)
  }

  /** Reads only new jobs of a list that is too long to be read each time. */
  async #catchUp(): Promise<void> {
    const fresh = new Map<string, string | null>()
    for (let start = 0; start < this.looked; start += WINDOW) {
      const part = await this.#window(start)
      const isKnown = [...part.keys()].some((id) => this.#queues.has(id))
      for (const [id, queue] of part) if (!this.#queues.get(id)) fresh.set(id, queue)
      if (isKnown || part.size === 0) break
    }
    this.#queues = new Map([...fresh, ...[...this.#queues].filter(([id]) => !fresh.has(id))])
  }

  async #goOn(): Promise<void> {
    const part = await this.#window(this.#depth)
    for (const [id, queue] of part) this.#queues.set(id, queue)
    this.#depth += WINDOW
  }

  /** A part of the list: the queue of each job, if known. */
  async #window(start: number): Promise<Map<string, string | null>> {
    const [reply] = await sendInPortions(this.#connection, [['zrange', this.#key, start, start + WINDOW - 1]])
    const ids = asList(orThrow(reply)).flatMap((id) => asText(id) ?? [])
    const unknown = await this.#queuesOf(ids.filter((id) => !this.#queues.get(id)))
    return new Map(ids.map((id) => [id, unknown.get(id) ?? this.#queues.get(id) ?? null]))
  }

  /** @throws RedisError unless only a single job cannot be read */
  async #queuesOf(ids: readonly string[]): Promise<Map<string, string>> {
    const replies = await sendInPortions(
      this.#connection,
      ids.map((id) => ['hget', `${this.#horizon}${id}`, 'queue'] as const),
    )
    const failed = replies.find(({ error }) => error !== null && error.code !== 'WRONGTYPE')
    if (failed) orThrow(failed)
    const names = replies.map(({ value }) => asText(value))
    return new Map(
      ids.flatMap((id, index) => {
        const name = names[index]
        return name ? [[id, bareName(name)] as const] : []
      }),
    )
  }
}
