import * as v from 'valibot'
import {
  JOB_PLACES,
  type JobAddress as JobAddressFields,
  type JobDetail,
  type JobFlow as JobFlowFields,
  type JobListing as JobListingFields,
  type JobLogs as JobLogsFields,
  type JobOutcome as JobOutcomeFields,
  type JobSearch as JobSearchFields,
  type JobSummary as JobSummaryFields,
  type LookedAt as LookedAtFields,
} from '../protocol/jobs.js'
import { JOB_STATES } from '../protocol/queues.js'
import {
  always,
  anyObject,
  count,
  difference,
  exactly,
  flag,
  type GenericSchema,
  type Infer,
  listOf,
  object,
  oneOf,
  optional,
  orNull,
  percent,
  text,
  time,
} from './schema.js'

/** Jobs. Most types belong to queue sources, whose jobs the API passes on. */

const elsewhere = {
  isElsewhere: optional(
    always(true, 'The job is under another prefix or on another Redis, or another job has its id here.'),
  ),
}

export const JobAddress = exactly<JobAddressFields>()(
  object('Address of a job.', {
    queue: text('Name of the queue; for a job elsewhere, the whole key of its queue.'),
    id: text('Id of the job.'),
    ...elsewhere,
  }),
)
export type JobAddress = JobAddressFields

const summary = {
  id: text('Id of the job in its queue.'),
  name: text('Name of the job.'),
  state: oneOf(JOB_STATES, 'State of the job.'),
  addedAt: time('When the job was added.'),
  runAt: time('When the job may start.'),
  startedAt: time('When the job last started.'),
  finishedAt: time('When the job ended.'),
  attempts: orNull(count('Attempts made so far.')),
  maxAttempts: orNull(count('Maximum number of attempts.')),
  priority: orNull(difference("Priority, as the queue's system defines it.")),
  error: orNull(text('Message of the last failure, truncated.')),
  progress: orNull(percent('Progress, 0–100.')),
  parent: orNull(JobAddress),
  scheduler: orNull(text('Id of the scheduler that created the job.')),
  dataBytes: orNull(count('Size of the payload, bytes.')),
}

export const JobSummary = exactly<JobSummaryFields>()(object('A job without its payload.', summary))
export type JobSummary = JobSummaryFields

export const ShownText = object('A text that may be hidden, masked or truncated.', {
  text: orNull(text('The text; null if there is none, or if it is hidden.')),
  bytes: count('Size of the whole text.'),
  isJson: flag('Whether it is JSON.'),
  isCut: flag('Whether the text is truncated.'),
  isHidden: flag('Whether the role lacks the permission to see it.'),
  masked: count('Number of masked values in the text.'),
})
export type ShownText = Infer<typeof ShownText>

/** Options of a job or scheduler. */
export const Options = anyObject('Options, in the format of the queue’s system, without secrets.')

const details = {
  options: orNull(Options),
  failure: orNull(text('Message of the last failure, without secrets.')),
  stacks: listOf(v.string(), 'Stacks of the stored failed attempts, oldest first.'),
  progressText: orNull(
    text('Progress as it is stored; null without permission to see payloads, unless it is a number.'),
  ),
  worker: orNull(text('Worker that runs or ran the job.')),
  children: orNull(
    object('Child jobs.', {
      done: count('Completed children.'),
      total: count('All children.'),
    }),
  ),
}

export const JobView = exactly<
  Omit<JobDetail, 'data' | 'result'> & {
    data: ShownText
    result: ShownText
    traceId: string | null
    remedy: string | null
  }
>()(
  object('A job with all its details.', {
    ...summary,
    state: oneOf(JOB_PLACES, 'State of the job; `stuck`: in no list of its queue, so no worker picks it up.'),
    data: ShownText,
    result: ShownText,
    ...details,
    traceId: orNull(text('Trace id of the request or job that added it; null if it carries none.')),
    remedy: orNull(text('How to fix a stuck job.')),
  }),
)
export type JobView = Infer<typeof JobView>

