import type { QueueReading, SourceReading } from '../../ports/index.js'
import type { Connection } from '../../redis/connection.js'
import { RedisError } from '../../redis/errors.js'
import { ageOf, countsOf, type QueueKind, readingOf } from '../shared/readings.js'
import { readServerId } from '../shared/redis.js'
import { refusalInWords } from '../shared/refusals.js'
import { leftOf } from '../shared/seen-names.js'
import { type Counting, type CountsReading, type QueueCounts, readCounts } from './counts.js'
import { readEnded } from './ended.js'
import { baseOf } from './keys.js'
import type { ScriptRunner } from './script.js'
import { Totals } from './totals.js'
import { waitingSince } from './waiting-since.js'
import { WorkerCounts } from './workers.js'

export interface ReaderOptions<C extends QueueCounts> {
  readonly connection: Connection
  readonly scripts: ScriptRunner
  readonly prefix: string
  readonly kind: QueueKind
  readonly names: () => Promise<readonly string[]>
  /** How many more were found than are read. */
  readonly left: () => number
  readonly counting: Counting<C>
  /** What else a queue's counts tell, or by `error` why they tell nothing. Null: it is no queue of this source. */
  readonly about: (name: string, counts: C) => Pick<Partial<QueueReading>, 'meta' | 'error'> | null
}

/** Reads all queues together, again and again: what came and ended is told by the difference of two readings. */
export class QueueReader<C extends QueueCounts> {
  readonly #options: ReaderOptions<C>
  readonly #workers: WorkerCounts
  readonly #totals = new Totals()
  #reading: Promise<SourceReading> | null = null

  constructor(options: ReaderOptions<C>) {
    this.#options = options
    this.#workers = new WorkerCounts(options.connection)
  }

  /** Who asks while it is read gets the same: two at once would count twice what ended. */
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

/** Bull and BullMQ 5 move waiting jobs to another list when they pause, and BullMQ 6 does not: they wait all the same. */
function metricsOf({ states }: QueueKind, { wait, pausedList, ...counts }: QueueCounts): QueueReading['metrics'] {
  const all = { ...counts, waiting: wait + pausedList }
  return countsOf(Object.fromEntries(states.map((state) => [state, all[state]])))
}
