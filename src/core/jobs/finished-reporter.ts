import { nextTurn } from '../../lib/async.js'
import type { Batch, StoreRecord, Writer } from '../../ports/index.js'
import type { FinishedJobs, SetupNote } from '../../protocol/index.js'
import { untraced } from '../../tracing/untraced.js'
import type { Notices } from '../options/logger.js'
import type { ResolvedOptions } from '../options/options.js'
import { type FinishedBatch, FinishedBatches } from './finished-batches.js'
import type { FinishedAttempt, FinishedLog } from './finished-log.js'
import { FinishedRecords, type RecordOrigin } from './finished-record.js'

export interface FinishedReporterParts {
  readonly writer: Pick<Writer, 'write'>
  /** Gets the number of attempts that were dropped. */
  readonly onDrop: (jobs: number) => void
  readonly onFault: (error: unknown) => void
}

const NO_PAYLOADS =
  'archiveJobs is "payloads", and there is no token to seal them with: jobs are recorded without payloads. Set QUASAR_TOKEN, here and for Zenith.'

type ArchiveOptions = Pick<ResolvedOptions, 'archiveJobs' | 'service' | 'node' | 'tokens'>

/** @returns null when the option `archiveJobs` is off */
export function openFinished(
  options: ArchiveOptions,
  { notices, ...parts }: FinishedReporterParts & { readonly notices: Notices },
): FinishedReporter | null {
  const { archiveJobs, service, node, tokens } = options
  if (archiveJobs === 'off') return null
  if (lacksToken(options)) notices.once('payloads', NO_PAYLOADS)
  const token = archiveJobs === 'payloads' ? (tokens[0] ?? null) : null
  return new FinishedReporter({ service, node, token }, parts)
}

export function setupOfFinished(options: ArchiveOptions): readonly SetupNote[] {
  return lacksToken(options) ? ['no-payload-token'] : []
}

/** Then payloads are left out: they are never written unsealed. */
function lacksToken({ archiveJobs, tokens }: ArchiveOptions): boolean {
  return archiveJobs === 'payloads' && tokens.length === 0
}

/**
 * Writes finished attempts for the archive: a batch as soon as it is full, and what there is at each interval. One write at a time; while
 * the store does not take them, batches wait until the next interval.
 */
export class FinishedReporter implements FinishedLog {
  readonly withPayloads: boolean
  readonly #origin: RecordOrigin
  readonly #parts: FinishedReporterParts
  readonly #batches: FinishedBatches
  readonly #records: FinishedRecords
  #running: Promise<void> | null = null
  /** The batch that is being compressed, and not with the writer yet. */
  #preparing: FinishedBatch | null = null
  /** The store refused the last batch, or there was no report yet. */
  #isHeld = true

  constructor(origin: RecordOrigin, parts: FinishedReporterParts) {
    this.#origin = origin
    this.#parts = parts
    this.withPayloads = origin.token !== null
    this.#batches = new FinishedBatches(parts.onDrop)
    this.#records = new FinishedRecords(origin)
  }

  /** Number of batches that wait. */
  get size(): number {
    return this.#batches.size
  }

  /** About, in memory. */
  get bytes(): number {
    return this.#batches.bytes
  }

  add(attempt: FinishedAttempt): void {
    if (this.#batches.add(attempt) && !this.#isHeld) void this.#run()
  }

  leaveOut(): void {
    this.#batches.leaveOut()
  }

  /** An interval is over: begins to write what there is. */
  endInterval(): void {
    this.#batches.close()
    this.#isHeld = false
    void this.#run()
  }

  /** Resolves when all that there is now was written, or the store refused it. Never rejects. */
  async flush(): Promise<void> {
    await this.#running
    this.endInterval()
    await this.#running
  }

  /** Passes what waits to the store in this very turn: the process may end after it. */
  flushNow(): void {
    if (this.#preparing) this.#batches.putBack(this.#preparing)
    this.#preparing = null
    this.#batches.close()
    for (let batch = this.#batches.take(); batch; batch = this.#batches.take()) this.#writeNow(batch)
  }

  #run(): Promise<void> {
    this.#running ??= untraced(() => this.#writeAll())
      .catch(this.#parts.onFault)
      .finally(() => {
        this.#running = null
      })
    return this.#running
  }

  async #writeAll(): Promise<void> {
    // The caller, such as a worker between two jobs, must not wait in this turn.
    for (await nextTurn(); !this.#isHeld; await nextTurn()) {
      const batch = this.#batches.take()
      if (!batch) return
      this.#preparing = batch
      const record = await this.#records.make(batch).catch((error: unknown) => this.#fault(error))
      // Meanwhile it was written at once.
      if (this.#preparing !== batch) return
      this.#preparing = null
      if (!record) {
        this.#batches.giveUp(batch)
        continue
      }
      if (await this.#isWritten(record, batch)) continue
      this.#isHeld = true
      this.#batches.putBack(batch)
    }
  }

  /** A custom store may throw or reject, which a store must not. */
  async #isWritten(record: FinishedJobs, batch: FinishedBatch): Promise<boolean> {
    try {
      const { unwritten } = await this.#parts.writer.write(this.#batchOf(record, batch, true))
      return unwritten.length === 0
    } catch {
      return false
    }
  }

  #writeNow(batch: FinishedBatch): void {
    try {
      const whole = this.#batchOf(this.#records.makeNow(batch), batch, false)
      untraced(() => this.#parts.writer.write(whole)).catch(this.#parts.onFault)
    } catch (error) {
      this.#fault(error)
      this.#batches.giveUp(batch)
    }
  }

  #fault(error: unknown): null {
    this.#parts.onFault(error)
    return null
  }

  #batchOf(record: FinishedJobs, { clockOrigin }: FinishedBatch, canWait: boolean): Batch {
    const { service, node } = this.#origin
    const entry: StoreRecord = { type: 'jobs', record, clockOrigin }
    return { service, node, heartbeat: null, records: [entry], canWait }
  }
}