const lookedAt = (description: string) =>
  exactly<LookedAtFields>()(
    object(description, {
      looked: count('Number of the newest jobs of all these queues that were read.'),
      total: count('All jobs in the list.'),
    }),
  )

const partial = {
  partial: optional(
    lookedAt('How much of a list shared by several queues was read; omitted if it was read to the end.'),
  ),
}

export const JobListing = exactly<JobListingFields>()(
  object('Some of the jobs in one state.', {
    total: count('Number of jobs in this state.'),
    jobs: listOf(JobSummary),
    missing: count('Number of ids in the list whose jobs no longer exist.'),
    ...partial,
  }),
)
export type JobListing = JobListingFields

export const SEARCH_STOPS = ['matches', 'scanned', 'time'] as const

export const JobSearch = exactly<JobSearchFields>()(
  object('Results of a search.', {
    jobs: listOf(JobSummary),
    scanned: count('Jobs examined, including those before the offset.'),
    total: count('Number of jobs in this state.'),
    skipped: count('Number of payloads too large to search.'),
    stopped: orNull(oneOf(SEARCH_STOPS, 'Why the search stopped before the end.')),
    next: optional(count('Offset for the next request; omitted if the search reached the end.')),
    ...partial,
  }),
)
export type JobSearch = JobSearchFields

export const JobLogs = exactly<JobLogsFields>()(
  object('Log of a job.', {
    total: count('Number of all lines.'),
    lines: listOf(v.string()),
  }),
)
export type JobLogs = JobLogsFields

export const JobFlow: GenericSchema<unknown, JobFlowFields> = object('A job and its children.', {
  queue: text('Name of the queue; for a job elsewhere, the whole key of its queue.'),
  id: text('Id of the job.'),
  name: text('Name of the job.'),
  state: orNull(
    oneOf(JOB_PLACES, 'State of the job; null if it no longer exists, or is elsewhere and cannot be read.'),
  ),
  children: listOf(v.lazy((): GenericSchema<unknown, JobFlowFields> => JobFlow)),
  more: count('Number of children that are not listed.'),
  ...elsewhere,
})
export type JobFlow = JobFlowFields

export const JobOutcome = exactly<JobOutcomeFields>()(
  object('Outcome for one job.', {
    id: text('Id of the job.'),
    ok: flag('Whether the action was done.'),
    reason: orNull(text('Why it was not done.')),
    isUnknown: optional(always(true, 'The outcome is unknown because no answer came. Omitted if it is known.')),
  }),
)
export type JobOutcome = JobOutcomeFields

/** The response to a change of jobs, a queue or a scheduler. */
export const JobsChanged = object('Outcomes, one per id.', { outcomes: listOf(JobOutcome) })
export type JobsChanged = Infer<typeof JobsChanged>

export const Done = object('The action is done.', { ok: always(true, 'Always true.') })
export type Done = Infer<typeof Done>

export const JobsRemoved = object('Jobs were removed.', {
  removed: count('Number of removed jobs.'),
  partial: optional(
    object('Progress, if the action stopped before the end: there may be more jobs.', {
      looked: count('Number of jobs examined.'),
      total: count('Number of all jobs.'),
    }),
  ),
  cursor: optional(orNull(text('Cursor to continue from; null: repeat the request to continue.'))),
})
export type JobsRemoved = Infer<typeof JobsRemoved>

export const JobAdded = object('A job was added.', { job: JobAddress })
export type JobAdded = Infer<typeof JobAdded>

/** The response to a change of a queue, by its action. */
export const QueueChanged = v.union([Done, JobsRemoved, JobAdded])

export const SchedulerChanged = object('The job that the action created, or null.', { job: orNull(JobAddress) })
export type SchedulerChanged = Infer<typeof SchedulerChanged>
