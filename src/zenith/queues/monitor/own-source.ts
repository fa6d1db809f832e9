import { performance } from 'node:perf_hooks'
import type { SourceView } from '../../../api/queues.js'
import { withTimeout } from '../../../lib/async.js'
import { roundToFourDigits } from '../../../lib/round.js'
import type { Logger, QueueReading, QueueSource, SourceReading } from '../../../ports/index.js'
import { type QueueEntry, type QueueThroughput, UNKNOWN_METRICS } from '../../../protocol/index.js'
import { isSamePlace, kindOf, type Located, namesOf, placeFrom } from './identity.js'
import { sourceErrorInWords } from './source-error.js'

const READ_WITHIN_MS = 8_000

/** A queue of a source, as of its reading. */
export interface OwnEntry {
  readonly entry: QueueEntry
  /** Unix ms. */
  readonly at: number
  /** The value that the source's methods take. */
  readonly address: string
  /** Its earlier places. */
  readonly formerPlaces: readonly string[]
}

/** A source that this Zenith itself reads. */
export class OwnSource {
  readonly source: QueueSource
  readonly #rates = new Rates()
  readonly #logger: Logger | undefined
  readonly #now: () => number
  #server: string | null = null
  #entries = new Map<string, OwnEntry>()
  /** Addresses by the names that identify a queue. */
  #addresses = new Map<string, string>()
  /** Number of queues beyond the limit. */
  #left = 0
  #hasRead = false
  #error: string | null = null
  /** `performance.now()` at the end of the last reading, failed or not. */
  #triedAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | null = null
  #isExpired = false

  /** @param now the store's clock, Unix ms: readings are compared with reports */
  constructor(source: QueueSource, logger: Logger | undefined, now: () => number) {
    this.source = source
    this.#logger = logger
    this.#now = now
  }

  /** Whether it was read: before that, its server is unknown. */
  get hasRead(): boolean {
    return this.#hasRead
  }

  /** Of the last reading; null if unknown. */
  get server(): string | null {
    return this.#server
  }

  /** Why the last reading failed, as a message. */
  get error(): string | null {
    return this.#error
  }

  /** Time since the last reading ended, ms; infinite before the first. */
  get age(): number {
    return performance.now() - this.#triedAt
  }

  /** The source's view for users. */
  get view(): SourceView {
    const { driver, place } = this.source
    const isRead = Number.isFinite(this.#triedAt)
    const queues = this.#error === null ? this.#entries.size : null
    const left = this.#error === null && this.#left > 0 ? { left: this.#left } : null
    return { driver, place, error: this.#error, isRead, queues, ...left }
  }

  /** By address. If a source cannot be read, each of its queues has the error. */
  get entries(): ReadonlyMap<string, OwnEntry> {
    return this.#entries
  }

  /** The value that the source's methods take for a queue; null if the queue is not one of this source. */
  addressOf(queue: Located): string | null {
    if (kindOf(queue.driver) !== kindOf(this.source.driver)) return null
    const { byServer, byPlace } = namesOf(queue)
    const isSure = queue.server !== null && this.#server !== null
    const seen = this.#addresses.get(isSure && byServer !== null ? byServer : byPlace)
    return seen ?? this.#unseen(queue, isSure)
  }

  /** A queue seen only by another observer: Redis deletes empty lists. */
  #unseen(queue: Located, isSure: boolean): string | null {
    const { place, names, locate } = this.source
    if (isSure && queue.server !== this.#server) return null
    if (names !== null && !names.includes(queue.name)) return null
    const seenFromHere = isSure ? placeFrom(queue.place, place) : queue.place
    if (locate) return seenFromHere === null ? null : locate(seenFromHere, queue.name)
    return isSamePlace({ driver: queue.driver, place, server: this.#server }, queue) ? queue.name : null
  }

  /**
   * Reads the source unless the last reading is recent enough, or its minimum interval has not passed. Never rejects. @param age longest
   * age of a reading, ms
   */
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

  /** Reads a queue that another Zenith may have found first. Never rejects. */
  async lookFor(name: string): Promise<void> {
    try {
      const isThere = await withTimeout((async () => this.source.lookFor?.(name))(), READ_WITHIN_MS)
      if (!isThere) return
      // A reading that runs already may be without it.
      await this.#reading
      this.expire()
      await this.read(0)
    } catch {}
  }

  /** The next request reads the source again, unless its minimum interval has not passed. */
  expire(): void {
    this.#isExpired = true
  }

  async #readOnce(): Promise<void> {
    try {
      // A source that throws instead of rejecting counts as failing, too.
      const reading = withTimeout((async () => this.source.read())(), READ_WITHIN_MS)
      this.#take(await reading, this.#now())
    } catch (error) {
      this.#fail(sourceErrorInWords(error), this.#now())
    }
  }

  #take({ server, queues, left = 0 }: SourceReading, at: number): void {
    this.#left = left
    this.#server = server
    this.#hasRead = true
    this.#error = null
    this.#keep(queues.map((queue) => this.#readEntry(queue, server, at)))
    this.#rates.retain(this.#entries)
  }

  #keep(entries: readonly OwnEntry[]): void {
    this.#entries = new Map(entries.map((own) => [own.address, own]))
    this.#addresses = new Map(entries.flatMap(identitiesOf))
  }

  #readEntry(reading: QueueReading, server: string | null, at: number): OwnEntry {
    const { totals, address = reading.name, formerPlaces = [], place = this.source.place, ...figures } = reading
    const throughput = figures.throughput ?? this.#rates.rateOf(address, totals, at)
    return { entry: { ...figures, throughput, place, server }, at, address, formerPlaces }
  }

