import { monotonic } from '../../lib/clock.js'
import type { ResolvedOptions } from '../options/options.js'
import type { Origin } from '../origin/origin.js'
import { type Series, SeriesCounter } from '../report/series.js'
import type { FinishedLog } from './finished-log.js'
import type { JobLike, JobRecorder, JobTrace, RunningJobs } from './job-recorder.js'
import { type JobSink, LiveJob, Worker } from './job-trace.js'

export interface EndedJob {
  readonly job: JobLike
  readonly kind: 'job' | 'custom'
  readonly name: string
  readonly status: 'completed' | 'failed'
  /** 0 for what never ran. */
  readonly durationMs: number
  readonly thresholdMs: number
  /** monotonic() at the start. */
  readonly start: number
  readonly final: boolean
  readonly handled: boolean
  readonly origin: Origin
}

/** What an ended attempt adds to the figures of its series. */
export interface Attempt {
  readonly queue: string
  readonly name: string
  /** Null for what never ran. */
  readonly durationMs: number | null
  readonly waitMs: number | null
  readonly hasFailed: boolean
  readonly final: boolean
}

export function countAttempt(series: Series, { durationMs, waitMs, hasFailed, final }: Attempt): void {
  series.count += 1
  if (hasFailed) series.errors += 1
  if (final) series.failed += 1
  if (durationMs !== null) series.durations.record(durationMs)
  if (waitMs !== null) series.recordedWaits.record(waitMs)
}

export interface JobListener {
  /** @returns whether it is counted elsewhere: by the thread that reports for this one */
  counted(attempt: Attempt): boolean
  slow(job: EndedJob): void
  failed(job: EndedJob, error: unknown): void
}

interface Outcome {
  /** Null for what never ran. */
  readonly durationMs: number | null
  readonly hasFailed: boolean
  readonly error: unknown
  readonly final: boolean
  readonly handled: boolean
}

export class Jobs implements JobRecorder, JobSink {
  readonly finished: FinishedLog | null
  readonly #listener: JobListener
  readonly #series: SeriesCounter
  readonly #onFault: (error: unknown) => void
  readonly #workers = new Set<Worker>()

  constructor(
    options: ResolvedOptions,
    listener: JobListener,
    onFault: (error: unknown) => void,
    finished: FinishedLog | null,
  ) {
    this.finished = finished
    this.#listener = listener
    this.#onFault = onFault
    this.#series = new SeriesCounter(
      (_queue, name) => name,
      (key) => options.slowJob(key),
    )
  }

  begin(job: JobLike): JobTrace {
    return this.#begin(job, 'job')
  }

  openWorker(): RunningJobs {
    const worker = new Worker(
      (job) => this.#begin(job, 'job'),
      (closed) => this.#workers.delete(closed),
    )
    this.#workers.add(worker)
    return worker
  }

  /** A piece of the app's own work that is followed like a job. */
  beginCustom(name: string): JobTrace {
    return this.#begin({ name, queue: null, id: null, attempt: 1, waitMs: null }, 'custom')
  }

  traceOf(subject: unknown): JobTrace | null {
    if (typeof subject !== 'object' || subject === null) return null
    for (const worker of this.#workers) {
      const trace = worker.find(subject)
      if (trace) return trace
    }
    return null
  }

  gaveUp(job: JobLike, error: unknown, final: boolean): void {
    const trace = this.#begin(job, 'job')
    const outcome: Outcome = { durationMs: null, hasFailed: true, error, final, handled: !final }
    this.#guard(() => this.#record(trace, outcome))
  }

  stalled(name: string, queue: string): void {
    this.#series.find(queue, name).stalled += 1
  }

  /** The series of this interval with anything to tell. */
  filled(): Series[] {
    return [...this.#series.filled()]
  }

  /** Starts the next interval. */
  clear(): void {
    this.#series.clear()
  }

  ended(trace: LiveJob, hasFailed: boolean, error: unknown, final: boolean, handled: boolean): void {
    const { durationMs } = trace
    this.#guard(() => this.#record(trace, { durationMs, hasFailed, error, final, handled }))
  }

  refused(trace: LiveJob, error: unknown): void {
    const outcome: Outcome = { durationMs: trace.durationMs, hasFailed: true, error, final: false, handled: true }
    this.#guard(() => {
      const series = this.#series.find(trace.job.queue ?? '', trace.name)
      this.#listener.failed(endedOf(trace, outcome, this.#thresholdOf(series, trace)), error)
    })
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (fault) {
      this.#onFault(fault)
    }
  }

  #begin(job: JobLike, kind: 'job' | 'custom'): LiveJob {
    return new LiveJob(job, kind, monotonic(), this)
  }

  #thresholdOf(series: Series, { job, name, thresholdMs }: LiveJob): number {
    return thresholdMs ?? this.#series.thresholdOf(series, job.queue ?? '', name)
  }

  #record(trace: LiveJob, outcome: Outcome): void {
    const { name, job } = trace
    const { durationMs, hasFailed, final } = outcome
    const queue = job.queue ?? ''
    const series = this.#series.find(queue, name)
    const thresholdMs = this.#thresholdOf(series, trace)
    const attempt: Attempt = { queue, name, durationMs, waitMs: job.waitMs, hasFailed, final }
    if (!this.#listener.counted(attempt)) countAttempt(series, attempt)
    const isSlow = durationMs !== null && durationMs >= thresholdMs
    if (!hasFailed && !isSlow) return
    const ended = endedOf(trace, outcome, thresholdMs)
    if (isSlow) this.#listener.slow(ended)
    if (hasFailed) this.#listener.failed(ended, outcome.error)
  }
}

function endedOf(trace: LiveJob, outcome: Outcome, thresholdMs: number): EndedJob {
  const { job, kind, name, start, origin } = trace
  const { durationMs, hasFailed, final, handled } = outcome
  const status = hasFailed ? 'failed' : 'completed'
  return { job, kind, name, status, durationMs: durationMs ?? 0, thresholdMs, start, final, handled, origin }
}
