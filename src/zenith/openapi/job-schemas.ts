import {
  AUDIT_BREAKS,
  AUDIT_STEPS,
  AUDIT_TRUST,
  type AuditBreak,
  type AuditChain,
  type AuditEntry,
  BULK_PHASES,
  type BulkOperation,
  type BulkReason,
  type BulkResult,
  DOCUMENT_DOUBTS,
  type FailureGroup,
  type FailureListing,
  JOB_ACTIONS,
  JOB_STATES,
  type JobAddress,
  type JobFlow,
  type JobListing,
  type JobLogs,
  type JobOutcome,
  type JobPlace,
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
  type UntrustedDocument,
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

/** Jobs, and the actions on them. */

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })
const time = (description: string) => orNull(amount(`Unix ms. ${description}`))

const JOB_PLACES = [...JOB_STATES, 'stuck'] as const satisfies readonly JobPlace[]
const SCHEDULER_STATES = [
  'active',
  'paused',
  'late',
  'stopped',
  'ended',
  'legacy',
  'orphan',
] as const satisfies readonly SchedulerState[]

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
  priority: orNull({ description: "Priority, as the queue's system defines it.", type: 'number' }),
  error: orNull(text('Message of the last failure, truncated.')),
  progress: orNull(percent('Progress, 0–100.')),
  parent: orNull(ref('JobAddress')),
  scheduler: orNull(text('Id of the scheduler that created the job.')),
  dataBytes: orNull(count('Size of the payload, bytes.')),
} satisfies { readonly [K in keyof JobSummary]-?: JsonSchema }

const options: JsonSchema = {
  description: 'Options, in the format of the queue’s system, without secrets.',
  type: 'object',
}

const jobView = objectOf<JobView>('A job with all its details.', {
  ...summary,
  state: oneOf(JOB_PLACES, 'State of the job; `stuck`: in no list of its queue, so no worker picks it up.'),
  data: ref('ShownText'),
  result: ref('ShownText'),
  options: orNull(options),
  failure: orNull(text('Message of the last failure, without secrets.')),
  stacks: listOf({ type: 'string' }, 'Stacks of the stored failed attempts, oldest first.'),
  progressText: orNull(
    text('Progress as it is stored; null without permission to see payloads, unless it is a number.'),
  ),
  worker: orNull(text('Worker that runs or ran the job.')),
  children: orNull(
    objectOf<{ done: number; total: number }>('Child jobs.', {
      done: count('Completed children.'),
      total: count('All children.'),
    }),
  ),
  remedy: orNull(text('How to fix a stuck job.')),
})

const reason = objectOf<BulkReason>('Jobs with the same reason.', {
  reason: text('The reason.'),
  count: count('Number of jobs.'),
})

const selection = objectOf<JobSelection>('A selection of jobs.', {
  queues: listOf({ type: 'string' }, 'Keys of the queues.'),
  state: oneOf(JOB_STATES, 'State of the jobs.'),
  ids: orNull(listOf({ type: 'string' }, 'Only jobs with these ids.')),
  name: orNull(text('Only jobs with this name.')),
  fingerprint: orNull(text('Only jobs whose error has this fingerprint.')),
  text: orNull(text('Only jobs whose id, name or error contains this text.')),
})

const bulkOperation = objectOf<BulkOperation>('An action on many jobs.', {
  id: text('Id of the operation.'),
  action: oneOf(JOB_ACTIONS, 'The action.'),
  selection,
  user: orNull(text('User who created the operation.')),
  phase: oneOf(BULK_PHASES, 'Phase of the operation.'),
  asOf: amount('Unix ms. The operation covers the jobs that existed at this time.'),
  startedAt: time('When the operation started to change jobs.'),
  endedAt: time('When the operation ended.'),
  looked: count('Jobs examined.'),
  total: orNull(count('Jobs in this state; null if unknown.')),
  eligible: count('Jobs that the operation affects.'),
  notEligible: listOf(reason, 'Matching jobs that the operation does not affect, and jobs that could not be examined.'),
  isPartial: flag('Whether more jobs matched than one operation can include.'),
  succeeded: count('Jobs known to be done so far.'),
  skipped: listOf(reason, 'Jobs not done, or with an unknown outcome; after the end, all other jobs.'),
  unknown: count('Skipped jobs with an unknown outcome.'),
  resumable: flag('Whether any Zenith can continue with the remaining jobs.'),
  error: orNull(text('Error that ended the operation.')),
})

