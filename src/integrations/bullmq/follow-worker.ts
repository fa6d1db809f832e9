import type { EventEmitter } from 'node:events'
import type { JobRecorder } from '../../core/jobs.js'
import { attemptOf, type BullJob, endedAttemptOf } from './job.js'
import { observe } from './observe.js'
import { isFinal, isNoFailure } from './outcome.js'
import { wrapMethod } from './wrap-method.js'

/** What is asked of a worker; those of BullMQ 4, 5 and 6 have it. */
export interface WorkerLike extends EventEmitter {
  /** The queue's. */
  readonly name: string
  close(force?: boolean): Promise<void>
}

/** What BullMQ's types keep to itself. */
interface Processing {
  /** Every attempt goes through it, sandboxed ones included. */
  callProcessJob?: (job: BullJob, ...rest: unknown[]) => unknown
  readonly opts?: { readonly maxStartedAttempts?: number }
}

/**
 * Tells a recorder of a worker's jobs and leaves the worker as it is: the processor is not touched, nor is its `length`, by
 * which BullMQ decides whether jobs can be cancelled.
 *
 * @returns ends it
 */
export function followWorker(worker: WorkerLike, jobs: JobRecorder): () => void {
  const restore = followAttempts(worker, jobs)
  const begin = (job: BullJob) => void jobs.begin(attemptOf(job, worker.name), job)
  const unlisten = listen(worker, {
    ...(restore ? {} : { active: begin }),
    // Most attempts are over by now, and ending twice is harmless.
    completed: (job: BullJob) => jobs.traceOf(job)?.complete(),
    failed: (job: BullJob | undefined, error: unknown) => {
      if (!job) return
      const trace = jobs.traceOf(job) ?? jobs.begin(endedAttemptOf(job, worker.name), job)
      trace.fail(error, Boolean(job.finishedOn))
    },
    stalled: () => jobs.stalled(worker.name, worker.name),
  })
  return () => {
    restore?.()
    unlisten()
  }
}

/** @returns ends it; null when the worker has no such method, and its events must do */
function followAttempts(worker: WorkerLike & Processing, jobs: JobRecorder): (() => void) | null {
  return wrapMethod(worker as Processing, 'callProcessJob', (original) => (job, ...rest) => {
    const attempt = attemptOf(job, worker.name)
    const trace = jobs.begin(attempt, job)
    const failed = (error: unknown) => {
      if (isNoFailure(error)) return trace.discard()
      const final = isFinal(job, attempt.attempt, error, worker.opts?.maxStartedAttempts)
      if (final !== null) trace.fail(error, final)
    }
    return observe(
      () => original(job, ...rest),
      () => trace.complete(),
      failed,
    )
  })
}

function listen(worker: EventEmitter, listeners: Record<string, (...args: never[]) => unknown>): () => void {
  const entries = Object.entries(listeners) as [string, (...args: unknown[]) => void][]
  for (const [event, listener] of entries) worker.on(event, listener)
  return () => {
    for (const [event, listener] of entries) worker.off(event, listener)
  }
}
