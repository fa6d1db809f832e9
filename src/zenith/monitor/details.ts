import type { Reader } from '../../ports.js'
import {
  EXCEPTION_LIFE_MS,
  type ExceptionRecord,
  MAX_EXCEPTIONS,
  MAX_SLOW_ENTRIES,
  type ServicePeriod,
  type SlowEntry,
} from '../../protocol/index.js'
import { exceptionIdentity, slowIdentity } from './identity.js'
import { type Follower, OnDemand } from './on-demand.js'
import { RecordLog } from './record-log.js'
import { ServiceHistory } from './service-history.js'
import { storeErrorInWords } from './store-error.js'
import { inBatches, withTimeout } from './wait.js'

/** How many records of one kind are kept over all services, and at the least of one. */
const MAX_RECORDS = 10_000
const MIN_PER_SERVICE = 20
/** How many services are read at the same time. */
const BATCH = 8
/** A store that does not answer for so long has failed, in ms. */
const ANSWER_WITHIN_MS = 8_000

/** The store did not answer; the message says why in words and holds no secret. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError'
}

/** Records, newest first. */
export interface Recent<T> {
  readonly records: readonly T[]
  /** At most so many of each service were looked at. */
  readonly perService: number
}

/** What is too much to be read for everybody: the last hour, and all slow entries and exceptions that the store keeps. */
export class Details {
  readonly #countServices: () => number
  readonly #histories: OnDemand<ServiceHistory>
  readonly #slow: OnDemand<RecordLog<SlowEntry>>
  readonly #exceptions: OnDemand<RecordLog<ExceptionRecord>>

  /** @param interval how often a service is read at the most, in ms */
  constructor(reader: Reader, interval: number, countServices: () => number) {
    this.#countServices = countServices
    this.#histories = new OnDemand(interval, (service) => new ServiceHistory(service, reader))
    this.#slow = new OnDemand(interval, (service) => {
      const read = (after: string | null, limit: number) => reader.slow({ service, after, limit })
      const limit = () => this.#perService(MAX_SLOW_ENTRIES)
      return new RecordLog({ read, identityOf: slowIdentity, limit, life: Number.POSITIVE_INFINITY })
    })
    this.#exceptions = new OnDemand(interval, (service) => {
      const read = (after: string | null, limit: number) => reader.exceptions({ service, after, limit })
      const limit = () => this.#perService(MAX_EXCEPTIONS)
      return new RecordLog({ read, identityOf: exceptionIdentity, limit, life: EXCEPTION_LIFE_MS })
    })
  }

  /** The last hour of some services. Rejects when the store fails. */
  async history(services: readonly string[], now: number): Promise<ServicePeriod[]> {
    const histories = await askAll(this.#histories, services)
    return histories.map((history) => history.period(now))
  }

  /** Rejects when the store fails. */
  async slow(services: readonly string[]): Promise<Recent<SlowEntry>> {
    const logs = await askAll(this.#slow, services)
    return { records: newestFirst(logs), perService: this.#perService(MAX_SLOW_ENTRIES) }
  }

  /** Rejects when the store fails. */
  async exceptions(services: readonly string[]): Promise<Recent<ExceptionRecord>> {
    const logs = await askAll(this.#exceptions, services)
    return { records: newestFirst(logs), perService: this.#perService(MAX_EXCEPTIONS) }
  }

  /** Drops what belongs to services that are gone. */
  retain(services: { has(service: string): boolean }): void {
    for (const shelf of [this.#histories, this.#slow, this.#exceptions]) shelf.retain(services)
  }

  close(): void {
    for (const shelf of [this.#histories, this.#slow, this.#exceptions]) shelf.clear()
  }

  #perService(max: number): number {
    return Math.max(MIN_PER_SERVICE, Math.min(max, Math.floor(MAX_RECORDS / Math.max(1, this.#countServices()))))
  }
}

async function askAll<T extends Follower>(shelf: OnDemand<T>, services: readonly string[]): Promise<T[]> {
  const found = new Map<string, T>()
  const read = inBatches(services, BATCH, async (service) => void found.set(service, await shelf.ask(service)))
  await withTimeout(read, ANSWER_WITHIN_MS).catch((error: unknown) => {
    throw new StoreUnavailableError(storeErrorInWords(error), { cause: error })
  })
  return services.map((service) => found.get(service)).filter((follower) => follower !== undefined)
}

function newestFirst<T extends { readonly ts: number }>(logs: readonly RecordLog<T>[]): readonly T[] {
  const [only] = logs
  if (only && logs.length === 1) return only.records
  return logs.flatMap((log) => log.records).sort((a, b) => b.ts - a.ts)
}
