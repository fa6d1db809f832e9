import { JOB_STATES, type JobState } from './queues.js'

/** Jobs and schedulers as queue sources return them to Zenith, and Zenith to its page. Times: Unix ms. */

/** Where a job can be: in a state, or stuck: it exists, but is in no list of its queue, so that no worker takes it. */
export const JOB_PLACES = [...JOB_STATES, 'stuck'] as const satisfies readonly (JobState | 'stuck')[]
export type JobPlace = (typeof JOB_PLACES)[number]

/** A job in a list: no payload. Values that the system does not provide are null. */
export interface JobSummary<Place extends JobPlace = JobState> {
  /** Identifies the job in its queue; any text. */
  readonly id: string
  readonly name: string
  readonly state: Place
  readonly addedAt: number | null
  /** When a delayed job may start. */
  readonly runAt: number | null
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** Number of attempts made. */
  readonly attempts: number | null
  readonly maxAttempts: number | null
  /** The system's own number; 0 or null: no priority. */
  readonly priority: number | null
  /** Message of the last failure, at most 300 characters. */
  readonly error: string | null
  /** 0–100; null without progress, or if it is not a number. */
  readonly progress: number | null
  readonly parent: JobAddress | null
  /** The scheduler that made it. */
  readonly scheduler: string | null
  /** Size of the payload, bytes. */
  readonly dataBytes: number | null
}

/** A job in some queue of the same source, or elsewhere. */
export interface JobAddress {
  /** The queue's name; for a job elsewhere the whole key of its queue, prefix and name: `shop:mail`. */
  readonly queue: string
  readonly id: string
  /** It is under another prefix or on another Redis, or another job has its id here. Absent otherwise. */
  readonly isElsewhere?: true
}

/** One job with all details. */
export interface JobDetail extends JobSummary<JobPlace> {
  /** The payload as it is stored: JSON, or any other text of the app. */
  readonly data: string | null
  /** The result as it is stored. */
  readonly result: string | null
  /** The options that it was added with, in the system's format: attempts, backoff, delay, priority … */
  readonly options: Readonly<Record<string, unknown>> | null
  /** The whole message of the last failure. */
  readonly failure: string | null
  /** One for each failed attempt that the system stores, oldest first. */
  readonly stacks: readonly string[]
  /** Progress as it is stored, JSON. */
  readonly progressText: string | null
  /** The worker that has or had it. */
  readonly worker: string | null
  /** Number of child jobs that are done, and of all; null without children. */
  readonly children: { readonly done: number; readonly total: number } | null
}

/** A page of the jobs of one state. */
export interface JobListing {
  /** Number of jobs in this state. */
  readonly total: number
  readonly jobs: readonly JobSummary[]
  /** Number of ids in the list whose jobs are gone. */
  readonly missing: number
  /** Absent when all jobs were read: then the total is exact, too. */
  readonly partial?: LookedAt
}

/** How far a list that several queues share was read: jobs beyond may belong to this queue, too. */
export interface LookedAt {
  /** Number of jobs read in the list, of all these queues, newest first. */
  readonly looked: number
  /** Number of jobs in the list. */
  readonly total: number
}

/** The result of a search. */
export interface JobSearch {
  readonly jobs: readonly JobSummary[]
  /** Number of jobs examined, including those skipped by the offset, of the jobs in this state. */
  readonly scanned: number
  readonly total: number
  /** Number of payloads that were too large to search. */
  readonly skipped: number
  /** The limit that ended it early: of `matches`, of `scanned` jobs, or of `time`; null when it reached the end. */
  readonly stopped: 'matches' | 'scanned' | 'time' | null
  /** Where to continue; absent at the end. Jobs that moved meanwhile may be found again. */
  readonly next?: number
  /** As in {@link JobListing}. */
  readonly partial?: LookedAt
}

export interface JobLogs {
  readonly total: number
  readonly lines: readonly string[]
}

/** A job and its children. */
export interface JobFlow extends JobAddress {
  readonly name: string
  /** Null when it is gone, or when it is elsewhere and can't be read from here. */
  readonly state: JobPlace | null
  readonly children: readonly JobFlow[]
  /** Number of children that are not shown: too many, or too deep. */
  readonly more: number
}

/** The result of an action on one job. */
export interface JobOutcome {
  readonly id: string
  readonly ok: boolean
  /** Readable reason if it was not done. */
  readonly reason: string | null
  /** The result is unknown, since no answer arrived. Absent otherwise. */
  readonly isUnknown?: true
}

/** A job to add. */
export interface NewJob {
  readonly name: string
  /** JSON. */
  readonly data: string
  /** ms from now */
  readonly delay: number | null
  readonly priority: number | null
  readonly attempts: number | null
}

/**
 * active: makes jobs; paused: makes none for now; late: its next run is due and has not begun; stopped: its next job is gone, or made no
 * other; ended: it reached its limit or its end; legacy: of the queue's older mechanism, can only be viewed and removed; orphan: in the
 * list of schedulers, but its definition is gone.
 */
export const SCHEDULER_STATES = ['active', 'paused', 'late', 'stopped', 'ended', 'legacy', 'orphan'] as const
export type SchedulerState = (typeof SCHEDULER_STATES)[number]

/** How a scheduler makes its jobs; it has either `cron` or `every`. */
export interface SchedulerDefinition {
  readonly id: string
  /** The jobs' name. */
  readonly name: string
  readonly cron: string | null
  /** ms */
  readonly every: number | null
  /** IANA name; null: the server's. */
  readonly timezone: string | null
  /** Maximum number of runs. */
  readonly limit: number | null
  readonly from: number | null
  readonly until: number | null
  /** The jobs' payload, JSON. */
  readonly data: string
  /** The jobs' options, in the system's format. */
  readonly options: Readonly<Record<string, unknown>>
}

export interface SchedulerEntry extends Omit<SchedulerDefinition, 'data' | 'options'> {
  readonly state: SchedulerState
  /** Readable reason why it does not make its jobs as expected; null or absent without a problem. */
  readonly attention?: string | null
  readonly next: number | null
  readonly last: number | null
  /** Number of runs. */
  readonly runs: number | null
  /** Null without a template. */
  readonly data: string | null
  readonly options: Readonly<Record<string, unknown>> | null
}

/** A scheduler as its source stores it, so that the source can restore it. JSON; other fields belong to the source. */
export interface SchedulerSnapshot extends Readonly<Record<string, unknown>> {
  /** The jobs' payload as it is stored; null without one. */
  readonly data: string | null
}
