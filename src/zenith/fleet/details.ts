import { exceptionIdentity, slowIdentity } from '../../api/identity.js'
import type { ProcessHistory } from '../../api/process-history.js'
import type { ServicePeriod } from '../../api/services.js'
import type { TimeRange } from '../../api/time-window.js'
import { inPool, inTimeHeld, TOO_LATE } from '../../lib/async.js'
import type { Page, Reader } from '../../ports/index.js'
import {
  EXCEPTION_LIFE_MS,
  type ExceptionRecord,
  MAX_EXCEPTIONS,
  MAX_SLOW_ENTRIES,
  nodeMember,
  parseNodeMember,
  type SlowEntry,
} from '../../protocol/index.js'
import { type Follower, OnDemand } from '../store/on-demand.js'
import { StoreUnavailableError, storeErrorInWords } from '../store/store-error.js'
import { timeOf } from '../store/store-time.js'
import type { AliveSpan } from './services/alive.js'
import { Budget } from './services/budget.js'
import { ProcessLog } from './services/process-log.js'
import type { Reported } from './services/route-figures.js'
import { ServiceHistory } from './services/service-history.js'

/** How many records of one kind are kept over all services, and at the least of one. */
const MAX_RECORDS = 10_000
const MIN_PER_SERVICE = 20
/** How many services are read at the same time: few, so that some are through when there is not time enough for all. */
const AT_ONCE = 4
/** The past of so many processes is in memory at the most. */
const MAX_PROCESSES = 200
/** What is not read by then is missing in the answer, and is read on for the next one. ms */
const ANSWER_WITHIN_MS = 8_000

/** Records, newest first. */
export interface Recent<T> {
  readonly records: readonly T[]
  /** At most so many of each service were looked at. */
  readonly perService: number
  /** Per service the time of the oldest record that was read, Unix ms, if older ones may exist. */
  readonly since: ReadonlyMap<string, number>
  /** Services that could not be read in time. */
  readonly unread: readonly string[]
}

/** What is known of the fleet. */
export interface KnownFleet {
  readonly countServices: () => number
  /** When a service's nodes ran. */
  readonly aliveOf: (service: string) => readonly AliveSpan[]
}

export interface Read<T> {
  readonly found: readonly T[]
  readonly unread: readonly string[]
}

/** Services over a period. */
export interface Periods {
  readonly periods: readonly ServicePeriod[]
  /** Services that could not be read in time. */
  readonly unread: readonly string[]
}

/** What is too much to be read for everybody: the last hour, and all slow entries and exceptions that the store keeps. */
export class Details {
  readonly #countServices: () => number
  readonly #within: number
  readonly #histories: OnDemand<ServiceHistory>
  readonly #processes: OnDemand<ProcessLog>
  readonly #slow: OnDemand<RecordLog<SlowEntry>>
  readonly #exceptions: OnDemand<RecordLog<ExceptionRecord>>