  #fail(error: string, at: number): void {
    if (this.#error === null) this.#logger?.warn(`Zenith can't read the queues of ${this.source.place}: ${error}`)
    this.#error = error
    const known = [...this.#entries.values()]
    const entries = known.length > 0 ? known : (this.source.names ?? []).map((name) => this.#unread(name))
    this.#keep(entries.map((own) => ({ ...own, entry: withError(own.entry, error), at })))
  }

  #unread(name: string): Omit<OwnEntry, 'at'> {
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
    return { entry: { name, driver, place, capabilities, ...nothing, ...rest }, address: name, formerPlaces: [] }
  }
}

/** All names that the queue can be found by; former ones never hide current ones. */
function identitiesOf({ entry, address, formerPlaces }: OwnEntry): (readonly [string, string])[] {
  const places = [...formerPlaces.map((place) => ({ ...entry, place })), entry]
  return places.flatMap((one) => {
    const { byServer, byPlace } = namesOf(one)
    return byServer === null
      ? [[byPlace, address] as const]
      : [[byServer, address] as const, [byPlace, address] as const]
  })
}

function withError(entry: QueueEntry, error: string): QueueEntry {
  const unknown = { paused: null, oldestMs: null, overdueMs: null, throughput: null, workers: null }
  return { ...entry, ...unknown, metrics: UNKNOWN_METRICS, error }
}

/** Window of a rate, and shortest span for one, ms. */
const WINDOW_MS = 60_000
const MIN_SPAN_MS = 2_000

type Totals = NonNullable<QueueReading['totals']>

/** Computes rates from totals that only grow, by queue. */
class Rates {
  readonly #seen = new Map<string, (Totals & { readonly at: number })[]>()

  /** Jobs per minute over about the last minute; null until known. @param at Unix ms */
  rateOf(queue: string, totals: QueueReading['totals'], at: number): QueueThroughput | null {
    if (!totals) return null
    const before = (this.#seen.get(queue) ?? []).filter((seen) => isBefore(seen, totals))
    // One reading older than the window stays as a base for comparison.
    const start = before.findLastIndex((seen) => at - seen.at >= WINDOW_MS)
    const kept = before.slice(Math.max(0, start))
    this.#seen.set(queue, [...kept, { ...totals, at }])
    const first = kept[0]
    if (!first || at - first.at < MIN_SPAN_MS) return null
    const minutes = (at - first.at) / 60_000
    return { in: perMinute(first.in, totals.in, minutes), out: perMinute(first.out, totals.out, minutes) }
  }

  retain(queues: { has(queue: string): boolean }): void {
    for (const queue of this.#seen.keys()) if (!queues.has(queue)) this.#seen.delete(queue)
  }
}

/** Totals that became smaller have restarted. */
function isBefore(seen: Totals, totals: Totals): boolean {
  return (seen.in ?? 0) <= (totals.in ?? seen.in ?? 0) && (seen.out ?? 0) <= (totals.out ?? seen.out ?? 0)
}

function perMinute(from: number | null, to: number | null, minutes: number): number | null {
  return from === null || to === null ? null : roundToFourDigits((to - from) / minutes)
}
