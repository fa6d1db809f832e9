import type { FinishedOutcome, FinishedQueue, JobPayload } from '../../protocol/index.js'

/** An attempt that finished. Times are Unix ms by this machine's clock. */
export interface FinishedAttempt {
  /** Attempts of one queue share the object. */
  readonly queue: FinishedQueue
  readonly id: string
  readonly name: string
  readonly outcome: FinishedOutcome
  readonly attempt: number
  readonly addedAt: number | null
  readonly startedAt: number | null
  readonly finishedAt: number
  /** ms before the first attempt. */
  readonly waitMs: number | null
  /** ms; null for what never ran. */
  readonly runMs: number | null
  /** Message of the failure, not masked. */
  readonly error: string | null
  /** Not masked. */
  readonly payload: JobPayload | null
}

/** Takes what the archive gets. None of its methods throws or waits. */
export interface FinishedLog {
  readonly withPayloads: boolean
  add(attempt: FinishedAttempt): void
  /** Counts an attempt that can't be recorded. */
  leaveOut(): void
}
