import type { QueueReading, SourceReading } from '../../ports.js'
import type { Connection } from '../../redis/connection.js'
import { RedisError } from '../../redis/errors.js'
import { send } from '../../redis/send.js'
import { readEnded } from '../bullmq/ended.js'
import { baseOf } from '../bullmq/keys.js'
import type { ScriptRunner } from '../bullmq/script.js'
import { Totals } from '../bullmq/totals.js'
import { waitingSince } from '../bullmq/waiting-since.js'
import { WorkerCounts } from '../bullmq/workers.js'
import { ageOf, countsOf, type QueueKind, readingOf } from '../shared/readings.js'
import { SERVER_ID, serverIdOf } from '../shared/redis.js'
import { type BullCounts, type CountsReading, readCounts } from './counts.js'
import { BULLMQS } from './owner.js'

/** What Bull has no word for. */
const NONE = { prioritized: 0, waitingChildren: 0, version: null, concurrency: null }

export interface ReaderOptions {
  readonly connection: Connection
  readonly scripts: ScriptRunner
  readonly prefix: string
  readonly kind: QueueKind
  /** Null: those that are found. */
  readonly given: readonly string[] | null
  readonly found: () => Promise<readonly string[]>
}

/** Reads all queues together, again and again: what came and ended is told by the difference of two readings. */
export class QueueReader {
  readonly #options: ReaderOptions
  readonly #workers: WorkerCounts
  readonly #totals = new Totals()
  #reading: Promise<SourceReading> | null = null

  constructor(options: ReaderOptions) {
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
    const { connection, scripts, prefix, given, found } = this.#options
    const [about] = await send(connection, [SERVER_ID])
    if (about?.error && about.error.code !== 'NOPERM') throw about.error
    const names = given ?? (await found())
    const bases = names.map((name) => baseOf(prefix, name))
    const readings = await readCounts(connection, scripts, bases)
    const workersOf = await this.#workers.read()
    const queues = names.map((name, index) => this.#readingOf(name, readings[index], workersOf(prefix, name)))
    return { server: serverIdOf(connection, about), queues: (await Promise.all(queues)).flat() }
  }

  async #readingOf(name: string, reading: CountsReading | undefined, workers: number | null): Promise<QueueReading[]> {
    const { connection, kind, given, prefix } = this.#options
    if (!reading) return []
    const { now, counts } = reading
    if (counts instanceof RedisError) return [readingOf(kind, name, { error: counts.message })]
    // Nobody asked for it by its name: it is another source's.
    if (counts.isBullmqs) return given ? [readingOf(kind, name, { error: `"${name}" ${BULLMQS}` })] : []
    const endedSince = (since: number) => readEnded(connection, baseOf(prefix, name), since, now)
    const known = {
      metrics: metricsOf(counts),
      paused: counts.isPaused,
      oldestMs: ageOf(waitingSince(counts.waiters, now), now),
      overdueMs: counts.due !== null && counts.due < now ? now - counts.due : null,
      totals: await this.#totals.next(name, { ...counts, ...NONE }, now, endedSince),
      workers,
    }
    return [readingOf(kind, name, known)]
  }
}

/** Bull moves waiting jobs to another list when it pauses: they wait all the same. */
function metricsOf({ wait, pausedList, active, delayed, completed, failed }: BullCounts): QueueReading['metrics'] {
  return countsOf({ waiting: wait + pausedList, active, delayed, completed, failed })
}
