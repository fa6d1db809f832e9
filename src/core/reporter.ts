import type { Batch, WriteResult, Writer } from '../ports.js'
import type { Heartbeat } from '../protocol/index.js'
import { untraced } from '../tracing/untraced.js'
import type { RecordBuffer } from './buffer.js'
import { clearTimeout, monotonic, setImmediate, setTimeout, wallClock } from './clock.js'
import { wordsOf } from './describe-error.js'
import type { Notices } from './logger.js'
import { round } from './round.js'

/** What one report is made of. */
export interface ReportSource {
  /** Reads files and the like, off the loop. Never rejects. */
  prepare(): Promise<void>
  /** Takes the figures of the process and its machine. Holds the loop, so it is short. */
  look(): void
  /**
   * Moves this interval's figures into the buffer and gives the heartbeat. Holds the loop, so it is short.
   *
   * @param isLast nothing may come after it: what is kept back for later must go now
   */
  collect(isLast: boolean): Heartbeat
}

export interface ReporterStatus {
  /** Unix ms of the last report that the store took whole; null before the first. */
  readonly lastReportAt: number | null
  /** Why the last report was not taken; null when it was. */
  readonly error: string | null
  readonly reports: number
}

/** The first report comes early, so that a new node is seen at once, yet late enough for figures over a span. */
const FIRST_REPORT_MS = 1_000
const JITTER = 0.1

/** Writes a report every interval, never two at a time. Its timer never holds the process. */
export class Reporter {
  /** The longest that the last report held the loop at a stretch, and how long its write took, ms. */
  collectMs: number | null = null
  flushMs: number | null = null
  readonly #identity: { readonly service: string; readonly node: string }
  readonly #interval: number
  readonly #source: ReportSource
  readonly #writer: Writer
  readonly #buffer: RecordBuffer
  readonly #outage: OutageLog
  readonly #onFault: (error: unknown) => void
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> = Promise.resolve()
  /** A report that has not begun yet. */
  #next: Promise<void> | null = null
  #isStopped = false
  #status: ReporterStatus = { lastReportAt: null, error: null, reports: 0 }

  constructor(
    options: { readonly service: string; readonly node: string; readonly interval: number },
    parts: {
      source: ReportSource
      writer: Writer
      buffer: RecordBuffer
      notices: Notices
      onFault: (error: unknown) => void
    },
  ) {
    this.#identity = { service: options.service, node: options.node }
    this.#interval = options.interval
    this.#source = parts.source
    this.#writer = parts.writer
    this.#buffer = parts.buffer
    this.#outage = new OutageLog(parts.notices, parts.buffer)
    this.#onFault = parts.onFault
  }

  get status(): ReporterStatus {
    return this.#status
  }

  start(): void {
    this.#schedule(Math.min(this.#interval, FIRST_REPORT_MS) * (0.5 + Math.random() / 2))
  }

  /** Writes a report now, after one that is under way. All who ask before it begins get the same one. */
  flush(): Promise<void> {
    this.#next ??= this.#running.then(() => this.#begin()).catch(this.#onFault)
    this.#running = this.#next
    return this.#next
  }

  /** Hands what waits to the store in this very turn: the process may be gone after it. */
  flushNow(): void {
    untraced(() => this.#writeRest()).catch(this.#onFault)
  }

  /** Writes what is left and says good-bye; reports may go on afterwards. */
  async depart(): Promise<void> {
    await this.#running
    await aTurn()
    await untraced(() => this.#leave())
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    if (this.#timer) clearTimeout(this.#timer)
    await this.depart()
  }

  #schedule(delay: number): void {
    if (this.#isStopped) return
    this.#timer = setTimeout(() => void this.#tick(), delay)
    this.#timer.unref()
  }

  async #tick(): Promise<void> {
    const startedAt = monotonic()
    await this.flush()
    const jittered = this.#interval * (1 - JITTER + 2 * JITTER * Math.random())
    this.#schedule(Math.max(0, jittered - (monotonic() - startedAt)))
  }

  #begin(): Promise<void> {
    this.#next = null
    return untraced(() => this.#report())
  }

  async #report(): Promise<void> {
    await Promise.all([this.#source.prepare(), aTurn()])
    // The loop turns between the steps: what each of them holds is short, and requests come in between.
    const look = timed(() => this.#source.look())
    await aTurn()
    const collect = timed(() => this.#source.collect(false))
    await aTurn()
    const heartbeat = collect.result
    const write = timed(() => this.#write({ ...this.#identity, heartbeat, records: this.#buffer.take() }))
    this.collectMs = round(Math.max(look.ms, collect.ms, write.ms))
    await write.result
  }

  async #leave(): Promise<void> {
    await this.#writeRest().catch(this.#onFault)
    await this.#writer.leave(this.#identity.service, this.#identity.node)
  }

  async #writeRest(): Promise<void> {
    this.#source.collect(true)
    if (this.#buffer.size === 0) return
    await this.#write({ ...this.#identity, heartbeat: null, records: this.#buffer.take() })
  }

  /** A store of the app's own may do what a store must not: throw, or reject. */
  async #tryToWrite(batch: Batch): Promise<WriteResult> {
    try {
      return await this.#writer.write(batch)
    } catch (error) {
      return { unwritten: batch.records, error: error instanceof Error ? error : new Error(wordsOf(error)) }
    }
  }

  async #write(batch: Batch): Promise<void> {
    const startedAt = monotonic()
    const { unwritten, error } = await this.#tryToWrite(batch)
    this.flushMs = round(monotonic() - startedAt)
    this.#buffer.putBack(unwritten)
    this.#outage.note(error)
    const { reports, lastReportAt } = this.#status
    this.#status = {
      reports: reports + 1,
      error: error?.message ?? null,
      lastReportAt: error ? lastReportAt : wallClock(),
    }
  }
}

function timed<T>(step: () => T): { readonly result: T; readonly ms: number } {
  const startedAt = monotonic()
  const result = step()
  return { result, ms: monotonic() - startedAt }
}

/** Slow entries are finished a turn after what they tell of. */
function aTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** One line when reports stop getting through, one when they do again. */
class OutageLog {
  #since: { readonly at: number; readonly dropped: number } | null = null

  constructor(
    private readonly notices: Notices,
    private readonly buffer: RecordBuffer,
  ) {}

  note(error: Error | null): void {
    if (error && !this.#since) {
      this.#since = { at: wallClock(), dropped: this.buffer.dropped }
      this.notices.warn(`reports can't be written: ${error.message}. The app goes on as ever; records wait in memory.`)
    } else if (!error && this.#since) {
      const seconds = Math.round((wallClock() - this.#since.at) / 1_000)
      const lost = this.buffer.dropped - this.#since.dropped
      this.#since = null
      this.notices.info(`reports are written again after ${seconds} s; ${lost} records were lost.`)
    }
  }
}
