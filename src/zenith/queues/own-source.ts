import { performance } from 'node:perf_hooks'
import type { Logger, QueueReading, QueueSource, SourceReading } from '../../ports.js'
import { type QueueEntry, UNKNOWN_METRICS } from '../../protocol/index.js'
import { withTimeout } from '../monitor/wait.js'
import { Rates } from './rates.js'
import { sourceErrorInWords } from './source-error.js'

const READ_WITHIN_MS = 8_000

/** A queue of a source, as it was when it was read. */
export interface OwnEntry {
  readonly entry: QueueEntry
  /** Unix ms. */
  readonly at: number
}

/** A source that this Zenith reads by itself. */
export class OwnSource {
  readonly source: QueueSource
  readonly #rates = new Rates()
  readonly #logger: Logger | undefined
  #server: string | null = null
  #entries = new Map<string, OwnEntry>()
  #hasRead = false
  #error: string | null = null
  /** `performance.now()` of the last reading's end, whatever came of it. */
  #triedAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | null = null
  #isExpired = false

  constructor(source: QueueSource, logger: Logger | undefined) {
    this.source = source
    this.#logger = logger
  }

  /** Whether it was ever read: before, nobody knows which server it leads to. */
  get hasRead(): boolean {
    return this.#hasRead
  }

  /** Of the last reading; null when that can't be told. */
  get server(): string | null {
    return this.#server
  }

  /** Why the last reading failed, in words. */
  get error(): string | null {
    return this.#error
  }

  /** By name. A source that can't be read says so for each of its queues. */
  get entries(): ReadonlyMap<string, OwnEntry> {
    return this.#entries
  }

  /** Reads it unless that was just done, or is done too often for it. Never rejects. @param age ms that a reading may have */
  read(age: number): Promise<void> {
    if (this.#reading) return this.#reading
    const wait = Math.max(this.#isExpired ? 0 : age, this.source.pollEvery ?? 0)
    if (performance.now() - this.#triedAt < wait) return Promise.resolve()
    this.#isExpired = false
    this.#reading = this.#readOnce().finally(() => {
      this.#triedAt = performance.now()
      this.#reading = null
    })
    return this.#reading
  }

  /** The next question reads it again, unless it may not be read as often. */
  expire(): void {
    this.#isExpired = true
  }

  async #readOnce(): Promise<void> {
    try {
      // A source that throws instead of rejecting is a failing one, too.
      const reading = withTimeout((async () => this.source.read())(), READ_WITHIN_MS)
      this.#take(await reading, Date.now())
    } catch (error) {
      this.#fail(sourceErrorInWords(error), Date.now())
    }
  }

  #take({ server, queues }: SourceReading, at: number): void {
    this.#server = server
    this.#hasRead = true
    this.#error = null
    this.#entries = new Map(queues.map((queue) => [queue.name, { entry: this.#entryOf(queue, server, at), at }]))
    this.#rates.retain(this.#entries)
  }

  #entryOf({ totals, ...queue }: QueueReading, server: string | null, at: number): QueueEntry {
    const throughput = queue.throughput ?? this.#rates.rateOf(queue.name, totals, at)
    return { ...queue, throughput, place: this.source.place, server }
  }

  #fail(error: string, at: number): void {
    if (this.#error === null) this.#logger?.warn(`Zenith can't read the queues of ${this.source.place}: ${error}`)
    this.#error = error
    const known = [...this.#entries.values()].map(({ entry }) => entry)
    const entries = known.length > 0 ? known : (this.source.names ?? []).map((name) => this.#unread(name))
    this.#entries = new Map(entries.map((entry) => [entry.name, { entry: withError(entry, error), at }]))
  }

  #unread(name: string): QueueEntry {
    const { driver, place, capabilities } = this.source
    const nothing = {
      approximate: false,
      paused: null,
      oldestMs: null,
      overdueMs: null,
      throughput: null,
      workers: null,
    }
    const rest = { metrics: UNKNOWN_METRICS, states: [], server: null, error: null, meta: null }
    return { name, driver, place, capabilities, ...nothing, ...rest }
  }
}

function withError(entry: QueueEntry, error: string): QueueEntry {
  const unknown = { paused: null, oldestMs: null, overdueMs: null, throughput: null, workers: null }
  return { ...entry, ...unknown, metrics: UNKNOWN_METRICS, error }
}
