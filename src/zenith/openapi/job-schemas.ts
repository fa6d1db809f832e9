import {
  AUDIT_STEPS,
  type AuditEntry,
  BULK_PHASES,
  type BulkOperation,
  type BulkReason,
  type BulkResult,
  type FailureGroup,
  type FailureListing,
  JOB_ACTIONS,
  JOB_STATES,
  type JobAddress,
  type JobFlow,
  type JobListing,
  type JobLogs,
  type JobOutcome,
  type JobSearch,
  type JobSelection,
  type JobSummary,
  type JobView,
  type LookedAt,
  QUEUE_DRIVERS,
  SCHEDULER_ACTIONS,
  type SchedulerState,
  type SchedulerView,
  type ShownText,
  type SourceView,
} from '../../protocol/index.js'
import {
  amount,
  count,
  flag,
  type JsonSchema,
  listOf,
  objectOf,
  oneOf,
  orNull,
  percent,
  text,
  withOptional,
} from './schema.js'

/** Jobs, and what is done with them. */

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })
const time = (description: string) => orNull(amount(`Unix ms. ${description}`))

const SCHEDULER_STATES = ['active', 'paused', 'legacy', 'orphan'] as const satisfies readonly SchedulerState[]

const summary = {
  id: text('Finds it again in its queue.'),
  name: text('Its name.'),
  state: oneOf(JOB_STATES, 'Where it is.'),
  addedAt: time('When it was added.'),
  runAt: time('When it may start.'),
  startedAt: time('When it was started last.'),
  finishedAt: time('When it ended.'),
  attempts: orNull(count('That were made.')),
  maxAttempts: orNull(count('At the most.')),
  priority: orNull({ description: "The system's own number.", type: 'number' }),
  error: orNull(text('Why it failed last, cut.')),
  progress: orNull(percent('0–100.')),
  parent: orNull(ref('JobAddress')),
  scheduler: orNull(text('That made it.')),
  dataBytes: orNull(count('Size of the payload.')),
} satisfies { readonly [K in keyof JobSummary]-?: JsonSchema }

const options: JsonSchema = { description: 'As its system understands them, without secrets.', type: 'object' }

const jobView = objectOf<JobView>('One job, whole.', {
  ...summary,
  data: ref('ShownText'),
  result: ref('ShownText'),
  options: orNull(options),
  failure: orNull(text("The last failure's message, without secrets.")),
  stacks: listOf({ type: 'string' }, 'One for each failed attempt that is kept, oldest first.'),
  progressText: orNull(text('As it is stored; null for those who may not see payloads, unless it is a number.')),
  worker: orNull(text('That has or had it.')),
  children: orNull(
    objectOf<{ done: number; total: number }>('Of the jobs that it is made of.', {
      done: count('Done.'),
      total: count('In all.'),
    }),
  ),
})

const reason = objectOf<BulkReason>('Jobs with one fate.', { reason: text('In words.'), count: count('How many.') })

const selection = objectOf<JobSelection>('Which jobs.', {
  queues: listOf({ type: 'string' }, 'Keys of queues.'),
  state: oneOf(JOB_STATES, 'Their state.'),
  ids: orNull(listOf({ type: 'string' }, 'These alone.')),
  name: orNull(text('Of this name alone.')),
  fingerprint: orNull(text('Whose error has it.')),
  text: orNull(text('What id, name or error contains.')),
})

const bulkOperation = objectOf<BulkOperation>('Something that is done with many jobs.', {
  id: text('Its id.'),
  action: oneOf(JOB_ACTIONS, 'What is done.'),
  selection,
  user: orNull(text('Who does it.')),
  phase: oneOf(BULK_PHASES, 'How far it is.'),
  asOf: amount('The jobs are those that were there then, Unix ms.'),
  startedAt: time('When it began to change something.'),
  endedAt: time('When it ended.'),
  looked: count('Jobs that were looked at.'),
  eligible: count('Those that it is about.'),
  notEligible: listOf(reason, 'Those that match, and that it is not about.'),
  isPartial: flag('There were more than one operation takes.'),
  succeeded: count('Done so far.'),
  skipped: listOf(reason, 'Not done.'),
  error: orNull(text('What ended it.')),
})

const failureGroup = objectOf<FailureGroup>('Failed jobs with one kind of error.', {
  fingerprint: text('Of the error.'),
  name: text("The jobs' name."),
  error: text('The newest.'),
  queues: listOf(
    objectOf<FailureGroup['queues'][number]>('Where they are.', {
      key: text('Of the queue.'),
      name: text('Of the queue.'),
      count: count('How many.'),
    }),
  ),
  hour: count('In the last hour.'),
  day: count('In the last day.'),
  week: count('In the last week.'),
  first: time('When the oldest failed.'),
  last: time('When the newest failed.'),
  sample: objectOf<FailureGroup['sample']>('One of them.', { queue: text("Its queue's key."), id: text('Its id.') }),
})

/** Left out when all was looked at. */
const lookedAt = {
  partial: objectOf<LookedAt>(
    'How far a list that several queues share was looked through; left out when it was to its end.',
    {
      looked: count('How many jobs of all these queues were looked at, the newest.'),
      total: count('Of how many.'),
    },
  ),
}

