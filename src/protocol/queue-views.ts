import type { SchedulerEntry, ShownText } from './jobs.js'
import type { JobState, QueueCapability, QueueDriver, QueueEntry } from './queues.js'

/** What Zenith's server tells its page about queues. Times: Unix ms. */

/** One point of a queue's recent past; null is unknown. */
export interface QueueSample {
  readonly at: number
  readonly backlog: number | null
  /** Jobs per minute. */
  readonly in: number | null
  readonly out: number | null
}

/**
 * error: it can't be read; unpolled: jobs are due and nobody takes them; paused: with a backlog; growing: the backlog, over
 * minutes; old: the oldest job has waited for too long; silent: nobody reports it any more.
 */
export const QUEUE_TROUBLES = ['error', 'unpolled', 'paused', 'growing', 'old', 'silent'] as const
export type QueueTrouble = (typeof QUEUE_TROUBLES)[number]

/** Why a queue needs attention. */
export interface QueueAttention {
  readonly kind: QueueTrouble
  /** In words: `paused with 120 jobs waiting`. */
  readonly text: string
}

export interface QueueView extends QueueEntry {
  /** Names it in URLs; unique over the fleet. */
  readonly key: string
  /** The services that report it, by name; none when only this Zenith looks. */
  readonly services: readonly string[]
  /** When its figures were taken. */
  readonly at: number
  /** Worst first; none: it is healthy. */
  readonly attention: readonly QueueAttention[]
  /** What this Zenith can do with it: nothing when it is not connected to its system. */
  readonly actions: readonly QueueCapability[]
  /** Whether an option of Zenith forbids to change anything in it. */
  readonly readOnly: boolean
  /** Oldest first, at most 60. */
  readonly samples: readonly QueueSample[]
}

/** Things that are done with jobs, one by one or in bulk. */
export const JOB_ACTIONS = ['retry', 'promote', 'remove'] as const
export type JobAction = (typeof JOB_ACTIONS)[number]

/** Things that are done with a queue as a whole. */
export const QUEUE_ACTIONS = ['pause', 'resume', 'clean', 'empty', 'add', 'duplicate'] as const
export type QueueAction = (typeof QUEUE_ACTIONS)[number]

export const SCHEDULER_ACTIONS = ['run', 'pause', 'resume', 'save', 'remove'] as const
export type SchedulerAction = (typeof SCHEDULER_ACTIONS)[number]

/** Which jobs a bulk operation is about. */
export interface JobSelection {
  /** Keys of queues. */
  readonly queues: readonly string[]
  readonly state: JobState
  /** These jobs alone (of one queue); null: all that match. */
  readonly ids: readonly string[] | null
  /** Jobs of this name alone. */
  readonly name: string | null
  /** Whose error has this fingerprint. */
  readonly fingerprint: string | null
  /** What id, name or error contains, in any case. */
  readonly text: string | null
}

/**
 * counting: the jobs are being listed; ready: the dry run is over and nothing was done; the rest says itself. interrupted:
 * the Zenith that ran it ended, or could not tell the store any more how far it is.
 */
export const BULK_PHASES = ['counting', 'ready', 'running', 'done', 'cancelled', 'failed', 'interrupted'] as const
export type BulkPhase = (typeof BULK_PHASES)[number]

/** Jobs with one fate in a bulk operation. */
export interface BulkReason {
  readonly reason: string
  readonly count: number
}

/** Something that is done with many jobs, in the background. */
export interface BulkOperation {
  readonly id: string
  readonly action: JobAction
  readonly selection: JobSelection
  readonly user: string | null
  readonly phase: BulkPhase
  /** The jobs are those that were there then. */
  readonly asOf: number
  readonly startedAt: number | null
  readonly endedAt: number | null
  /** Jobs that were looked at, and those of them that it is about. */
  readonly looked: number
  /** Jobs that the queues had in this state when they were counted; null where that is not known. */
  readonly total: number | null
  readonly eligible: number
  /** Those that it is not about, although they match, and those that could not be looked at. */
  readonly notEligible: readonly BulkReason[]
  /** Whether there were more jobs than one operation takes. */
  readonly isPartial: boolean
  /** Of the eligible: what became of them so far. Surely done are these; when it has ended the skipped are all others. */
  readonly succeeded: number
  readonly skipped: readonly BulkReason[]
  /** Of the skipped: those of which it is not known whether it was done with them. */
  readonly unknown: number
  /** Whether any Zenith can go on with what is left of it. */
  readonly resumable: boolean
  /** What ended it, in words, when it failed. */
  readonly error: string | null
}

/** What became of one job in a bulk operation. */
export interface BulkResult {
  readonly queue: string
  readonly id: string
  readonly ok: boolean
  readonly reason: string | null
}

/** Failed jobs with one kind of error. */
export interface FailureGroup {
  readonly fingerprint: string
  /** The jobs' name. */
  readonly name: string
  /** The newest error. */
  readonly error: string
  readonly queues: readonly { readonly key: string; readonly name: string; readonly count: number }[]
  /** Jobs that failed in the last hour, day, week. */
  readonly hour: number
  readonly day: number
  readonly week: number
  /** When the oldest and the newest of them failed; null where the system does not say. */
  readonly first: number | null
  readonly last: number | null
  readonly sample: { readonly queue: string; readonly id: string }
}

export interface FailureListing {
  readonly groups: readonly FailureGroup[]
  /** Queues whose older failures were not looked at: key and how many of how many were. */
  readonly partial: readonly { readonly key: string; readonly looked: number; readonly total: number }[]
  /** Groups that are not told of, whose failures are older; left out when there are none. */
  readonly left?: number
  /** Queues that could not be read: key and why. */
  readonly failed: readonly { readonly key: string; readonly error: string }[]
}

