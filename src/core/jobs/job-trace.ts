import { monotonic } from '../../lib/clock.js'
import { readCarriedTrace } from '../../tracing/job-metadata.js'
import { activeTraceId } from '../../tracing/trace-id.js'
import { currentOrigin } from '../origin/current.js'
import { Origin } from '../origin/origin.js'
import type { JobLike, JobTrace, RunningJobs } from './job-recorder.js'

/** What is never told to have ended must not stay for good: from so many on, the first ones are let go. */
const MAX_RUNNING = 10_000

/**
 * What runs now, by objects of others. Looking through a short list takes nanoseconds; a property, a private field or a weak
 * map's entry takes 1 to 3 µs on BullMQ's jobs, whose hidden classes V8 hardly ever shares.
 */
export class Running<T> {
  readonly #subjects: object[] = []
  readonly #values: T[] = []

  put(subject: object, value: T): void {
    if (this.#subjects.length >= MAX_RUNNING) this.#removeAt(0)
    this.#subjects.push(subject)
    this.#values.push(value)
  }

  find(subject: object): T | null {
    const index = this.#subjects.indexOf(subject)
    return index < 0 ? null : (this.#values[index] as T)
  }

  remove(subject: object): void {
    const index = this.#subjects.indexOf(subject)
    if (index >= 0) this.#removeAt(index)
  }

  /** The last one takes its place. */
  #removeAt(index: number): void {
    const subject = this.#subjects.pop() as object
    const value = this.#values.pop() as T
    if (index === this.#subjects.length) return
    this.#subjects[index] = subject
    this.#values[index] = value
  }
}

/** Where a trace reports its end. */
export interface JobSink {
  ended(trace: LiveJob, hasFailed: boolean, error: unknown, final: boolean, handled: boolean): void
  refused(trace: LiveJob, error: unknown): void
}

/** One attempt from its start to its end. */
export class LiveJob implements JobTrace {
  name: string
  thresholdMs: number | null = null
  /** Where it is found by the job's own object; null for what has none. */
  running: Running<LiveJob> | null = null
  subject: object | null = null
  #isOver = false
  #durationMs: number | null = null
  #origin: Origin | null = null
  #thrown: { readonly error: unknown } | null = null

  constructor(
    readonly job: JobLike,
    readonly kind: 'job' | 'custom',
    readonly start: number,
    readonly sink: JobSink,
  ) {
    this.name = job.name
  }

  /** The trace that added the job, else the one that runs now, else one of its own. */
  get origin(): Origin {
    this.#origin ??= this.#findOrigin()
    return this.#origin
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

  #findOrigin(): Origin {
    const carried = readCarriedTrace(this.job.metadata)
    if (carried) return new Origin(carried.traceId, carried.traceparent)
    const enclosing = this.job.queue === null ? currentOrigin() : null
    return enclosing ?? new Origin(activeTraceId(monotonic()))
  }

  #finish(hasFailed: boolean, error: unknown, final: boolean, handled: boolean): void {
    if (this.#isOver) return
    this.discard()
    this.sink.ended(this, hasFailed, error, final, handled)
  }
}

/** What one worker runs now. */
export class Worker implements RunningJobs {
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
