import { performance } from 'node:perf_hooks'
import { escapeGlob } from '../../lib/glob.js'
import type { Connection } from '../../redis/connection.js'
import { Discovery, type KeyPattern } from '../../redis/discovery.js'
import { SeenNames } from '../shared/seen-names.js'
import { type Layout, queueOfKey } from './layout.js'
import { readSchedules } from './schedules.js'
import type { Workers } from './workers.js'

/** Names of the queues: those of the options, or all that were found, searched for at an interval. */
export class Names {
  readonly #connection: Connection
  readonly #layout: Layout
  readonly #given: readonly string[] | null
  readonly #seen = new SeenNames()
  readonly #discovery: Discovery
  readonly #everyMs: number
  #askedAt = Number.NEGATIVE_INFINITY

  constructor(
    connection: Connection,
    layout: Layout,
    options: {
      readonly given: readonly string[] | null
      readonly workers: Workers
      /** Prefixes of the keys of heartbeats. */
      readonly heartbeats: readonly string[]
      readonly everyMs: number
    },
  ) {
    this.#connection = connection
    this.#layout = layout
    this.#given = options.given
    this.#everyMs = options.everyMs
    const lists: KeyPattern[] = (['list', 'zset'] as const).map((type) => ({
      match: `${escapeGlob(layout.prefix)}*`,
      type,
    }))
    const beats: KeyPattern[] = options.heartbeats.map((start) => ({ match: `${escapeGlob(start)}*`, type: 'string' }))
    const isBeat = (key: string) => options.heartbeats.some((start) => key.startsWith(start))
    this.#discovery = new Discovery(connection, options.given ? beats : [...lists, ...beats], options.everyMs, (key) =>
      isBeat(key) ? options.workers.add(key) : this.#seen.add(queueOfKey(layout, key) ?? ''),
    )
  }

  /** Number of queues beyond the limit. */
  get left(): number {
    return this.#given ? 0 : this.#seen.left
  }

  /** @throws if the options name no queues, and this user may not search for them */
  async list(): Promise<readonly string[]> {
    await this.#discovery.scan()
    if (this.#given) return this.#given
    await this.#askSchedules()
    const names = this.#seen.list()
    if (names.length === 0 && this.#discovery.isDenied)
      throw new Error('The Redis user may not SCAN for queues: name them in the option "queues" of gravitoStreamQueues')
    return names
  }

  /** A schedule names its queue before the first job is in it. */
  async #askSchedules(): Promise<void> {
    if (performance.now() - this.#askedAt < this.#everyMs) return
    this.#askedAt = performance.now()
    try {
      for (const { fields } of await readSchedules(this.#connection, this.#layout))
        this.#seen.add(fields.get('queue') ?? '')
    } catch {
      // The key has another type, or is denied: the lists are enough.
    }
  }
}
