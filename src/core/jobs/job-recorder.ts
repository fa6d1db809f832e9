import type { Origin } from '../origin/origin.js'
import type { FinishedLog } from './finished-log.js'

/** A job's attempt as the queue knows it. */
export interface JobLike {
  readonly name: string
  readonly queue: string | null
  readonly id: string | null
  /** 1 for the first. */
  readonly attempt: number
  /** How long it waited before its first attempt, ms; null for later ones and when unknown. */
  readonly waitMs: number | null
  /** What it carries of the trace that added it, as its queue stores it. */
  readonly metadata?: unknown
}

/** One attempt from its start to its end. None of its methods throws; only the first of the four ends counts. */
export interface JobTrace {
  /** What it began with. */
  readonly job: JobLike
  /** What it is recorded as; a decorated handler may set it. */
  name: string
  /** From when on it is slow, ms; null for what the options say. */
  thresholdMs: number | null
  /** What jobs that it adds come from. */
  readonly origin: Origin
  /** Up to now while the handler runs, ms. */
  readonly durationMs: number
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
  /** What the archive gets; null when the option `archiveJobs` is off. */
  readonly finished: FinishedLog | null
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
