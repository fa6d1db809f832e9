import { performance } from 'node:perf_hooks'
import type { QueueReading, SourceReading } from '../../ports/index.js'
import { type Command, isCluster } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { RedisError } from '../../redis/errors.js'
import { asNumber, asText } from '../../redis/replies.js'
import { exchange, send } from '../../redis/send.js'
import { ageOf, countsOf, type QueueKind, readingOf } from '../shared/readings.js'
import { readServerId } from '../shared/redis.js'
import { refusalInWords } from '../shared/refusals.js'
import { leftOf } from '../shared/seen-names.js'
import { type Counting, type CountsReading, type QueueCounts, readCounts, Totals, waitingSince } from './counts.js'
import { baseOf } from './keys.js'
import type { ScriptRunner } from './script.js'

export interface ReaderOptions<C extends QueueCounts> {
  readonly connection: Connection
  readonly scripts: ScriptRunner
  readonly prefix: string
  readonly kind: QueueKind
  readonly names: () => Promise<readonly string[]>
  /** Number of queues found but not read. */
  readonly left: () => number
  readonly counting: Counting<C>
  /** More values from a queue's counts, or an `error` that explains why there are none. Null: it is no queue of this source. */
  readonly about: (name: string, counts: C) => Pick<Partial<QueueReading>, 'meta' | 'error'> | null
}

/** Reads all queues together, repeatedly: the difference of two readings shows how many jobs were added and ended. */
export class QueueReader<C extends QueueCounts> {
  readonly #options: ReaderOptions<C>
  readonly #workers: WorkerCounts
  readonly #totals = new Totals()
  #reading: Promise<SourceReading> | null = null

  constructor(options: ReaderOptions<C>) {
    this.#options = options
    this.#workers = new WorkerCounts(options.connection)
  }

  /** Simultaneous calls share one read: two at once would count ended jobs twice. */
  read(): Promise<SourceReading> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  async #read(): Promise<SourceReading> {
    const { connection, scripts, prefix, counting } = this.#options
    const server = await readServerId(connection)
    const names = await this.#options.names()
    const bases = names.map((name) => baseOf(prefix, name))
    const readings = await readCounts(connection, scripts, counting, bases)
    const workersOf = await this.#workers.read()
    const queues = names.map((name, index) => this.#readingOf(name, readings[index], workersOf(prefix, name)))
    const read = (await Promise.all(queues)).filter((queue) => queue !== null)
    return { server, queues: read, ...leftOf(this.#options.left()) }
  }

  async #readingOf(
    name: string,
    reading: CountsReading<C> | undefined,
    workers: number | null,
  ): Promise<QueueReading | null> {
    const { connection, prefix, kind, about } = this.#options
    if (!reading) return null
    const { now, counts } = reading
    if (counts instanceof RedisError) return readingOf(kind, name, { error: refusalInWords(counts) })
    const more = about(name, counts)
    if (!more || more.error) return more && readingOf(kind, name, more)
    const endedSince = (since: number) => readEnded(connection, baseOf(prefix, name), since, now)
    return readingOf(kind, name, {
      metrics: metricsOf(kind, counts),
      paused: counts.isPaused,
      oldestMs: ageOf(waitingSince(counts.waiters, now), now),
      overdueMs: counts.due !== null && counts.due < now ? now - counts.due : null,
      totals: await this.#totals.next(name, counts, now, endedSince),
      workers,
      ...more,
    })
  }
}

/** Bull and BullMQ 5 move waiting jobs to another list when they pause, BullMQ 6 does not: all of them count as waiting. */
function metricsOf({ states }: QueueKind, { wait, pausedList, ...counts }: QueueCounts): QueueReading['metrics'] {
  const all = { ...counts, waiting: wait + pausedList }
  return countsOf(Object.fromEntries(states.map((state) => [state, all[state]])))
}

/** CLIENT LIST is expensive with many clients, and workers change seldom. ms */
const EVERY_MS = 15_000

/** Workers of Bull and of BullMQ name their connections: `bull:bWFpbA==` or, only BullMQ's, `bull:bWFpbA==:w:name`. */
export class WorkerCounts {
  readonly #connection: Connection
  #askedAt = Number.NEGATIVE_INFINITY
  #asking: Promise<void> | null = null
  /** By the name of the connection; null if unknown. */
  #counts: ReadonlyMap<string, number> | null = null

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Never rejects. @returns the number of workers of a queue; null if unknown */
  async read(): Promise<(prefix: string, queue: string) => number | null> {
    if (performance.now() - this.#askedAt >= EVERY_MS) {
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = null
      })
    }
    await this.#asking
    const counts = this.#counts
    return (prefix, queue) => counts && (counts.get(`${prefix}:${Buffer.from(queue).toString('base64')}`) ?? 0)
  }

  async #ask(): Promise<void> {
    this.#askedAt = performance.now()
    this.#counts = null
    try {
      const client = await this.#connection.open()
      const nodes = isCluster(client) ? client.nodes('master') : [client]
      const list: Command = ['client', 'LIST']
      const replies = await Promise.all(nodes.map((node) => exchange(this.#connection, node, [list])))
      const lists = replies.map(([reply]) => (reply?.error ? null : asText(reply?.value)))
      if (lists.every((text) => text !== null)) this.#counts = largestOf(lists.map(countNames))
    } catch {
      // The reads of the queues meet the same error, and report it.
    }
  }
}

function countNames(list: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const line of list.split('\n')) {
    const name = /(?:^| )name=(\S+)/.exec(line)?.[1]?.split(':w:')[0]
    if (name) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

/** On a Cluster a worker may be connected to several nodes. */
function largestOf(all: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [name, count] of all.flatMap((one) => [...one])) counts.set(name, Math.max(count, counts.get(name) ?? 0))
  return counts
}

/** Stored jobs that ended within a time. @param since and `now`: by the server's clock, ms */
export async function readEnded(connection: Connection, base: string, since: number, now: number): Promise<number> {
  const replies = await send(connection, [
    ['zcount', `${base}completed`, `(${since}`, now],
    ['zcount', `${base}failed`, `(${since}`, now],
  ])
  return replies.reduce((sum, { value }) => sum + (asNumber(value) ?? 0), 0)
}
