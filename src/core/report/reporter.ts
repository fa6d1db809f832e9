import { nextTurn } from '../../lib/async.js'
import { clearTimeout, clockOrigin, monotonic, setTimeout, wallClock } from '../../lib/clock.js'
import { type OutageLines, OutageLog } from '../../lib/outage-log.js'
import { round } from '../../lib/round.js'
import type { Batch, WriteResult, Writer } from '../../ports/index.js'
import type { Heartbeat } from '../../protocol/index.js'
import { untraced } from '../../tracing/untraced.js'
import { wordsOf } from '../errors/describe-error.js'
import type { Notices } from '../options/logger.js'
import type { RecordBuffer } from './buffer.js'

/** The parts of a report. */
export interface ReportSource {
  /** Reads files and the like asynchronously. Never rejects. */
  prepare(): Promise<void>
  /** Reads the figures of the process and its machine. Blocks the loop, so it is short. */
  look(): void
  /**
   * Moves this interval's figures into the buffer and returns the heartbeat. Blocks the loop, so it is short.
   *
   * @param isLast nothing may follow: figures that would be reported later are included
   */
  collect(isLast: boolean): Heartbeat
}

export interface ReporterStatus {
  /** When the store accepted the last whole report, Unix ms; null before the first. */
  readonly lastReportAt: number | null
  /** Why the last report failed; null if it succeeded. */
  readonly error: string | null
  readonly reports: number
}

/** The first report comes early, so that a new node is seen at once, yet late enough for figures over a span. */
const FIRST_REPORT_MS = 1_000
const JITTER = 0.1

/** Writes a report every interval, one at a time. Its timer does not keep the process alive. */
export class Reporter {
  /** The longest time that the last report blocked the loop at once, and the duration of its write, ms. */
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
  /** Number of departures in progress: meanwhile no heartbeat may be written. */
  #departures = 0
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
    this.#outage = new OutageLog(linesOf(parts.notices, parts.buffer))
    this.#onFault = parts.onFault
  }

  get status(): ReporterStatus {
    return this.#status
  }

  start(): void {
    this.#schedule(Math.min(this.#interval, FIRST_REPORT_MS) * (0.5 + Math.random() / 2))
  }

  /** Writes a report now, after one in progress. All calls before it begins share it. */
  flush(): Promise<void> {
    if (this.#departures > 0) return untraced(() => this.#writeRest()).catch(this.#onFault)
    if (this.#isStopped) return Promise.resolve()
    this.#next ??= this.#running.then(() => this.#begin()).catch(this.#onFault)
    this.#running = this.#next
    return this.#next
  }

  /** Passes pending records to the store in this very turn: the process may end after it. */
  flushNow(): void {
    untraced(() => this.#writeRest()).catch(this.#onFault)
  }

  /**
   * Writes what is left and removes the node. Reports may continue afterwards. Meanwhile no heartbeat is written, as it would bring
   * the node back.
   *
   * @param others departures at the same time: of its threads, its queues
   */
  async depart(others: () => Promise<unknown>): Promise<void> {
    this.#departures += 1
    try {
      await this.#running
      await nextTurn()
      await Promise.all([untraced(() => this.#leave()), others()])
    } finally {
      this.#departures -= 1
    }
  }

  async stop(others: () => Promise<unknown>): Promise<void> {
    this.#isStopped = true
    if (this.#timer) clearTimeout(this.#timer)
    await this.depart(others)
  }

  #schedule(delay: number): void {
    if (this.#isStopped) return
    this.#timer = setTimeout(() => void this.#tick(), delay)
    this.#timer.unref()
  }

  async #tick(): Promise<void> {
    const startedAt = monotonic()
    if (this.#departures === 0) await this.flush()
    const jittered = this.#interval * (1 - JITTER + 2 * JITTER * Math.random())
    this.#schedule(Math.max(0, jittered - (monotonic() - startedAt)))
  }

  #begin(): Promise<void> {
    this.#next = null
    return untraced(() => this.#report())
  }

  async #report(): Promise<void> {
    await Promise.all([this.#source.prepare(), nextTurn()])
    // The loop turns between the steps, so that each blocks it only briefly and requests are handled in between.
    const look = timed(() => this.#source.look())
    await nextTurn()
    const collect = timed(() => this.#source.collect(false))
    await nextTurn()
    const heartbeat = collect.result
    const origin = clockOrigin()
    const write = timed(() =>
      this.#write({ ...this.#identity, heartbeat, records: this.#buffer.take(), clockOrigin: origin }),
    )
    this.collectMs = round(Math.max(look.ms, collect.ms, write.ms))
    await write.result
  }

  async #leave(): Promise<void> {
    await this.#writeRest().catch(this.#onFault)
    await this.#writer.removeNode(this.#identity.service, this.#identity.node)
  }

  async #writeRest(): Promise<void> {
    this.#source.collect(true)
    if (this.#buffer.size === 0) return
    await this.#write({ ...this.#identity, heartbeat: null, records: this.#buffer.take() })
  }

  /** A custom store may throw or reject, which a store must not. */
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
    this.#outage.note(error?.message ?? null)
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

function linesOf(notices: Notices, buffer: RecordBuffer): OutageLines {
  let before = 0
  return {
    began(error) {
      before = buffer.dropped
      notices.warn(`reports can't be written: ${error}. The app is unaffected; records wait in memory.`)
    },
    ended(seconds) {
      notices.info(`reports are written again after ${seconds} s; ${buffer.dropped - before} records were lost.`)
    },
  }
}
