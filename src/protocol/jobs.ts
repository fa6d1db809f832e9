import { JOB_STATES, type JobState } from './queues.js'

/** Jobs and schedulers as Zenith's page gets them, and as a queue source gives them to its server. Times: Unix ms. */

/** Where a job can be: in a state, or stuck: it is there, and no list of its queue holds it, so that no worker takes it. */
export const JOB_PLACES = [...JOB_STATES, 'stuck'] as const satisfies readonly (JobState | 'stuck')[]
export type JobPlace = (typeof JOB_PLACES)[number]

/** A job in a list: no payload. What the system does not say is null. */
export interface JobSummary<Place extends JobPlace = JobState> {
  /** Finds the job again in its queue; any text. */
  readonly id: string
  readonly name: string
  readonly state: Place
  readonly addedAt: number | null
  /** When a delayed job may start. */
  readonly runAt: number | null
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** Attempts that were made. */
  readonly attempts: number | null
  readonly maxAttempts: number | null
  /** The system's own number: 0 or null is none. */
  readonly priority: number | null
  /** Why it failed last, at most 300 characters. */
  readonly error: string | null
  /** 0–100; null when it says none, or something that is no number. */
  readonly progress: number | null
  readonly parent: JobAddress | null
  /** The scheduler that made it. */
  readonly scheduler: string | null
  /** Size of the payload, bytes. */
  readonly dataBytes: number | null
}

/** A job of some queue of the same source, or one elsewhere. */
export interface JobAddress {
  /** The queue's name; of a job elsewhere the whole key of its queue, prefix and name: `shop:mail`. */
  readonly queue: string
  readonly id: string
  /** It is under another prefix or on another Redis, or another job has its id here. Left out when it is none of these. */
  readonly isElsewhere?: true
}

/** One job, whole. */
export interface JobDetail extends JobSummary<JobPlace> {
  /** The payload as it is stored: JSON, or whatever the app put there. */
  readonly data: string | null
  /** What it returned, as it is stored. */
  readonly result: string | null
  /** What it was added with, as the system understands it: attempts, backoff, delay, priority … */
  readonly options: Readonly<Record<string, unknown>> | null
  /** The last failure's message, whole. */
  readonly failure: string | null
  /** One for each failed attempt that the system keeps, oldest first. */
  readonly stacks: readonly string[]
  /** Progress as it is stored, JSON. */
  readonly progressText: string | null
  /** The worker that has or had it. */
  readonly worker: string | null
  /** How many of the jobs that it is made of are done, and in all; null when it has none. */
  readonly children: { readonly done: number; readonly total: number } | null
}

/** A part of the jobs of one state. */
export interface JobListing {
  /** How many are in this state. */
  readonly total: number
  readonly jobs: readonly JobSummary[]
  /** Ids in the list whose jobs are gone. */
  readonly missing: number
  /** Left out when all was looked at: then the total is whole, too. */
  readonly partial?: LookedAt
}

/** How far a list that several queues share was looked through: what lies beyond may be of this queue, too. */
export interface LookedAt {
  /** How many jobs of all these queues were looked at, the newest. */
  readonly looked: number
  /** Of how many. */
  readonly total: number
}

/** What a search found. */
export interface JobSearch {
  readonly jobs: readonly JobSummary[]
  /** How many jobs were looked at, those that were left out at the beginning among them, of how many in this state. */
  readonly scanned: number
  readonly total: number
  /** Payloads that were too large to look into. */
  readonly skipped: number
  /** Why it stopped before the end: `limit` of matches, of `scanned` jobs, or of `time`; null when it came to the end. */
  readonly stopped: 'matches' | 'scanned' | 'time' | null
  /** Where to go on; left out when it came to the end. What moved meanwhile may be found again. */
  readonly next?: number
  /** As in {@link JobListing}. */
  readonly partial?: LookedAt
}

export interface JobLogs {
  readonly total: number
  readonly lines: readonly string[]
}

/** A job and those that it is made of. */
export interface JobFlow extends JobAddress {
  readonly name: string
  /** Null when it is gone, or when it is elsewhere and can't be read from here. */
  readonly state: JobPlace | null
  readonly children: readonly JobFlow[]
  /** Children that are not shown: too many, or too deep. */
  readonly more: number
}

/** What became of one job that something was done with. */
export interface JobOutcome {
  readonly id: string
  readonly ok: boolean
  /** Why not, in words. */
  readonly reason: string | null
  /** Whether it was done is not known: no answer came. Left out where it is known. */
  readonly isUnknown?: true
}

/** A job to be added. */
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
 * active: makes jobs; paused: does not, for now; late: its next run is due and has not begun; stopped: its next job is gone,
 * or made no other; ended: it reached its limit or its end; legacy: of the queue's older mechanism, only to be looked at and
 * removed; orphan: in the list of schedulers, and its definition is gone.
 */
export const SCHEDULER_STATES = ['active', 'paused', 'late', 'stopped', 'ended', 'legacy', 'orphan'] as const
export type SchedulerState = (typeof SCHEDULER_STATES)[number]

/** How a scheduler makes its jobs: `cron` or `every` is given. */
export interface SchedulerDefinition {
  readonly id: string
  /** The jobs' name. */
  readonly name: string
  readonly cron: string | null
  /** ms */
  readonly every: number | null
  /** IANA name; null: the server's. */
  readonly timezone: string | null
  /** At most so many runs. */
  readonly limit: number | null
  readonly from: number | null
  readonly until: number | null
  /** The jobs' payload, JSON. */
  readonly data: string
  /** The jobs' options, as the system understands them. */
  readonly options: Readonly<Record<string, unknown>>
}

export interface SchedulerEntry extends Omit<SchedulerDefinition, 'data' | 'options'> {
  readonly state: SchedulerState
  /** Why it does not make its jobs as it should, in words; null or left out when nothing is wrong. */
  readonly attention?: string | null
  readonly next: number | null
  readonly last: number | null
  /** How often it ran. */
  readonly runs: number | null
  /** Null where there is no template. */
  readonly data: string | null
  readonly options: Readonly<Record<string, unknown>> | null
}

/** A scheduler as its source stores it, for the source to put it back. JSON; what else is in it is the source's own. */
export interface SchedulerSnapshot extends Readonly<Record<string, unknown>> {
  /** The jobs' payload as it is stored; null for none. */
  readonly data: string | null
}