  /**
   * @param interval how often a service is read at the most, in ms
   * @param within how long one answer may take, in ms
   */
  constructor(reader: Reader, interval: number, { countServices, aliveOf }: KnownFleet, within = ANSWER_WITHIN_MS) {
    this.#within = within
    this.#countServices = countServices
    const now = () => timeOf(reader)
    const budget = new Budget()
    this.#histories = new OnDemand(
      interval,
      now,
      (service) => new ServiceHistory(service, reader, budget, () => aliveOf(service)),
    )
    this.#processes = new OnDemand(
      interval,
      now,
      (member) => {
        const { service, node } = parseNodeMember(member) ?? { service: '', node: '' }
        return new ProcessLog(reader, service, node)
      },
      MAX_PROCESSES,
    )
    this.#slow = new OnDemand(interval, now, (service) => {
      const read = (after: string | null, limit: number) => reader.slow({ service, after, limit })
      const limit = () => this.#perService(MAX_SLOW_ENTRIES)
      return new RecordLog({ read, identityOf: slowIdentity, limit, retentionMs: Number.POSITIVE_INFINITY })
    })
    this.#exceptions = new OnDemand(interval, now, (service) => {
      const read = (after: string | null, limit: number) => reader.exceptions({ service, after, limit })
      const limit = () => this.#perService(MAX_EXCEPTIONS)
      return new RecordLog({ read, identityOf: exceptionIdentity, limit, retentionMs: EXCEPTION_LIFE_MS })
    })
  }

  /** Some services over the last hour, or a part of it. Rejects when the store fails. */
  async history(services: readonly string[], range: TimeRange, now: number): Promise<Periods> {
    const { found, unread } = await this.#askAll(this.#histories, services)
    return { periods: found.map((history) => history.period(range, now)), unread }
  }

  /** What some services have reported in the last hour. Rejects when the store fails. */
  async reported(services: readonly string[], now: number): Promise<Read<Reported>> {
    const { found, unread } = await this.#askAll(this.#histories, services)
    return { found: found.map((history) => history.reported(now)), unread }
  }

  /** One process over the last hour, or a part of it. Rejects when the store fails or takes too long. */
  async process(service: string, node: string, range: TimeRange, now: number): Promise<ProcessHistory> {
    const log = await inTimeHeld(this.#processes.ask(nodeMember(service, node)), this.#within).catch(unavailable)
    if (log === TOO_LATE) throw new StoreUnavailableError('The last hour of this process could not be read in time')
    return log.view(range, now)
  }

  /** Rejects when the store fails. */
  async slow(services: readonly string[]): Promise<Recent<SlowEntry>> {
    const { found, unread } = await this.#askAll(this.#slow, services)
    return { ...recentOf(found), perService: this.#perService(MAX_SLOW_ENTRIES), unread }
  }

  /** Rejects when the store fails. */
  async exceptions(services: readonly string[]): Promise<Recent<ExceptionRecord>> {
    const { found, unread } = await this.#askAll(this.#exceptions, services)
    return { ...recentOf(found), perService: this.#perService(MAX_EXCEPTIONS), unread }
  }

  /** Drops what belongs to services that are gone. */
  retain(services: { has(service: string): boolean }): void {
    for (const shelf of [this.#histories, this.#slow, this.#exceptions]) shelf.retain(services)
  }

  close(): void {
    for (const shelf of [this.#histories, this.#processes, this.#slow, this.#exceptions]) shelf.clear()
  }

  /** Rejects when the store fails. */
  async #askAll<T extends Follower>(shelf: OnDemand<T>, services: readonly string[]): Promise<Read<T>> {
    const read = new Map<string, T>()
    const reading = inPool(services, AT_ONCE, async (service) => void read.set(service, await shelf.ask(service)))
    await inTimeHeld(reading, this.#within).catch(unavailable)
    return {
      found: services.map((service) => read.get(service)).filter((follower) => follower !== undefined),
      unread: services.filter((service) => !read.has(service)),
    }
  }

  #perService(max: number): number {
    return Math.max(MIN_PER_SERVICE, Math.min(max, Math.floor(MAX_RECORDS / Math.max(1, this.#countServices()))))
  }
}

function unavailable(error: unknown): never {
  throw new StoreUnavailableError(storeErrorInWords(error), { cause: error })
}

function recentOf<T extends { readonly ts: number; readonly service: string }>(
  logs: readonly RecordLog<T>[],
): Pick<Recent<T>, 'records' | 'since'> {
  const cut = logs.flatMap(({ oldest }) => (oldest === null ? [] : [[oldest.service, oldest.ts] as const]))
  return { records: newestFirst(logs), since: new Map(cut) }
}

function newestFirst<T extends { readonly ts: number }>(logs: readonly RecordLog<T>[]): readonly T[] {
  const [only] = logs
  if (only && logs.length === 1) return only.records
  return logs.flatMap((log) => log.records).sort((a, b) => b.ts - a.ts)
}

interface RecordLogOptions<T> {
  /** Reads what was written after a cursor, at most so many. */
  readonly read: (after: string | null, limit: number) => Promise<Page<T>>
  /** The same for a record that was written or read twice. */
  readonly identityOf: (record: T) => string
  /** How many of the newest are kept. */
  readonly limit: () => number
  /** How long they are kept, in ms. */
  readonly retentionMs: number
}

/** The newest records of one service. */
class RecordLog<T extends { readonly ts: number }> implements Follower {
  readonly #options: RecordLogOptions<T>
  #records = new Map<string, T>()
  #newest: readonly T[] = []
  #cursor: string | null = null

  constructor(options: RecordLogOptions<T>) {
    this.#options = options
  }

  /** Newest first. */
  get records(): readonly T[] {
    return this.#newest
  }

  /** The oldest record if there may be older ones; else null. */
  get oldest(): T | null {
    return (this.#newest.length >= this.#options.limit() && this.#newest.at(-1)) || null
  }

  async read(now: number): Promise<void> {
    const { read, identityOf, retentionMs } = this.#options
    const limit = this.#options.limit()
    const page = await read(this.#cursor, limit)
    this.#cursor = page.cursor
    const oldest = now - retentionMs
    const isOver = this.#newest.length > limit || (this.#newest.at(-1)?.ts ?? oldest) < oldest
    if (page.records.length === 0 && !isOver) return
    for (const record of page.records) {
      const identity = identityOf(record)
      if (!this.#records.has(identity)) this.#records.set(identity, record)
    }
    const kept = [...this.#records].filter(([, record]) => record.ts >= oldest)
    this.#records = new Map(kept.sort(([, a], [, b]) => b.ts - a.ts).slice(0, limit))
    this.#newest = [...this.#records.values()]
  }
}
