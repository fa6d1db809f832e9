import type { EventEmitter } from 'node:events'
import type { JobLike } from '../../core/jobs/job-recorder.js'

/** What is read of a BullMQ job, in the shape that versions 4, 5 and 6 share. */
export interface BullJob {
  readonly name: string
  readonly id?: string | undefined
  readonly queueName?: string
  /** Attempts that ended; in version 4 the one that runs is among them. */
  readonly attemptsMade?: number
  /** Since version 5: how often it was begun, which delays and stalls count, too. */
  readonly attemptsStarted?: number
  /** Unix ms. */
  readonly timestamp?: number
  readonly processedOn?: number | undefined
  /** Set when there will be no further attempt. */
  readonly finishedOn?: number | null | undefined
  readonly opts?: { readonly delay?: number; readonly telemetry?: { readonly metadata?: unknown } }
  /** The payload, parsed. */
  readonly data?: unknown
}

/** An attempt that begins. */
export function attemptOf(job: BullJob, queue: string): JobLike {
  const made = job.attemptsMade ?? 0
  const attempt = job.attemptsStarted === undefined ? Math.max(1, made) : made + 1
  return { name: job.name, queue, id: job.id ?? null, attempt, waitMs: waitOf(job), metadata: metadataOf(job) }
}

/**
 * An attempt that ended without having been begun: its parent's or its stalling made BullMQ give the job up.
 *
 * @param job undefined when BullMQ has removed it: then the queue's name stands for it
 */
export function endedAttemptOf(job: BullJob | undefined, queue: string): JobLike {
  const { name = queue, id = null, attemptsMade = 1 } = job ?? {}
  return { name, queue, id, attempt: Math.max(1, attemptsMade), waitMs: null, metadata: job && metadataOf(job) }
}

function metadataOf({ opts }: BullJob): unknown {
  return opts?.telemetry?.metadata
}

/** Only the first start has one: later ones overwrite `processedOn`, and `job.delay` is 0 by then. */
function waitOf({ attemptsStarted, attemptsMade, processedOn, timestamp, opts }: BullJob): number | null {
  if ((attemptsStarted ?? attemptsMade) !== 1 || !processedOn || !timestamp) return null
  return Math.max(0, processedOn - timestamp - (opts?.delay ?? 0))
}

/** What is asked of a worker; those of BullMQ 4, 5 and 6 have it. */
export interface WorkerLike extends EventEmitter {
  /** The queue's. */
  readonly name: string
  close(force?: boolean): Promise<void>
}
