import * as v from 'valibot'
import { MAX_ID_CHARS, MAX_KEY_CHARS } from '../protocol/limits.js'
import { JOB_STATES } from '../protocol/queues.js'
import { JOB_ACTIONS } from './actions.js'
import { MAX_PATTERNS, RECEIVER_KINDS, RULE_ID, SEVERITIES, WEEKDAYS } from './alerts.js'
import {
  actionField,
  anyObjectField,
  flagField,
  jobIdField,
  jsonField,
  listField,
  objectField,
  optionalField,
  textField,
  wholeField,
  wordField,
} from './fields.js'
import { MAX_FREEZE_REASON_CHARS } from './freeze.js'
import { CONFIRMED, type ConfirmedPermission } from './safety.js'

/** The bodies of changes: a schema for each, with the types before (`…Input`) and after validation. */

const DAYS_MS = 24 * 60 * 60_000
/** Longest payload of a job. */
export const MAX_DATA_CHARS = 8 * 1024 * 1024
const MAX_TEMPLATE_CHARS = 200_000
/** The last moment that a `Date` can express. */
const MAX_TIME = 8_640_000_000_000_000
/** Jobs that are selected one by one are also read one by one. */
const MAX_BULK_IDS = 1_000
const MAX_BULK_QUEUES = 200
/** Maximum number of jobs that one request acts on. */
export const MAX_JOBS_AT_ONCE = 100
/** The longest search. */
const MAX_CONFIRM_CHARS = 1_000

function confirmField(permission: ConfirmedPermission) {
  const { from, takes } = CONFIRMED[permission]
  const jobs = from > 1 ? ` with ${from} or more jobs` : ''
  return optionalField(textField(`In production${jobs}: ${takes}.`, MAX_CONFIRM_CHARS))
}

export const JobsChange = objectField('The change.', {
  action: wordField(JOB_ACTIONS, 'The action.'),
  ids: listField(jobIdField('Id of a job.'), 1, MAX_JOBS_AT_ONCE, 'Ids of the jobs.'),
  confirm: confirmField('queue.remove'),
})
export type JobsChange = v.InferOutput<typeof JobsChange>
export type JobsChangeInput = v.InferInput<typeof JobsChange>

const newJob = objectField('The new job.', {
  name: textField('Name of the job.'),
  data: jsonField('Payload: JSON text, stored unchanged.', MAX_DATA_CHARS),
  delay: optionalField(wholeField(0, 366 * DAYS_MS, 'Delay from now, ms.')),
  priority: optionalField(wholeField(0, 2_097_152, "Priority, as the queue's system defines it.")),
  attempts: optionalField(wholeField(1, 1_000, 'Maximum number of attempts.')),
})

export const QueueChange = actionField('The change.', {
  pause: {},
  resume: {},
  clean: {
    state: wordField(JOB_STATES, 'State of the jobs to remove.'),
    olderThanMs: wholeField(0, 3_660 * DAYS_MS, 'Only jobs that reached the state at least this long ago, ms.'),
    limit: wholeField(1, 100_000, 'Maximum number of jobs to remove.'),
    cursor: optionalField(textField('`cursor` of a partial response, to continue from there.', 2_000)),
    confirm: confirmField('queue.clean'),
  },
  empty: { confirm: confirmField('queue.empty') },
  add: { job: newJob },
  duplicate: { id: textField('Id of the job to copy.', MAX_ID_CHARS) },
})
export type QueueChange = v.InferOutput<typeof QueueChange>
export type QueueChangeInput = v.InferInput<typeof QueueChange>

const selection = v.pipe(
  objectField('The jobs.', {
    queues: listField(textField('Key of a queue.', MAX_KEY_CHARS), 1, MAX_BULK_QUEUES, 'Queues of the jobs.'),
    state: wordField(JOB_STATES, 'State of the jobs.'),
    ids: optionalField(
      listField(jobIdField('Id of a job.'), 1, MAX_BULK_IDS, 'Only jobs with these ids; null: all matching jobs.'),
    ),
    name: optionalField(textField('Only jobs with this name.', MAX_ID_CHARS)),
    fingerprint: optionalField(textField('Only jobs whose error has this fingerprint.')),
    text: optionalField(textField('Only jobs whose id, name or error contains this text, ignoring case.')),
  }),
  v.forward(
    v.check(
      ({ ids, queues }) => ids === null || queues.length === 1,
      ({ input: { queues } }) => `takes jobs of one queue: \`selection.queues\` has ${queues.length}.`,
    ),
    ['ids'],
  ),
)

