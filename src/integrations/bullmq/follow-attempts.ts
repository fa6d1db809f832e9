import type { JobTrace } from '../../core/jobs/job-recorder.js'
import { origins, runFrom } from '../../core/origin/current.js'
import { observe } from '../../lib/observe.js'
import { type Processing, showsEnds, wrapAttempt, wrapCall, wrapCompleted, wrapFailed } from './internals.js'
import type { BullJob } from './job.js'
import { isConnectionError } from './outcome.js'

export interface AttemptListener {
  started(job: BullJob): Pick<JobTrace, 'origin'>
  /** The processor is through, and Redis does not know yet. */
  returned(job: BullJob): void
  /** The processor threw, or was never called, or Redis refused what it returned. */
  threw(job: BullJob, error: unknown): void
  /** BullMQ is done with the attempt: what no event told of has no outcome. */
  settled(job: BullJob): void
}

/** What a worker does not show by its methods, its events must tell. */
export interface FollowedAttempts {
  readonly seesStarts: boolean
  end(): void
}

/** Tells of a worker's attempts from their start to their end, as far as the worker has the methods for it. */
export function followAttempts(worker: Processing, listener: AttemptListener): FollowedAttempts {
  const ends = followEnds(worker, listener)
  const starts = ends ? followStarts(worker, listener) : followPromises(worker, listener)
  const settling = ends || !starts ? null : followSettling(worker, listener)
  return {
    seesStarts: starts !== null,
    end() {
      starts?.()
      ends?.()
      settling?.()
    },
  }
}

function followStarts(worker: Processing, listener: AttemptListener): (() => void) | null {
  const followed = origins()
  return wrapCall(worker, (original) => (job, ...rest) => {
    const trace = listener.started(job)
    return followed.storage ? runFrom(trace, () => original(job, ...rest)) : original(job, ...rest)
  })
}

/**
 * BullMQ waits for the processor's promise itself and goes on with one of two methods: callbacks of ours on that promise took
 * as long as all the rest of following a job. Null when one of the methods is missing.
 */
function followEnds(worker: Processing, listener: AttemptListener): (() => void) | null {
  if (!showsEnds(worker)) return null
  const completed = wrapCompleted(worker, (original) => (result, job, ...rest) => {
    listener.returned(job)
    return original(result, job, ...rest)
  })
  const failed = wrapFailed(worker, (original) => (error, job, ...rest) => {
    listener.threw(job, error)
    return observe(
      () => original(error, job, ...rest),
      () => listener.settled(job),
      // BullMQ calls it once more when Redis is back.
      (reason) => isConnectionError(reason) || listener.settled(job),
    )
  })
  return () => {
    completed?.()
    failed?.()
  }
}

/** Promises of another kind than the language's are not seen to end. */
function followPromises(worker: Processing, listener: AttemptListener): (() => void) | null {
  return wrapCall(worker, (original) => (job, ...rest) => {
    const trace = listener.started(job)
    return observe(
      () => runFrom(trace, () => original(job, ...rest)),
      () => listener.returned(job),
      (error) => listener.threw(job, error),
    )
  })
}

/** Early versions tell Redis of the end inside of the method that begins it. */
function followSettling(worker: Processing, listener: AttemptListener): (() => void) | null {
  return wrapAttempt(worker, (original) => (job, ...rest) => {
    const settle = () => listener.settled(job)
    return observe(() => original(job, ...rest), settle, settle)
  })
}