const failureGroup = objectOf<FailureGroup>('Failed jobs with the same kind of error.', {
  fingerprint: text('Fingerprint of the error.'),
  name: text('Name of the jobs.'),
  error: text('The newest error.'),
  queues: listOf(
    objectOf<FailureGroup['queues'][number]>('A queue with these jobs.', {
      key: text('Key of the queue.'),
      name: text('Name of the queue.'),
      count: count('Number of jobs.'),
    }),
  ),
  hour: count('Failures in the last hour.'),
  day: count('Failures in the last day.'),
  week: count('Failures in the last week.'),
  first: time('When the oldest job failed.'),
  last: time('When the newest job failed.'),
  sample: objectOf<FailureGroup['sample']>('One of the jobs.', {
    queue: text('Key of its queue.'),
    id: text('Id of the job.'),
  }),
})

/** Omitted if it is none of these. */
const elsewhere = {
  isElsewhere: {
    description: 'The job is under another prefix or on another Redis, or another job has its id here.',
    const: true,
  },
}

/** Omitted if all was read. */
const lookedAt = {
  partial: objectOf<LookedAt>(
    'How much of a list shared by several queues was read; omitted if it was read to the end.',
    {
      looked: count('Number of the newest jobs of all these queues that were read.'),
      total: count('All jobs in the list.'),
    },
  ),
}

const failureListing = withOptional(
  { left: count('Number of groups not listed, with older failures; omitted if there are none.') },
  objectOf<Omit<FailureListing, 'left'>>('Failed jobs of all queues, in groups.', {
    groups: listOf(ref('FailureGroup')),
    partial: listOf(
      objectOf<FailureListing['partial'][number]>('A queue whose older failures were not read.', {
        key: text('Key of the queue.'),
        looked: count('Failures read.'),
        total: count('All failures.'),
      }),
    ),
    failed: listOf(ref('UnreadQueue'), 'Queues that could not be read.'),
  }),
)

const schedulerView = objectOf<SchedulerView>('A scheduler, which creates jobs by a schedule.', {
  id: text('Id of the scheduler.'),
  name: text('Name of its jobs.'),
  cron: orNull(text('Cron expression.')),
  every: orNull(amount('Time between two runs, ms.')),
  timezone: orNull(text('IANA name of the time zone.')),
  limit: orNull(count('Maximum number of runs.')),
  from: time('Start of the schedule.'),
  until: time('End of the schedule.'),
  state: oneOf(SCHEDULER_STATES, 'State of the scheduler.'),
  attention: orNull(text('Why the scheduler does not create its jobs as expected.')),
  next: time('Next run.'),
  last: time('Last run.'),
  runs: orNull(count('Number of runs so far.')),
  data: ref('ShownText'),
  options: orNull(options),
  queue: text('Key of the queue.'),
  queueName: text('Name of the queue.'),
  isKept: flag('Whether Zenith removed the scheduler to pause it, and stores its definition.'),
  isRegisteredAgain: flag('Whether the app registered the scheduler again after it was paused here.'),
  pausedBy: orNull(text('User who paused the scheduler here.')),
  pausedAt: time('When it was paused here.'),
  actions: listOf(oneOf(SCHEDULER_ACTIONS, 'An action.'), 'Available actions.'),
})

