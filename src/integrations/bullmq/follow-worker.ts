import type { EventEmitter } from 'node:events'
import type { JobRecorder, RunningJobs } from '../../core/jobs.js'
import { type AttemptListener, followAttempts, type Processing, type WorkerLike } from './follow-attempts.js'
import { attemptOf, type BullJob, endedAttemptOf } from './job.js'
import { isFinal, isNoFailure } from './outcome.js'

/**
 * Tells a recorder of a worker's jobs and leaves the worker as it is: the processor is not touched, nor is its `length`, by
 * which BullMQ decides whether jobs can be cancelled.
 *
 * @returns ends it
 */
export function followWorker(worker: WorkerLike, jobs: JobRecorder): () => void {
  const running = jobs.openWorker()
  const attempts = new Attempts(worker, running)
  const followed = followAttempts(worker, attempts)
  const unlisten = listen(worker, {
    ...(followed.seesStarts ? {} : { active: (job: BullJob) => attempts.started(job) }),
    ...(followed.seesEnds ? {} : { completed: (job: BullJob) => attempts.completed(job) }),
    failed: (job: BullJob | undefined, error: unknown) => attempts.failed(job, error),
    stalled: () => jobs.stalled(worker.name, worker.name),
  })
  return () => {
    followed.end()
    unlisten()
    running.close()
  }
}

/** Each attempt counts once, whichever of the methods and events tells of it first. */
class Attempts implements AttemptListener {
  readonly #worker: Processing
  readonly #running: RunningJobs
  /** Whose `failed` event has nothing new to say. */
  readonly #told = new WeakSet<BullJob>()
  #lastCompleted: BullJob | null = null

  constructor(worker: Processing, running: RunningJobs) {
    this.#worker = worker
    this.#running = running
  }

  started(job: BullJob): void {
    this.#running.begin(attemptOf(job, this.#worker.name), job)
  }

  completed(job: BullJob): void {
    this.#running.find(job)?.complete()
    this.#lastCompleted = job
  }

  threw(job: BullJob, error: unknown): void {
    const trace = this.#running.find(job)
    // A result that can't be written as JSON makes a job fail that was through.
    if (!trace && job === this.#lastCompleted) this.#told.add(job)
    if (!trace) return
    if (isNoFailure(error)) {
      trace.discard()
      return
    }
    const final = isFinal(job, trace.job.attempt, error, this.#worker.opts?.maxStartedAttempts)
    // Where it is not known yet whether it will be tried again, the event tells.
    if (final === null) return
    trace.fail(error, final)
    this.#told.add(job)
  }

  failed(job: BullJob | undefined, error: unknown): void {
    if (!job || this.#told.delete(job)) return
    const trace = this.#running.find(job) ?? this.#running.begin(endedAttemptOf(job, this.#worker.name), job)
    trace.fail(error, Boolean(job.finishedOn))
  }
}

function listen(worker: EventEmitter, listeners: Record<string, (...args: never[]) => unknown>): () => void {
  const entries = Object.entries(listeners) as [string, (...args: unknown[]) => void][]
  for (const [event, listener] of entries) worker.on(event, listener)
  return () => {
    for (const [event, listener] of entries) worker.off(event, listener)
  }
}
