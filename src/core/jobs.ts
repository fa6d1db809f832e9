import { monotonic } from '../lib/clock.js'
import type { ResolvedOptions } from './options.js'
import { Running } from './running.js'
import { type Series, SeriesCounter } from './series.js'

/** A job's attempt as the queue knows it. */
export interface JobLike {
  readonly name: string
  readonly queue: string | null
  readonly id: string | null
  /** 1 for the first. */
  readonly attempt: number
  /** How long it waited before its first attempt, ms; null for later ones and when unknown. */
  readonly waitMs: number | null
}

/** One attempt from its start to its end. None of its methods throws; only the first of the four ends counts. */
export interface JobTrace {
  /** What it began with. */
  readonly job: JobLike
  /** What it is recorded as; a decorated handler may set it. */
  name: string
  /** From when on it is slow, ms; null for what the options say. */
  thresholdMs: number | null
  /**
   * The handler is through, and the run time ends here. One of the ends tells later what the queue made of it.
   *
   * @param thrown what the handler threw; null when it succeeded
   */
  stopClock(thrown?: { readonly error: unknown } | null): void
  complete(): void
  /**
   * @param final it will not be tried again
   * @param handled somebody took care of the error @default what will be tried again is
   */
  fail(error: unknown, final: boolean, handled?: boolean): void
  /** Neither completed nor failed: delayed, waiting for children, held back by a rate limit. */
  discard(): void
  /**
   * The queue refused the outcome, because the job was another worker's by then. The attempt is not counted; what its handler
   * threw is an exception all the same, and a handled one.
   */
  refuse(): void
}

/** The attempts that a worker runs now, each found by its job's own object until it ends. */
export interface RunningJobs {
  begin(job: JobLike, subject: object): JobTrace
  find(subject: object): JobTrace | null
  /** Lets go of those that still run: they are not counted. */
  close(): void
}

/** Follows jobs. What integrations report to; nothing of it throws. */
export interface JobRecorder {
  begin(job: JobLike): JobTrace
  /** For a worker, whose jobs have objects of their own. */
  openWorker(): RunningJobs
  /** The trace of an attempt that any worker runs now, so that a decorated handler on a monitored one is counted once. */
  traceOf(subject: unknown): JobTrace | null
  /** An attempt that failed without a run: it is counted, and its run time is unknown. */
  gaveUp(job: JobLike, error: unknown, final: boolean): void
  /** A job whose worker lost its lock. Pass the queue's name where the job's is unknown. */
  stalled(name: string, queue: string): void
}

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

/** Where a trace reports its end. */
interface JobSink {
  ended(trace: LiveJob, hasFailed: boolean, error: unknown, final: boolean, handled: boolean): void
  refused(trace: LiveJob, error: unknown): void
}

class Worker implements RunningJobs {
  readonly #running = new Running<LiveJob>()
  readonly #begin: (job: JobLike) => LiveJob
  readonly #onClose: (worker: Worker) => void

  constructor(begin: (job: JobLike) => LiveJob, onClose: (worker: Worker) => void) {
    this.#begin = begin
    this.#onClose = onClose
  }

  begin(job: JobLike, subject: object): JobTrace {
    const trace = this.#begin(job)
    trace.subject = subject
    trace.running = this.#running
    this.#running.put(subject, trace)
    return trace
  }

  find(subject: object): JobTrace | null {
    return this.#running.find(subject)
  }

  close(): void {
    this.#onClose(this)
  }
}

class LiveJob implements JobTrace {
  name: string
  thresholdMs: number | null = null
  /** Where it is found by the job's own object; null for what has none. */
  running: Running<LiveJob> | null = null
  subject: object | null = null
  #isOver = false
  #durationMs: number | null = null
  #thrown: { readonly error: unknown } | null = null

  constructor(
    readonly job: JobLike,
    readonly kind: 'job' | 'custom',
    readonly start: number,
    readonly sink: JobSink,
  ) {
    this.name = job.name
  }

  /** Up to now while the handler runs. */
  get durationMs(): number {
    return this.#durationMs ?? monotonic() - this.start
  }

  stopClock(thrown: { readonly error: unknown } | null = null): void {
    // BullMQ tells it again when it could not reach Redis, and once more with its own error.
    if (this.#durationMs !== null) return
    this.#durationMs = monotonic() - this.start
    this.#thrown = thrown
  }

  complete(): void {
    this.#finish(false, null, false, true)
  }

  fail(error: unknown, final: boolean, handled = !final): void {
    this.#finish(true, error, final, handled)
  }

  discard(): void {
    this.#isOver = true
    if (this.subject) this.running?.remove(this.subject)
  }

  refuse(): void {
    if (this.#isOver) return
    this.discard()
    if (this.#thrown) this.sink.refused(this, this.#thrown.error)
  }

  #finish(hasFailed: boolean, error: unknown, final: boolean, handled: boolean): void {
    if (this.#isOver) return
    this.discard()
    this.sink.ended(this, hasFailed, error, final, handled)
  }
}

export class Jobs implements JobRecorder, JobSink {
  readonly #listener: JobListener
  readonly #series: SeriesCounter
  readonly #onFault: (error: unknown) => void
  readonly #workers = new Set<Worker>()

  constructor(options: ResolvedOptions, listener: JobListener, onFault: (error: unknown) => void) {
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
  const { job, kind, name, start } = trace
  const { durationMs, hasFailed, final, handled } = outcome
  const status = hasFailed ? 'failed' : 'completed'
  return { job, kind, name, status, durationMs: durationMs ?? 0, thresholdMs, start, final, handled }
}