export const BulkPlan = objectField('The change.', { action: wordField(JOB_ACTIONS, 'The action.'), selection })
export type BulkPlan = v.InferOutput<typeof BulkPlan>

/** The body of a step that may remove jobs. */
export const BulkStep = objectField('The change.', { confirm: confirmField('queue.remove') })
export type BulkStep = v.InferOutput<typeof BulkStep>

/** The body of a change that is fully specified by its path. */
export const Nothing = objectField('The change.', {})

const one = {
  queue: textField('Key of the queue.', MAX_KEY_CHARS),
  id: textField('Id of the scheduler.', MAX_ID_CHARS),
}

/** Only the queue's system can validate a cron expression. */
const definition = v.pipe(
  objectField('Definition of the scheduler.', {
    name: textField('Name of the jobs.'),
    cron: optionalField(textField('Cron expression; set either `cron` or `every`.')),
    every: optionalField(wholeField(1, 3_660 * DAYS_MS, 'Time between two runs, ms; set either `every` or `cron`.')),
    timezone: optionalField(
      v.pipe(
        textField('Name of a time zone, such as `Europe/Berlin`; null: the server’s time zone.'),
        v.check(isTimezone, 'takes the name of a time zone, `Europe/Berlin`.'),
      ),
    ),
    limit: optionalField(wholeField(1, 1_000_000_000, 'Maximum number of runs.')),
    from: optionalField(wholeField(0, MAX_TIME, 'Start of the schedule, Unix ms.')),
    until: optionalField(wholeField(0, MAX_TIME, 'End of the schedule, Unix ms.')),
    data: optionalField(jsonField('Payload of the jobs; null keeps the current one.', MAX_TEMPLATE_CHARS)),
    options: optionalField(
      anyObjectField('Options of the jobs, in the format of the queue’s system; null keeps the current ones.'),
    ),
  }),
  v.check(({ cron, every }) => (cron === null) !== (every === null), 'takes `cron` or `every`, one of them.'),
  v.forward(
    v.check(({ timezone, cron }) => timezone === null || cron !== null, 'takes a `cron` beside it.'),
    ['timezone'],
  ),
  v.forward(
    v.check(({ from, until }) => from === null || until === null || until > from, 'takes a time after `from`.'),
    ['until'],
  ),
)
/** If data or options are null, they stay unchanged. */
export type EditedDefinition = v.InferOutput<typeof definition>

export const SchedulerChange = actionField('The change.', {
  run: one,
  pause: one,
  resume: one,
  remove: one,
  save: { ...one, definition },
})
export type SchedulerChange = v.InferOutput<typeof SchedulerChange>
export type SchedulerChangeInput = v.InferInput<typeof SchedulerChange>

export const NodeChange = actionField('The change.', {
  forget: {
    service: textField('Name of the service.'),
    id: textField('Id of the node.'),
  },
})
export type NodeChange = v.InferOutput<typeof NodeChange>

export const ArchiveForget = objectField('Which finished jobs to delete.', {
  q: textField('A search with at least one word or field, see docs/search.md.', 1_000),
  dryRun: flagField('Whether they are only counted.'),
  confirm: confirmField('archive.forget'),
})
export type ArchiveForget = v.InferOutput<typeof ArchiveForget>

function isTimezone(timezone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
    return true
  } catch {
    return false
  }
}

export const AlertChangeBody = actionField('The change.', {
  acknowledge: { alert: textField('Id of the alert.', 2_000) },
})
export type AlertChangeInput = v.InferInput<typeof AlertChangeBody>

const ruleField = anyObjectField('The rule, see `AlertRule`; what is missing has its default.')

