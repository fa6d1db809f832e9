import { clockOrigin } from '../../lib/clock.js'
import { type Moment, moment, spanOf } from '../report/rollups.js'
import type { FinishedAttempt } from './finished-log.js'

/** A batch is full with this number of attempts, or of characters of payloads. */
export const BATCH_JOBS = 500
const BATCH_CHARS = 160 * 1_024
/** What waits to be written at most. The oldest batches are dropped first. */
export const MAX_WAITING_JOBS = 20_000
const MAX_WAITING_CHARS = 8 * 1_048_576

/** Attempts of one record. */
export interface FinishedBatch {
  readonly seq: number
  readonly from: number
  readonly to: number
  readonly attempts: readonly FinishedAttempt[]
  /** Attempts that were left out before these. */
  readonly left: number
  /** Characters of payloads. */
  readonly chars: number
  /** See `Clocked` in the ports. */
  readonly clockOrigin: number
}

/** What was left out before it is known when it is taken. */
type WaitingBatch = Omit<FinishedBatch, 'left'> & { readonly left: number | null }

/** Attempts that wait to be written, in batches. */
export class FinishedBatches {
  readonly #onDrop: (jobs: number) => void
  #waiting: WaitingBatch[] = []
  #jobs = 0
  #chars = 0
  #open: FinishedAttempt[] = []
  #openChars = 0
  #since: Moment = moment()
  #left = 0
  #seq = 0

  /** @param onDrop gets the number of attempts that were dropped */
  constructor(onDrop: (jobs: number) => void) {
    this.#onDrop = onDrop
  }

  /** Number of batches that wait, with the one that is not full. */
  get size(): number {
    return this.#waiting.length + (this.#open.length > 0 ? 1 : 0)
  }

  /** About, in memory. */
  get bytes(): number {
    return (this.#jobs + this.#open.length) * 100 + this.#chars + this.#openChars
  }

  /** @returns whether a batch is full */
  add(attempt: FinishedAttempt): boolean {
    this.#open.push(attempt)
    if (attempt.payload) this.#openChars += attempt.payload.text.length
    if (this.#open.length < BATCH_JOBS && this.#openChars < BATCH_CHARS) return false
    this.close()
    return true
  }

  leaveOut(jobs = 1): void {
    this.#left += jobs
    this.#onDrop(jobs)
  }

  /** Ends the batch that is not full. An empty one reports what was left out if there is no other. */
  close(): void {
    const end = moment()
    const { from, to } = spanOf(this.#since.now, end)
    this.#since = end
    if (this.#open.length === 0 && (this.#left === 0 || this.#waiting.length > 0)) return
    this.#seq += 1
    this.#waiting.push({
      seq: this.#seq,
      from,
      to,
      attempts: this.#open,
      left: null,
      chars: this.#openChars,
      clockOrigin: clockOrigin(),
    })
    this.#jobs += this.#open.length
    this.#chars += this.#openChars
    this.#open = []
    this.#openChars = 0
    this.#trim()
  }

  /** Removes the oldest batch. */
  take(): FinishedBatch | null {
    const batch = this.#shift()
    if (!batch || batch.left !== null) return batch as FinishedBatch | null
    const left = this.#left
    this.#left = 0
    return { ...batch, left }
  }

  /** Puts an unwritten batch back, before all others. It may have been written after all, so it stays the same. */
  putBack(batch: FinishedBatch): void {
    this.#waiting.unshift(batch)
    this.#jobs += batch.attempts.length
    this.#chars += batch.chars
    this.#trim()
  }

  /** Leaves out the attempts of a batch that was taken: the next one reports them, and what this one would have reported. */
  giveUp({ attempts, left }: Pick<FinishedBatch, 'attempts'> & { readonly left: number | null }): void {
    // That was counted as dropped already.
    this.#left += left ?? 0
    this.leaveOut(attempts.length)
  }

  #trim(): void {
    while (this.#waiting.length > 0 && (this.#jobs > MAX_WAITING_JOBS || this.#chars > MAX_WAITING_CHARS)) {
      this.giveUp(this.#shift() as WaitingBatch)
    }
  }

  #shift(): WaitingBatch | null {
    const batch = this.#waiting.shift()
    if (!batch) return null
    this.#jobs -= batch.attempts.length
    this.#chars -= batch.chars
    return batch
  }
}
