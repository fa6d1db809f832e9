import { performance } from 'node:perf_hooks'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { orThrow, sendInPortions } from '../shared/redis.js'
import { bareName } from './names.js'

/** How many of the newest jobs of all queues are told apart by their queue. */
export const MAX_INDEXED = 10_000
const WINDOW = 1_000
/** How often a longer list, or one with jobs that are gone, is looked through again, ms. */
const AGAIN_MS = 30_000

/**
 * Which jobs of Horizon's list are whose. Horizon keeps one list for all queues, and the queue stands in each job's hash:
 * asked for once, and then only for jobs that came since.
 */
export class JobIndex {
  readonly #connection: Connection
  readonly #horizon: string
  readonly #key: string
  /** Queue by id, the newest first; null where the job is gone. */
  #queues = new Map<string, string | null>()
  #total = 0
  #signature = ''
  /** Whether some job's queue is unknown: Horizon may be about to write it. */
  #hasGaps = false
  #walkedAt = Number.NEGATIVE_INFINITY
  #refreshing: Promise<void> | null = null

  /** @param list `failed_jobs` or `completed_jobs` */
  constructor(connection: Connection, horizon: string, list: string) {
    this.#connection = connection
    this.#horizon = horizon
    this.#key = `${horizon}${list}`
  }

  get key(): string {
    return this.#key
  }

  /** How many jobs of all queues are in the list. */
  get total(): number {
    return this.#total
  }

  /** Whether every job's queue is known, or only that of the newest. */
  get isWhole(): boolean {
    return this.#total <= MAX_INDEXED
  }

  /** The newest first. @param name without braces */
  of(name: string): string[] {
    return [...this.#queues].flatMap(([id, queue]) => (queue === name ? [id] : []))
  }

  /** How many jobs each queue has, by its name without braces. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const queue of this.#queues.values()) if (queue !== null) counts.set(queue, (counts.get(queue) ?? 0) + 1)
    return counts
  }

  /** @throws RedisError */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null
    })
    return this.#refreshing
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
    if ((isSame || !this.isWhole) && performance.now() - this.#walkedAt < AGAIN_MS) return
    await this.#walk(Math.min(total, MAX_INDEXED))
    this.#signature = signature
  }

  async #walk(size: number): Promise<void> {
    this.#walkedAt = performance.now()
    const queues = new Map<string, string | null>()
    for (let start = 0; start < size; start += WINDOW) {
      const [reply] = await sendInPortions(this.#connection, [['zrange', this.#key, start, start + WINDOW - 1]])
      const ids = asList(orThrow(reply)).flatMap((id) => asText(id) ?? [])
      const unknown = await this.#queuesOf(ids.filter((id) => !this.#queues.get(id)))
      for (const id of ids) queues.set(id, unknown.get(id) ?? this.#queues.get(id) ?? null)
    }
    this.#queues = queues
    this.#hasGaps = [...queues.values()].includes(null)
  }

  async #queuesOf(ids: readonly string[]): Promise<Map<string, string>> {
    const replies = await sendInPortions(
      this.#connection,
      ids.map((id) => ['hget', `${this.#horizon}${id}`, 'queue'] as const),
    )
    const names = replies.map(({ value }) => asText(value))
    return new Map(
      ids.flatMap((id, index) => {
        const name = names[index]
        return name ? [[id, bareName(name)] as const] : []
      }),
    )
  }
}