export const AlertRulesChange = actionField('The change.', {
  save: { rule: ruleField },
  /** Removes a rule of the page, or what the page changed of another. */
  reset: { id: textField('Id of the rule.') },
})
export type AlertRulesChangeInput = v.InferInput<typeof AlertRulesChange>

export const AlertPreviewBody = objectField('The rule to try.', { rule: ruleField })

const wideText = (description: string, maxLength: number) => {
  const message = `takes a text of at most ${maxLength} characters.`
  return v.exactOptional(v.pipe(v.string(message), v.maxLength(maxLength, message), v.description(description)))
}

export const ReceiverInput = objectField('The receiver.', {
  id: v.pipe(textField('Id.', 64), v.regex(RULE_ID, 'takes lower-case letters, digits and hyphens, at most 64.')),
  name: textField('Name.', 100),
  kind: wordField(RECEIVER_KINDS, 'Kind.'),
  enabled: v.optional(flagField('Whether messages are sent to it.'), true),
  severity: v.optional(wordField(SEVERITIES, 'The lowest severity that it takes.'), 'info'),
  address: wideText('URL; for e-mail, addresses separated by commas. Omitted: as stored.', 2_000),
  secret: wideText(
    'Key that webhooks are signed with; routing key of PagerDuty. Omitted: as stored, for the stored address.',
    500,
  ),
})

/** What a receiver is made of: address and secret are write-only. */
export type ReceiverInput = v.InferOutput<typeof ReceiverInput>

export const ReceiversChange = actionField('The change.', {
  save: { receiver: ReceiverInput },
  delete: { id: textField('Id of the receiver.') },
  test: { id: textField('Id of the receiver.') },
})
export type ReceiversChangeInput = v.InferInput<typeof ReceiversChange>

const patternsField = (description: string) =>
  v.optional(listField(textField(description, 300), 0, MAX_PATTERNS, description), [])

const weekly = objectField('A time of the week.', {
  days: listField(wordField(WEEKDAYS, 'A day on which it begins.'), 1, 7, 'Days on which it begins.'),
  from: v.pipe(textField('`22:30`.', 5), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'takes a time of day, `22:30`.')),
  minutes: wholeField(1, 10_080, 'How long it lasts, minutes.'),
  timeZone: v.pipe(
    textField('Name of a time zone.'),
    v.check(isTimezone, 'takes the name of a time zone, `Europe/Berlin`.'),
  ),
})

const silence = v.pipe(
  objectField('The silence.', {
    reason: textField('Why.', 500),
    rules: patternsField('Id of a rule; `*` is any text.'),
    services: patternsField('Name of a service; `*` is any text.'),
    hosts: patternsField('Name of a host; `*` is any text.'),
    nodes: patternsField('Id of a node; `*` is any text.'),
    queues: patternsField('Name or key of a queue; `*` is any text.'),
    until: optionalField(wholeField(0, MAX_TIME, 'End, Unix ms; null only with `weekly`.')),
    weekly: optionalField(weekly),
  }),
  v.check(
    ({ rules, services, hosts, nodes, queues }) =>
      [rules, services, hosts, nodes, queues].some((list) => list.length > 0),
    'takes at least one of `rules`, `services`, `hosts`, `nodes` and `queues`; for everything, `rules: ["*"]`.',
  ),
  v.check(({ until, weekly: week }) => until !== null || week !== null, 'takes `until` or `weekly`.'),
)

export type SilenceInput = v.InferOutput<typeof silence>

export const SilencesChange = actionField('The change.', {
  add: { silence },
  end: { id: textField('Id of the silence.') },
})
export type SilencesChangeInput = v.InferInput<typeof SilencesChange>

export const FreezeChange = actionField('The change.', {
  set: {
    from: optionalField(wholeField(0, MAX_TIME, 'Start, Unix ms; null: now.')),
    until: wholeField(0, MAX_TIME, 'End, Unix ms; at most 30 days after the start.'),
    reason: textField('Why; everyone who may see the page can read it.', MAX_FREEZE_REASON_CHARS),
  },
  lift: {},
})
export type FreezeChange = v.InferOutput<typeof FreezeChange>
export type FreezeChangeInput = v.InferInput<typeof FreezeChange>
