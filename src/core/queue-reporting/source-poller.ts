import { isDoneIn } from '../../lib/async.js'
import { monotonic } from '../../lib/clock.js'
import { type OutageLines, OutageLog } from '../../lib/outage-log.js'
import type { QueueReading, QueueSource, SourceReading } from '../../ports/index.js'
import { MAX_MESSAGE_CHARS, MAX_QUEUES, type QueueEntry, UNKNOWN_METRICS } from '../../protocol/index.js'
import { maskSecrets } from '../../redaction/secrets.js'
import { maskedWithin } from '../../redaction/within.js'
import type { Notices } from '../options/logger.js'
import { Throughput } from './throughput.js'
import { placeKey, queueKey } from './watch.js'

/** How long a source may take before it counts as not answering, ms. */
const ANSWER_TIMEOUT_MS = 5_000

interface Known {
  readonly entry: QueueEntry
  readonly in: Throughput
  readonly out: Throughput
}

/** Reads one source, one read at a time, and stores its last readings: queues that it found once stay. */
export class SourcePoller {
  readonly source: QueueSource
  /** By {@link queueKey}: queues of several apps may share a name. */
  readonly #known = new Map<string, Known>()
  #askedAt = Number.NEGATIVE_INFINITY
  #readAt = Number.NEGATIVE_INFINITY
  #left = 0
  #isAsked = false
  #isEnded = false
  readonly #outage: OutageLog

  constructor(source: QueueSource, notices: Notices) {
    this.source = source
    this.#outage = new OutageLog(linesOf(source, notices))
  }

  /** Why it can't be read; null if it can, or was not read yet. */
  get error(): string | null {
    return this.#outage.error
  }

  /** When its figures were read, by the monotonic clock. */
  get readAt(): number {
    return this.#readAt
  }