/** What makes jobs by a schedule, in queues that can be asked. */
export interface SchedulerListing {
  readonly items: readonly SchedulerView[]
  /** Queues that have more schedulers than are listed. */
  readonly partial: readonly { readonly key: string; readonly looked: number; readonly total: number }[]
  /** Queues that could not be read: key and why. */
  readonly failed: readonly { readonly key: string; readonly error: string }[]
  /** What is kept as a paused scheduler and not signed as it should be: it is neither listed nor acted on. Left out when there is none. */
  readonly untrusted?: readonly UntrustedDocument[]
  /** How many documents of paused schedulers are more, or larger, than Zenith reads. Left out when there are none. */
  readonly leftOut?: number
}

export interface SchedulerView extends Omit<SchedulerEntry, 'data'> {
  /** Why it does not make its jobs as it should, in words; null when nothing is wrong. */
  readonly attention: string | null
  /** The queue's key and name. */
  readonly queue: string
  readonly queueName: string
  readonly data: ShownText
  /** Whether this Zenith took it away and keeps its definition. */
  readonly isKept: boolean
  /** It was paused here, and the app registered it again since. */
  readonly isRegisteredAgain: boolean
  /** Who paused it here, and when. */
  readonly pausedBy: string | null
  readonly pausedAt: number | null
  /** What this Zenith can do with it, whoever asks. */
  readonly actions: readonly SchedulerAction[]
}

export const AUDIT_STEPS = ['intent', 'result'] as const

/** A line of the audit trail: what somebody was about to do, or what came of it. */
export interface AuditEntry {
  readonly id: string
  /** The same for an intent and its result. */
  readonly operation: string
  readonly step: (typeof AUDIT_STEPS)[number]
  readonly at: number
  /** Null when the way in has no names. */
  readonly user: string | null
  readonly role: string
  /** `retry`, `pause`, `bulk retry`, `scheduler run` … */
  readonly action: string
  /** Key and name of the queue; null for what is about several. */
  readonly queue: string | null
  readonly queueName: string | null
  /** What it is about: a job's id, a scheduler's, `all 120 failed jobs`. */
  readonly target: string
  /** Of a result: whether all of it was done; null for an intent. */
  readonly ok: boolean | null
  /** In words: `118 done, 2 skipped`. */
  readonly detail: string | null
  /** Left out where no token is set: then nothing is verified. */
  readonly trust?: AuditTrust
}

/**
 * `before-signing`: written when no token was set, or by a version that signed nothing, and confirmed by the lines after it.
 * `unsigned` and `forged` lines are none of Zenith's.
 */
export const AUDIT_TRUST = ['signed', 'before-signing', 'unsigned', 'forged'] as const
export type AuditTrust = (typeof AUDIT_TRUST)[number]

/**
 * `start`, `middle`, `end`: lines are missing there. `changed`: a line is not what the one after it says. `untrusted`: a line is none of
 * Zenith's. `order`: a line is a copy, or has been moved. `replaced`: another line stands where one was seen. `head`: the
 * record of the trail's end is missing or none of Zenith's.
 */
export const AUDIT_BREAKS = ['start', 'middle', 'end', 'changed', 'untrusted', 'order', 'replaced', 'head'] as const

/** A place where the audit trail is not what was written. */
export interface AuditBreak {
  readonly kind: (typeof AUDIT_BREAKS)[number]
  /** Id of the line at which it is, or after which lines are missing; null where there is none. */
  readonly at: string | null
  /** How many lines it is about. */
  readonly count: number
  /** In words. */
  readonly message: string
}

/** Whether the lines of the audit trail are all there, as they were written. */
export interface AuditChain {
  readonly ok: boolean
  /** Whether a token is set, so that the lines are signed: without it who may write the trail can write it anew. */
  readonly signed: boolean
  /** How many lines were examined. */
  readonly lines: number
  /** Numbers of the oldest and of the newest line that Zenith wrote; null when there is none. */
  readonly first: number | null
  readonly last: number | null
  readonly beforeSigning: number
  readonly untrusted: number
  /** Lines at the place where earlier versions kept the trail, which came after the move: they are not part of it. */
  readonly leftBehind: number
  /** At most 20 of them, the oldest first. */
  readonly breaks: readonly AuditBreak[]
}

/**
 * Why a document that Zenith kept is not acted on. `replayed`: it was replaced or removed since it was signed; `displaced`: something
 * else stands where all documents of its kind should be, and the id is empty.
 */
export const DOCUMENT_DOUBTS = ['unsigned', 'forged', 'replayed', 'displaced'] as const
export type DocumentDoubt = (typeof DOCUMENT_DOUBTS)[number]

/** A document among Zenith's own that is not signed as it should be. */
export interface UntrustedDocument {
  readonly kind: 'scheduler' | 'bulk'
  readonly id: string
  readonly doubt: DocumentDoubt
}

/** A way to queues that this Zenith was given, whether it leads to any. */
export interface SourceView {
  readonly driver: QueueDriver
  /** Where it is, without secrets. */
  readonly place: string
  /** Whether it was tried already. */
  readonly isRead: boolean
  /** Why it can't be read, in words; null when it can, or was not tried yet. */
  readonly error: string | null
  /** How many queues it has; null when that is not known. */
  readonly queues: number | null
  /** Queues that were found and are not shown, 100,000 at the most; left out when there are none. */
  readonly left?: number
}
