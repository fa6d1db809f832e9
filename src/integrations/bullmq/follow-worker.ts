import type { EventEmitter } from 'node:events'
import type { JobRecorder, JobTrace, RunningJobs } from '../../core/jobs/job-recorder.js'
import { type AttemptListener, followAttempts } from './follow-attempts.js'
import type { WorkerLike } from './job.js'
import { attemptOf, type BullJob, endedAttemptOf } from './job.js'
import { isLastStall, isNoFailure } from './outcome.js'
import { StalledJobs } from './stalled-jobs.js'
import { WorkerArchive } from './worker-archive.js'

/**
 * Tells a recorder of a worker's jobs and leaves the worker as it is: the processor is not touched, nor is its `length`, by
 * which BullMQ decides whether jobs can be cancelled.
 *
 * @returns ends it
 */
export function followWorker(worker: WorkerLike, jobs: JobRecorder): () => void {
  const running = jobs.openWorker()
  const stalled = new StalledJobs(worker, jobs)
  const archive = jobs.finished && new WorkerArchive(worker, jobs.finished)
  const attempts = new Attempts(worker.name, jobs, running, archive)
  const followed = followAttempts(worker, attempts)
  const unlisten = listen(worker, {
    ...(followed.seesStarts ? {} : { active: (job: BullJob) => attempts.started(job) }),
    completed: (job: BullJob) => attempts.completed(job),
    failed: (job: BullJob | undefined, error: unknown) => {
      if (isLastStall(error)) stalled.add(job?.id, job?.name)
      attempts.failed(job, error)
    },
    stalled: (id: string) => stalled.add(id),
  })
  return () => {
    followed.end()
    unlisten()
    stalled.close()
    running.close()
    archive?.close()
  }
}

/**
 * Each attempt counts once, and only when Redis accepted its outcome: the events tell. A job whose lock was lost is done again
 * by another worker, and it is that one's attempt that counts.
 */
class Attempts implements AttemptListener {
  readonly #queue: string
  readonly #jobs: JobRecorder
  readonly #running: RunningJobs
  readonly #archive: WorkerArchive | null

  constructor(queue: string, jobs: JobRecorder, running: RunningJobs, archive: WorkerArchive | null) {
    this.#queue = queue
    this.#jobs = jobs
    this.#running = running
    this.#archive = archive
  }

  started(job: BullJob): JobTrace {
    return this.#running.begin(attemptOf(job, this.#queue), job)
  }

  returned(job: BullJob): void {
    this.#running.find(job)?.stopClock()
  }

  threw(job: BullJob, error: unknown): void {
    const trace = this.#running.find(job)
    if (isNoFailure(error)) trace?.discard()
    else trace?.stopClock({ error })
  }

  settled(job: BullJob): void {
    this.#running.find(job)?.refuse()
    this.#archive?.settled(job)
  }

  completed(job: BullJob): void {
    const trace = this.#running.find(job)
    this.#archive?.ended(job, trace, 'completed')
    trace?.complete()
  }

  failed(job: BullJob | undefined, error: unknown): void {
    // Redis removed the job with its failure, which was the last one then.
    const isFinal = !job || Boolean(job.finishedOn)
    const trace = job ? this.#running.find(job) : null
    this.#archive?.ended(job, trace, isFinal ? 'failed' : 'retried', error)
    if (trace) trace.fail(error, isFinal)
    else this.#jobs.gaveUp(endedAttemptOf(job, this.#queue), error, isFinal)
  }
}

/** Before the app's own listeners: one of those that throws keeps BullMQ from calling the rest. */
function listen(worker: EventEmitter, listeners: Record<string, (...args: never[]) => unknown>): () => void {
  const entries = Object.entries(listeners) as [string, (...args: unknown[]) => void][]
  for (const [event, listener] of entries) worker.prependListener(event, listener)
  return () => {
    for (const [event, listener] of entries) worker.off(event, listener)
  }
}
