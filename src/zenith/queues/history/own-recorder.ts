import { randomUUID } from 'node:crypto'
import { inTime } from '../../../lib/async.js'
import type { ControlStore, Logger } from '../../../ports/index.js'
import { HISTORY_STEP_MS, MAX_RECORDED_QUEUES, PROTOCOL_VERSION, recordedOf } from '../../../protocol/index.js'
import { untraced } from '../../../tracing/untraced.js'
import type { QueueMonitor } from '../monitor/queue-monitor.js'

const LEASE = 'queue-history'
/** The lease outlives the time between two of its holder's records. */
const LEASE_MS = 1.5 * HISTORY_STEP_MS
/** A longer pause between two records was not seen, ms. */
const MAX_SPAN_MS = 1.5 * HISTORY_STEP_MS
const RELEASE_WITHIN_MS = 1_000

interface OwnRecorderOptions {
  readonly monitor: { readonly now: number; readonly queues: Pick<QueueMonitor, 'read' | 'views'> }
  /** Null if there is no control store. */
  readonly store: ControlStore | null
  /** Whether this Zenith has sources now. */
  readonly hasSources: () => boolean
  readonly logger: Logger | undefined
  /** Time between two records, ms. @default a minute */
  readonly every?: number
}

/**
 * Records the queues that this Zenith reads and no app reports, every minute, whether a page is open or not. Of several Zeniths of a
 * store one records: the holder of a lease.
 */
export class OwnQueueRecorder {
  readonly #options: OwnRecorderOptions
  readonly #id = `zenith-${randomUUID()}`
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  /** The end of the last record, Unix ms by the store's clock; null if the next one continues none. */
  #recordedTo: number | null = null
  #isClosed = false
  #isDenied = false

  constructor(options: OwnRecorderOptions) {
    this.#options = options
  }

  /** Idempotent: nothing is read before this. */
  start(): void {
    if (this.#timer || this.#isClosed) return
    this.#tick()
    this.#timer = setInterval(() => this.#tick(), this.#options.every ?? HISTORY_STEP_MS)
    this.#timer.unref()
  }

  /** Another Zenith may take over at once. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    await this.#running
    if (this.#recordedTo === null) return
    const released = this.#options.store?.releaseLease(LEASE, this.#id).catch(() => {})
    if (released) await inTime(released, RELEASE_WITHIN_MS)
  }

  #tick(): void {
    this.#running = this.#running.then(() => untraced(() => this.#record())).catch((error) => this.#noteFailure(error))
  }

  async #record(): Promise<void> {
    const { store, monitor, hasSources } = this.#options
    if (this.#isClosed || !store?.recordQueues || !hasSources()) return
    if ((await store.acquireLease(LEASE, this.#id, LEASE_MS)) !== this.#id) {
      this.#recordedTo = null
      return
    }
    await monitor.queues.read(monitor.now)
    const to = monitor.now
    const from = this.#startOf(to)
    this.#recordedTo = to
    // When the queues were read before the first record is unknown.
    if (from === to) return
    const queues = monitor.queues.views.filter(
      ({ services, error, at }) => services.length === 0 && error === null && to - at <= MAX_SPAN_MS,
    )
    if (queues.length === 0) return
    const recorded = queues.slice(0, MAX_RECORDED_QUEUES).map(recordedOf)
    await store.recordQueues({ v: PROTOCOL_VERSION, node: this.#id, from, to, queues: recorded })
  }

  /** Where the last record ended, unless that is too long ago. */
  #startOf(to: number): number {
    const from = this.#recordedTo
    return from !== null && from <= to && to - from <= MAX_SPAN_MS ? from : to
  }

  #noteFailure(error: unknown): void {
    const isDenied = typeof error === 'object' && error !== null && 'code' in error && error.code === 'NOPERM'
    if (!isDenied || this.#isDenied) return
    this.#isDenied = true
    this.#options.logger?.warn(
      'Zenith does not record the history of the queues that no app reports: its Redis user may only read (see docs/operations.md).',
    )
  }
}