export const JOB_SCHEMAS = {
  JobAddress: withOptional(
    elsewhere,
    objectOf<Omit<JobAddress, 'isElsewhere'>>('Address of a job.', {
      queue: text('Name of the queue; for a job elsewhere, the whole key of its queue.'),
      id: text('Id of the job.'),
    }),
  ),
  JobSummary: objectOf<JobSummary>('A job without its payload.', summary),
  ShownText: objectOf<ShownText>('A text that may be hidden, masked or truncated.', {
    text: orNull(text('The text; null if there is none, or if it is hidden.')),
    bytes: count('Size of the whole text.'),
    isJson: flag('Whether it is JSON.'),
    isCut: flag('Whether the text is truncated.'),
    isHidden: flag('Whether the role lacks the permission to see it.'),
    masked: count('Number of masked values in the text.'),
  }),
  JobView: jobView,
  JobListing: withOptional(
    lookedAt,
    objectOf<Omit<JobListing, 'partial'>>('Some of the jobs in one state.', {
      total: count('Number of jobs in this state.'),
      jobs: listOf(ref('JobSummary')),
      missing: count('Number of ids in the list whose jobs no longer exist.'),
    }),
  ),
  JobSearch: withOptional(
    { ...lookedAt, next: count('Offset for the next request; omitted if the search reached the end.') },
    objectOf<Omit<JobSearch, 'partial' | 'next'>>('Results of a search.', {
      jobs: listOf(ref('JobSummary')),
      scanned: count('Jobs examined, including those before the offset.'),
      total: count('Number of jobs in this state.'),
      skipped: count('Number of payloads too large to search.'),
      stopped: orNull(oneOf(['matches', 'scanned', 'time'], 'Why the search stopped before the end.')),
    }),
  ),
  JobLogs: objectOf<JobLogs>('Log of a job.', {
    total: count('Number of all lines.'),
    lines: listOf({ type: 'string' }),
  }),
  JobFlow: withOptional(
    elsewhere,
    objectOf<Omit<JobFlow, 'isElsewhere'>>('A job and its children.', {
      queue: text('Name of the queue; for a job elsewhere, the whole key of its queue.'),
      id: text('Id of the job.'),
      name: text('Name of the job.'),
      state: orNull(
        oneOf(JOB_PLACES, 'State of the job; null if it no longer exists, or is elsewhere and cannot be read.'),
      ),
      children: listOf(ref('JobFlow')),
      more: count('Number of children that are not listed.'),
    }),
  ),
  JobOutcome: withOptional(
    { isUnknown: flag('The outcome is unknown because no answer came. Omitted if it is known.') },
    objectOf<Omit<JobOutcome, 'isUnknown'>>('Outcome for one job.', {
      id: text('Id of the job.'),
      ok: flag('Whether the action was done.'),
      reason: orNull(text('Why it was not done.')),
    }),
  ),
  UnreadQueue: objectOf<{ key: string; error: string }>('A queue that could not be read.', {
    key: text('Key of the queue.'),
    error: text('Why it could not be read.'),
  }),
  BulkOperation: bulkOperation,
  BulkResult: objectOf<BulkResult>('Outcome for one job.', {
    queue: text('Key of the queue.'),
    id: text('Id of the job.'),
    ok: flag('Whether the action was done.'),
    reason: orNull(text('Why it was not done.')),
  }),
  FailureGroup: failureGroup,
  FailureListing: failureListing,
  SourceView: withOptional(
    { left: count('Number of queues found beyond the limit, which are not shown; omitted if there are none.') },
    objectOf<Omit<SourceView, 'left'>>('A queue source that this Zenith is connected to.', {
      driver: oneOf(QUEUE_DRIVERS, 'Driver of the source.'),
      place: text('Location of the source, without secrets.'),
      isRead: flag('Whether Zenith has tried to read it.'),
      error: orNull(text('Why it cannot be read; null if it can, or was not tried yet.')),
      queues: orNull(count('Number of queues; null if unknown.')),
    }),
  ),
  SchedulerView: schedulerView,
  AuditEntry: withOptional(
    { trust: oneOf(AUDIT_TRUST, 'Result of the signature check; omitted if no token is set.') },
    objectOf<Omit<AuditEntry, 'trust'>>('A line of the audit trail.', {
      id: text('Id of the line.'),
      operation: text('Id shared by an intent and its result.'),
      step: oneOf(AUDIT_STEPS, 'Whether the line is the intent or the result.'),
      at: amount('Time of the line, Unix ms.'),
      user: orNull(text('Name of the user; null if the log-in has no names.')),
      role: text('Role of the user.'),
      action: text('The action.'),
      queue: orNull(text('Key of the queue; null if several are affected.')),
      queueName: orNull(text('Name of the queue.')),
      target: text('Target of the action.'),
      ok: orNull(flag('Whether the action was done completely; null for an intent.')),
      detail: orNull(text('Details in words.')),
    }),
  ),
  AuditChain: objectOf<AuditChain>('Whether the lines of the audit trail are complete and unchanged.', {
    ok: flag('Whether the audit trail is intact.'),
    signed: flag(
      'Whether a token is set, so that lines are signed. Without it, anyone who can write the trail can rewrite it.',
    ),
    lines: count('Number of lines examined.'),
    first: orNull(count('Number of Zenith’s oldest line; null if there is none.')),
    last: orNull(count('Number of Zenith’s newest line.')),
    beforeSigning: count('Lines from before the token was set, or from a version that did not sign.'),
    untrusted: count('Lines that Zenith did not write.'),
    leftBehind: count(
      'Lines added at the location of earlier versions after the move, 1000 at most; they are not part of the trail.',
    ),
    breaks: listOf(
      objectOf<AuditBreak>('A break in the audit trail.', {
        kind: oneOf(AUDIT_BREAKS, 'Kind of the break.'),
        at: orNull(text('Id of the affected line, or of the line after which lines are missing.')),
        count: count('Number of affected lines.'),
        message: text('Description of the break.'),
      }),
      'The breaks, at most 20.',
    ),
  }),
  UntrustedDocument: objectOf<UntrustedDocument>(
    'One of Zenith’s own documents with a missing or wrong signature. Zenith does not use it.',
    {
      kind: oneOf(['scheduler', 'bulk'], 'Kind of the document.'),
      id: text('Id of the document.'),
      doubt: oneOf(
        DOCUMENT_DOUBTS,
        'Why it is untrusted; `replayed`: it was replaced or removed after it was signed; `displaced`: something else replaced all documents of its kind, and `id` is empty.',
      ),
    },
  ),
}
