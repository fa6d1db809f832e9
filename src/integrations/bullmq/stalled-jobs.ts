import type { JobRecorder } from '../../core/jobs/job-recorder.js'
import { nameOfJob, type Processing } from './internals.js'

/** How many stalls wait for their names at a time: a worker that dies may leave thousands. */
const MAX_PENDING = 500

/**
 * Counts stalls by the jobs' names. BullMQ tells the ids alone, so each name costs one command; where it can't be told, and
 * when the worker closes meanwhile, the stall counts under the queue's name.
 */
export class StalledJobs {
  readonly #worker: Processing
  readonly #jobs: JobRecorder
  readonly #pending = new Set<object>()

  constructor(worker: Processing, jobs: JobRecorder) {
    this.#worker = worker
    this.#jobs = jobs
  }

  /** Counts one stall. */
  add(id: string | undefined, name?: string): void {
    if (name || !id || this.#pending.size >= MAX_PENDING) this.#count(name)
    else void this.#countNamed(id)
  }

  /** Counts what still waits for its name. */
  close(): void {
    for (const stall of [...this.#pending]) this.#settle(stall, null)
  }

  async #countNamed(id: string): Promise<void> {
    const stall = {}
    this.#pending.add(stall)
    this.#settle(stall, await nameOfJob(this.#worker, id))
  }

  #settle(stall: object, name: string | null): void {
    if (this.#pending.delete(stall)) this.#count(name)
  }

  #count(name: string | null | undefined): void {
    const { name: queue } = this.#worker
    this.#jobs.stalled(name ?? queue, queue)
  }
}
