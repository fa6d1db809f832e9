import type { EventEmitter } from 'node:events'
import type { BullJob } from './job.js'
import { observe } from './observe.js'
import { wrapMethod } from './wrap-method.js'

/** What is asked of a worker; those of BullMQ 4, 5 and 6 have it. */
export interface WorkerLike extends EventEmitter {
  /** The queue's. */
  readonly name: string
  close(force?: boolean): Promise<void>
}

/** What BullMQ's types keep to itself. */
export type Processing = WorkerLike & {
  /** Every attempt goes through it, sandboxed ones included. */
  callProcessJob?: (job: BullJob, ...rest: unknown[]) => unknown
  /** Called with what the processor gave or threw, before Redis is told; early versions of BullMQ 5 have neither. */
  handleCompleted?: (result: unknown, job: BullJob, ...rest: unknown[]) => unknown
  handleFailed?: (error: unknown, job: BullJob, ...rest: unknown[]) => unknown
  readonly opts?: { readonly maxStartedAttempts?: number }
}

export interface AttemptListener {
  started(job: BullJob): void
  completed(job: BullJob): void
  /** The processor threw, or was never called. */
  threw(job: BullJob, error: unknown): void
}

/** What a worker does not show by its methods, its events must tell. */
export interface FollowedAttempts {
  readonly seesStarts: boolean
  /** Whether it sees each one. */
  readonly seesEnds: boolean
  end(): void
}

/** Tells of a worker's attempts from their start to their end, as far as the worker has the methods for it. */
export function followAttempts(worker: Processing, listener: AttemptListener): FollowedAttempts {
  const ends = followEnds(worker, listener)
  const starts = ends ? followStarts(worker, listener) : followPromises(worker, listener)
  return {
    seesStarts: starts !== null,
    seesEnds: ends !== null,
    end() {
      starts?.()
      ends?.()
    },
  }
}

function followStarts(worker: Processing, listener: AttemptListener): (() => void) | null {
  return wrapMethod(worker, 'callProcessJob', (original) => (job, ...rest) => {
    listener.started(job)
    return original(job, ...rest)
  })
}

/**
 * BullMQ waits for the processor's promise itself and goes on with one of two methods: callbacks of ours on that promise took
 * as long as all the rest of following a job. Null when one of the methods is missing.
 */
function followEnds(worker: Processing, listener: AttemptListener): (() => void) | null {
  if (typeof worker.handleCompleted !== 'function' || typeof worker.handleFailed !== 'function') return null
  const completed = wrapMethod(worker, 'handleCompleted', (original) => (result, job, ...rest) => {
    listener.completed(job)
    return original(result, job, ...rest)
  })
  const failed = wrapMethod(worker, 'handleFailed', (original) => (error, job, ...rest) => {
    listener.threw(job, error)
    return original(error, job, ...rest)
  })
  return () => {
    completed?.()
    failed?.()
  }
}

/** Promises of another kind than the language's are not seen to end. */
function followPromises(worker: Processing, listener: AttemptListener): (() => void) | null {
  return wrapMethod(worker, 'callProcessJob', (original) => (job, ...rest) => {
    listener.started(job)
    return observe(
      () => original(job, ...rest),
      () => listener.completed(job),
      (error) => listener.threw(job, error),
    )
  })
}