  /** Keys of the queues that it found, see {@link queueKey}. */
  get keys(): readonly string[] {
    return [...this.#known.keys()]
  }

  /** Adds queues that another node found here: they are shown even when they have no jobs any more. */
  remember(entries: readonly QueueEntry[]): void {
    for (const entry of entries) {
      const isNew = !this.#known.has(queueKey(entry))
      // A snapshot has no room for more.
      if (isNew && this.#known.size < MAX_QUEUES) this.#keep(blank(entry))
    }
  }

  /** Takes over the queues that another source of the same place knows: their throughput continues without a gap. */
  inherit({ source, known }: { readonly source: QueueSource; readonly known: ReadonlyMap<string, Known> }): void {
    const { names } = this.source
    if (names === null || placeKey(source) !== placeKey(this.source)) return
    for (const [key, one] of known) {
      if (names.includes(one.entry.name) && !this.#known.has(key)) this.#known.set(key, one)
    }
  }

  /** The known queues, by {@link queueKey}. */
  get known(): ReadonlyMap<string, Known> {
    return this.#known
  }

  /** Drops the readings of its queues, because another node reports them now; their names stay. */
  lapse(): void {
    this.#outage.error = null
    for (const [key, { entry }] of this.#known) {
      this.#known.set(key, { entry: blank(entry), in: new Throughput(), out: new Throughput() })
    }
  }

  /**
   * Reads the source, unless a read is in progress or was started too recently.
   *
   * @param names queues to read; null: all
   * @returns resolves when the source has answered, or has not in time. Never rejects.
   */
  async poll(names: readonly string[] | null): Promise<void> {
    const now = monotonic()
    if (this.#isAsked || now - this.#askedAt < (this.source.pollEvery ?? 0)) return
    this.#askedAt = now
    this.#isAsked = true
    const answered = this.#ask(names)
    if (!(await isDoneIn(answered, ANSWER_TIMEOUT_MS)))
      this.#fail(`did not answer within ${ANSWER_TIMEOUT_MS / 1_000} s`)
  }

  /** The source is not watched any more: a read that this interrupts is not a failure. */
  end(): void {
    this.#isEnded = true
  }

  /** Number of queues that it found, but did not read because they are too many. */
  get left(): number {
    return this.#left
  }

  /** Current entries of its queues. */
  entries(): QueueEntry[] {
    const all = [...this.#known.values()].map(({ entry }) => entry)
    const listed = this.source.names?.flatMap((name) => this.#named(all, name)) ?? all
    return listed.slice(0, MAX_QUEUES).map((entry) => {
      return this.error === null ? entry : { ...blank(entry), error: this.error }
    })
  }

  #named(all: readonly QueueEntry[], name: string): readonly QueueEntry[] {
    const own = all.filter((entry) => entry.name === name)
    return own.length > 0 ? own : [blankOf(this.source, name)]
  }

  async #ask(names: readonly string[] | null): Promise<void> {
    try {
      this.#take(await this.source.read(names ?? undefined), names)
      this.#outage.note(null)
    } catch (error) {
      this.#fail(messageOf(error))
    } finally {
      this.#isAsked = false
    }
  }

  #take({ server, queues, left = 0 }: SourceReading, names: readonly string[] | null): void {
    this.#left = left
    const now = monotonic()
    this.#readAt = now
    const readings = new Map(queues.map((reading) => [this.#keyOf(reading), reading]))
    for (const [key, { entry }] of this.#known) {
      if (readings.has(key) || names?.includes(entry.name) === false) continue
      if (this.source.names?.includes(entry.name) === false) this.#known.delete(key)
      else this.#keep(blank(entry))
    }
    for (const reading of readings.values()) this.#note(reading, server, now)
  }

  #note(reading: QueueReading, server: string | null, now: number): void {
    const { totals, throughput, address: _, formerPlaces: __, ...figures } = reading
    const known = this.#known.get(this.#keyOf(reading)) ?? { in: new Throughput(), out: new Throughput() }
    const counted = { in: known.in.note(now, totals?.in ?? null), out: known.out.note(now, totals?.out ?? null) }
    const speed = { in: throughput?.in ?? counted.in, out: throughput?.out ?? counted.out }
    const entry: QueueEntry = {
      ...figures,
      place: reading.place ?? this.source.place,
      server,
      throughput: speed.in === null && speed.out === null ? null : speed,
    }
    this.#keep(entry, known)
  }

  #keep(entry: QueueEntry, meters?: Pick<Known, 'in' | 'out'>): void {
    const key = queueKey(entry)
    const known = this.#known.get(key)
    if (!known && this.#known.size >= MAX_QUEUES) return
    const { in: into, out } = meters ?? known ?? { in: new Throughput(), out: new Throughput() }
    this.#known.set(key, { entry, in: into, out })
  }

  #keyOf({ driver, place = this.source.place, name }: QueueReading): string {
    return queueKey({ driver, place, name })
  }

  #fail(message: string): void {
    if (this.#isEnded) return
    this.#outage.note(maskedWithin(message, MAX_MESSAGE_CHARS, maskSecrets))
  }
}

function linesOf(source: QueueSource, notices: Notices): OutageLines {
  const name = () => `${source.driver} at ${source.place}`
  return {
    began: (error) => notices.warn(`the queues of ${name()} can't be read: ${error}. All else is reported as ever.`),
    ended: (seconds) => notices.info(`the queues of ${name()} are read again after ${seconds} s.`),
  }
}

/** A queue whose current values are unknown. */
function blank(entry: QueueEntry): QueueEntry {
  const unknown = { paused: null, oldestMs: null, overdueMs: null, throughput: null, workers: null, meta: null }
  return { ...entry, ...unknown, metrics: UNKNOWN_METRICS, error: null }
}

function blankOf({ driver, place, capabilities }: QueueSource, name: string): QueueEntry {
  const identity = { name, driver, place, server: null, states: [], approximate: false, capabilities }
  const unknown = { paused: null, oldestMs: null, overdueMs: null, throughput: null, workers: null, meta: null }
  return { ...identity, ...unknown, metrics: UNKNOWN_METRICS, error: null }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