const failureListing = objectOf<FailureListing>('Failed jobs of all queues.', {
  groups: listOf(ref('FailureGroup')),
  partial: listOf(
    objectOf<FailureListing['partial'][number]>('A queue whose older failures were not looked at.', {
      key: text('Of the queue.'),
      looked: count('How many were.'),
      total: count('Of how many.'),
    }),
  ),
  failed: listOf(ref('UnreadQueue'), 'Queues that could not be read.'),
})

const schedulerView = objectOf<SchedulerView>('What makes jobs by a schedule.', {
  id: text('Its id.'),
  name: text("The jobs' name."),
  cron: orNull(text('When.')),
  every: orNull(amount('ms')),
  timezone: orNull(text('IANA name.')),
  limit: orNull(count('At most so many runs.')),
  from: time('Not before.'),
  until: time('Not after.'),
  state: oneOf(SCHEDULER_STATES, 'What it does.'),
  next: time('Next run.'),
  last: time('Last run.'),
  runs: orNull(count('How often it ran.')),
  data: ref('ShownText'),
  options: orNull(options),
  queue: text("The queue's key."),
  queueName: text("The queue's name."),
  isKept: flag('This Zenith took it away and keeps its definition.'),
  isRegisteredAgain: flag('It was paused here, and the app registered it again since.'),
  pausedBy: orNull(text('Who paused it here.')),
  pausedAt: time('When.'),
  actions: listOf(oneOf(SCHEDULER_ACTIONS, 'One.'), 'What can be done with it.'),
})

export const JOB_SCHEMAS = {
  JobAddress: objectOf<JobAddress>('A job of some queue.', { queue: text("The queue's name."), id: text('Its id.') }),
  JobSummary: objectOf<JobSummary>('One job, without its payload.', summary),
  ShownText: objectOf<ShownText>('A text that may have been hidden, masked or cut.', {
    text: orNull(text('Null when there is none, or when it is hidden.')),
    bytes: count('Of the whole text.'),
    isJson: flag('It is JSON.'),
    isCut: flag('There is more of it.'),
    isHidden: flag("The visitor's role may not see it."),
    masked: count('How many values of what is shown were masked.'),
  }),
  JobView: jobView,
  JobListing: withOptional(
    lookedAt,
    objectOf<Omit<JobListing, 'partial'>>('A part of the jobs of one state.', {
      total: count('How many are in it.'),
      jobs: listOf(ref('JobSummary')),
      missing: count('Ids in the list whose jobs are gone.'),
    }),
  ),
  JobSearch: withOptional(
    lookedAt,
    objectOf<Omit<JobSearch, 'partial'>>('What a search found.', {
      jobs: listOf(ref('JobSummary')),
      scanned: count('How many were looked at.'),
      total: count('How many are in this state.'),
      skipped: count('Payloads that were too large to look into.'),
      stopped: orNull(oneOf(['matches', 'scanned', 'time'], 'Why it stopped before the end.')),
    }),
  ),
  JobLogs: objectOf<JobLogs>('What a job wrote.', { total: count('Lines in all.'), lines: listOf({ type: 'string' }) }),
  JobFlow: objectOf<JobFlow>('A job and those that it is made of.', {
    queue: text("The queue's name."),
    id: text('Its id.'),
    name: text('Its name.'),
    state: orNull(oneOf(JOB_STATES, 'Null when it is gone.')),
    children: listOf(ref('JobFlow')),
    more: count('Children that are not shown.'),
  }),
  JobOutcome: objectOf<JobOutcome>('What became of one job.', {
    id: text('Its id.'),
    ok: flag('It is done.'),
    reason: orNull(text('Why not.')),
  }),
  UnreadQueue: objectOf<{ key: string; error: string }>('A queue that could not be read.', {
    key: text('Of the queue.'),
    error: text('Why.'),
  }),
  BulkOperation: bulkOperation,
  BulkResult: objectOf<BulkResult>('What became of one job.', {
    queue: text("The queue's key."),
    id: text('The job.'),
    ok: flag('It is done.'),
    reason: orNull(text('Why not.')),
  }),
  FailureGroup: failureGroup,
  FailureListing: failureListing,
  SourceView: objectOf<SourceView>('A way to queues that this Zenith was given.', {
    driver: oneOf(QUEUE_DRIVERS, 'What it leads to.'),
    place: text('Where it is, without secrets.'),
    isRead: flag('Whether it was tried already.'),
    error: orNull(text('Why it can’t be read; null when it can, or was not tried yet.')),
    queues: orNull(count('How many it has; null when that is not known.')),
  }),
  SchedulerView: schedulerView,
  AuditEntry: objectOf<AuditEntry>('A line of the audit trail.', {
    id: text('Its id.'),
    operation: text('The same for an intent and its result.'),
    step: oneOf(AUDIT_STEPS, 'Before, or after.'),
    at: amount('Unix ms.'),
    user: orNull(text('Null when the way in has no names.')),
    role: text('What they may.'),
    action: text('What is done.'),
    queue: orNull(text("The queue's key; null for what is about several.")),
    queueName: orNull(text('Its name.')),
    target: text('What it is about.'),
    ok: orNull(flag('Whether all of it was done; null for an intent.')),
    detail: orNull(text('In words.')),
  }),
}
