import type { QueueReading, SourceReading } from '../../ports.js'
import type { Connection } from '../../redis/connection.js'
import { RedisError } from '../../redis/errors.js'
import { send } from '../../redis/send.js'
import { ageOf, type QueueKind, readingOf } from '../shared/readings.js'
import { SERVER_ID, serverIdOf } from '../shared/redis.js'
import { type CountsReading, type RawCounts, readCounts } from './counts.js'
import { readEnded } from './ended.js'
import { baseOf } from './keys.js'
import type { ScriptRunner } from './script.js'
import { Totals } from './totals.js'
import { waitingSince } from './waiting-since.js'
import { WorkerCounts } from './workers.js'

/** Reads all queues together, again and again: what came and ended is told by the difference of two readings. */
export class QueueReader {
  readonly #connection: Connection
  readonly #scripts: ScriptRunner
  readonly #prefix: string
  readonly #kind: QueueKind
  readonly #names: () => Promise<readonly string[]>
  readonly #workers: WorkerCounts
  readonly #totals = new Totals()
  #reading: Promise<SourceReading> | null = null

  constructor(
    connection: Connection,
    scripts: ScriptRunner,
    prefix: string,
    kind: QueueKind,
    names: () => Promise<readonly string[]>,
  ) {
    this.#connection = connection
    this.#scripts = scripts
    this.#prefix = prefix
    this.#kind = kind
    this.#names = names
    this.#workers = new WorkerCounts(connection)
  }

  /** Who asks while it is read gets the same: two at once would count twice what ended. */
  read(): Promise<SourceReading> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  async #read(): Promise<SourceReading> {
    const [about] = await send(this.#connection, [SERVER_ID])
    if (about?.error && about.error.code !== 'NOPERM') throw about.error
    const names = await this.#names()
    const bases = names.map((name) => baseOf(this.#prefix, name))
    const readings = await readCounts(this.#connection, this.#scripts, bases)
    const workersOf = await this.#workers.read()
    const queues = names.map((name, index) => this.#readingOf(name, readings[index], workersOf(this.#prefix, name)))
    return { server: serverIdOf(this.#connection, about), queues: await Promise.all(queues) }
  }

  async #readingOf(name: string, reading: CountsReading | undefined, workers: number | null): Promise<QueueReading> {
    if (!reading || reading.counts instanceof RedisError)
      return readingOf(this.#kind, name, {
        error: reading?.counts instanceof RedisError ? reading.counts.message : null,
      })
    const { now, counts } = reading
    const base = baseOf(this.#prefix, name)
    const endedSince = (since: number) => readEnded(this.#connection, base, since, now)
    return readingOf(this.#kind, name, {
      metrics: metricsOf(counts),
      paused: counts.isPaused,
      oldestMs: ageOf(waitingSince(counts.waiters, now), now),
      overdueMs: counts.due !== null && counts.due < now ? now - counts.due : null,
      totals: await this.#totals.next(name, counts, now, endedSince),
      workers,
      meta: metaOf(counts),
    })
  }
}

/** Version 5 moves waiting jobs to another list when it pauses, and version 6 does not: they wait all the same. */
function metricsOf(counts: RawCounts): QueueReading['metrics'] {
  const { wait, pausedList, prioritized, active, delayed, waitingChildren, completed, failed } = counts
  return { waiting: wait + pausedList, prioritized, active, delayed, waitingChildren, completed, failed }
}

function metaOf({ version, concurrency }: RawCounts): QueueReading['meta'] {
  if (version === null && concurrency === null) return null
  return { ...(version !== null && { version }), ...(concurrency !== null && { concurrency }) }
}
