import type { FinishedAttempt, FinishedLog } from '../../core/jobs/finished-log.js'
import type { JobTrace } from '../../core/jobs/job-recorder.js'
import { wallClock } from '../../lib/clock.js'
import { type FinishedOutcome, type FinishedQueue, MAX_ID_CHARS, MAX_JOB_ERROR_CHARS } from '../../protocol/index.js'
import { windowOf } from '../../redaction/within.js'
import { placeOfBullmq } from '../../runtime/queue-sources.js'
import { serverOf } from './internals.js'
import { type BullJob, endedAttemptOf, type WorkerLike } from './job.js'
import { messageOf } from './outcome.js'
import { Payloads } from './payloads.js'

/** Tells the archive of a worker's attempts. An attempt is what the worker's events are about: Redis accepted its outcome. */
export class WorkerArchive {
  readonly #worker: WorkerLike
  readonly #log: FinishedLog
  readonly #payloads: Payloads | null
  #queue: FinishedQueue

  constructor(worker: WorkerLike, log: FinishedLog) {
    this.#worker = worker
    this.#log = log
    this.#payloads = log.withPayloads ? new Payloads(worker) : null
    this.#queue = { name: worker.name, driver: 'bullmq', place: placeOf(worker), server: null }
    // It comes with each connection: another server may have taken over.
    worker.on('ready', this.#askServer)
    void this.#askServer()
  }

  /** @param job undefined when BullMQ has removed it: then nothing tells which one it was */
  ended(job: BullJob | undefined, trace: JobTrace | null, outcome: FinishedOutcome, error?: unknown): void {
    try {
      if (job?.id && job.id.length <= MAX_ID_CHARS) this.#log.add(this.#attempt(job, job.id, trace, outcome, error))
      else this.#log.leaveOut()
    } catch {
      // A getter of the job or of its payload threw.
      this.#log.leaveOut()
    }
  }

  /** The attempt is over, also one that was refused or continues later. */
  settled(job: BullJob): void {
    this.#payloads?.forget(job)
  }

  close(): void {
    this.#worker.off('ready', this.#askServer)
    this.#payloads?.close()
  }

  #attempt(
    job: BullJob,
    id: string,
    trace: JobTrace | null,
    outcome: FinishedOutcome,
    error: unknown,
  ): FinishedAttempt {
    const { attempt, waitMs } = trace ? trace.job : endedAttemptOf(job, this.#queue.name)
    return {
      queue: this.#queue,
      id,
      name: job.name,
      outcome,
      attempt,
      addedAt: job.timestamp ?? null,
      startedAt: job.processedOn ?? null,
      // An attempt that is followed by another has no end of its own in BullMQ.
      finishedAt: outcome === 'retried' ? wallClock() : (job.finishedOn ?? wallClock()),
      waitMs,
      // More digits would take up most of its room in Redis.
      runMs: trace && Math.round(trace.durationMs * 10) / 10,
      error: outcome === 'completed' ? null : windowOf(messageOf(error), MAX_JOB_ERROR_CHARS),
      payload: this.#payloads?.take(job) ?? null,
    }
  }

  readonly #askServer = async (): Promise<void> => {
    const server = await serverOf(this.#worker)
    if (server !== this.#queue.server) this.#queue = { ...this.#queue, server }
  }
}

/** Null if it is unknown. */
function placeOf(worker: WorkerLike): string | null {
  try {
    return placeOfBullmq(worker as WorkerLike & Parameters<typeof placeOfBullmq>[0])
  } catch {
    return null
  }
}
