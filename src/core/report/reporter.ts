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
  /** How many are under way: the node leaves, and nothing may beat. */
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

  /** Writes a report now, after one that is under way. All who ask before it begins get the same one. */
  flush(): Promise<void> {
    if (this.#departures > 0) return untraced(() => this.#writeRest()).catch(this.#onFault)
    if (this.#isStopped) return Promise.resolve()
    this.#next ??= this.#running.then(() => this.#begin()).catch(this.#onFault)
    this.#running = this.#next
    return this.#next
  }

  /** Hands what waits to the store in this very turn: the process may be gone after it. */
  flushNow(): void {
    untraced(() => this.#writeRest()).catch(this.#onFault)
  }

  /**
   * Writes what is left and says good-bye. Reports may go on afterwards; until then nothing beats, or the node would be
   * there again.
   *
   * @param others leave together with this node: its threads, its queues
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
    // The loop turns between the steps: what each of them holds is short, and requests come in between.
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
