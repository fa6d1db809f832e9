import * as v from 'valibot'
import { METRIC_IDS, METRIC_UNITS, SUBJECT_KINDS } from './alert-metrics.js'
import { listingFields } from './listing.js'
import {
  amount,
  count,
  difference,
  flag,
  type Infer,
  listOf,
  listUpTo,
  object,
  oneOf,
  optional,
  orNull,
  text,
} from './schema.js'
import { ALERT_CHANGES, SEVERITIES } from './words.js'

/** Alerts. Times are Unix ms by the store's clock; durations are ms. */

export { ALERT_CHANGES, SEVERITIES }

export type Severity = (typeof SEVERITIES)[number]

/**
 * pending: the condition is met, not for long enough yet; firing; recovering: the clear threshold is met, not for long enough yet. What
 * is ok has no state.
 */
export const ALERT_STATES = ['pending', 'firing', 'recovering'] as const
export type AlertState = (typeof ALERT_STATES)[number]

export const COMPARISONS = ['above', 'atLeast', 'below', 'atMost'] as const
export type Comparison = (typeof COMPARISONS)[number]

/** each: every node alone; the others: one value for each service. */
export const AGGREGATES = ['each', 'max', 'min', 'mean', 'sum'] as const
export type Aggregate = (typeof AGGREGATES)[number]

export const MAX_RULES = 500
export const MAX_CONDITIONS = 4
export const MAX_PATTERNS = 50
export const MAX_RECEIVERS = 100
export const MAX_SILENCES = 500
/** Alerts of one rule that are remembered; more are counted. */
export const MAX_ALERTS = 500

export const RULE_ID = /^[a-z0-9][a-z0-9-]{0,63}$/

const patterns = (description: string) =>
  listUpTo(MAX_PATTERNS, v.pipe(v.string(), v.minLength(1), v.maxLength(300)), description)

export const AlertCondition = object('A threshold of a metric.', {
  metric: oneOf(METRIC_IDS, 'Id of the metric: see `GET api/alerts/metrics`.'),
  over: oneOf(AGGREGATES, 'For a metric of nodes: each node, or an aggregate over the live nodes of each service.'),
  is: oneOf(COMPARISONS, 'How the value is compared with the threshold.'),
  threshold: difference('In the unit of the metric.'),
  clear: orNull(difference('The alert recovers once the value is on the good side of this; null: of the threshold.')),
  minCount: orNull(
    count('For a share: the smallest number of failures that counts; below it the condition is not met. Null: 1.'),
  ),
})
export type AlertCondition = Infer<typeof AlertCondition>

export const AlertScope = object('What a rule applies to: patterns in which `*` is any text. An empty list is all.', {
  services: patterns('Names of services.'),
  environments: patterns('Environments.'),
  hosts: patterns('Names of hosts.'),
  queues: patterns('Names or keys of queues.'),
  routes: patterns('Names of routes, such as `GET /users/:id`.'),
  jobs: patterns('Names of jobs.'),
})
export type AlertScope = Infer<typeof AlertScope>

export const AlertRule = object('A rule. It fires for each subject for which one of its conditions is met.', {
  id: v.pipe(v.string(), v.regex(RULE_ID, 'lower-case letters, digits and hyphens, at most 64'), v.description('Id.')),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(100), v.description('Name, in lists and messages.')),
  enabled: flag('Whether it is evaluated.'),
  severity: oneOf(SEVERITIES, 'How bad it is.'),
  conditions: v.pipe(
    v.array(AlertCondition),
    v.minLength(1),
    v.maxLength(MAX_CONDITIONS),
    v.readonly(),
    v.description('Any of them is enough. All are about the same kind of subject.'),
  ),
  forMs: amount('How long a condition has to be met until it fires, ms.'),
  clearForMs: amount('How long all conditions have to be clear until it is resolved, ms.'),
  scope: AlertScope,
  receivers: listUpTo(MAX_RECEIVERS, v.string(), 'Ids of receivers. Empty: every receiver that takes the severity.'),
  cooldownMs: amount('After a message, the same subject sends no other one for so long, ms; it is counted instead.'),
  remindMs: orNull(amount('While it fires and nobody acknowledged it, it reminds so often, ms; null: never.')),
  note: v.pipe(v.string(), v.maxLength(2_000), v.description('What to do: in each message. May have a link.')),
})
export type AlertRule = Infer<typeof AlertRule>

/** default: comes with Zenith; code: from the option `alerts`, which locks it; page: made there, or by the API. */
export const RULE_SOURCES = ['default', 'code', 'page'] as const

export const AlertSubject = object('What an alert is about.', {
  kind: oneOf(SUBJECT_KINDS, 'Kind.'),
  key: text('Key, unique in the kind.'),
  name: text('Name: of the node, host, service, route, job or queue.'),
  service: orNull(text('Its service, if it has one.')),
  services: listUpTo(
    20,
    v.string(),
    'Services that are concerned: of a host, those with nodes on it; of a queue, those that report it.',
  ),
  host: orNull(text('Its host, if it has one.')),
  environment: orNull(text('Its environment, if it has one.')),
})
export type AlertSubject = Infer<typeof AlertSubject>

export const Acknowledgement = object('Who acknowledged an alert.', { by: text('Name.'), at: amount('When, Unix ms.') })

export const Alert = object('An alert: a rule and a subject for which it is not ok.', {
  id: text('Id: the rule and the subject.'),
  rule: text('Id of the rule.'),
  ruleName: text('Name of the rule.'),
  severity: oneOf(SEVERITIES, 'How bad it is.'),
  state: oneOf(ALERT_STATES, 'State.'),
  isUnknown: flag('Whether there is no value now: the state and its times stand still.'),
  subject: AlertSubject,
  text: text('What is wrong, with value and threshold: `CPU 93 % (above 90 %)`.'),
  condition: AlertCondition,
  unit: oneOf(METRIC_UNITS, 'Unit of the value.'),
  value: orNull(difference('The newest value, or null.')),
  since: amount('When the condition was met first, Unix ms.'),
  firedAt: orNull(amount('When it fired, Unix ms; null while pending.')),
  sentAt: orNull(amount('When the last message about it was written, Unix ms; null: none yet.')),
  times: count('How often it fired since the last message that was sent.'),
  acknowledged: orNull(Acknowledgement),
  silence: orNull(text('Id of the silence or maintenance that mutes it.')),
  cause: orNull(text('Id of the alert that explains this one: its message tells of both.')),
})
export type Alert = Infer<typeof Alert>

export const AlertTotals = object('Numbers of alerts.', {
  firing: count('Firing or recovering.'),
  pending: count('Pending.'),
  critical: count('Firing, critical, neither acknowledged nor silenced.'),
  unseen: count('Firing, neither acknowledged nor silenced: the number at the bell.'),
})
export type AlertTotals = Infer<typeof AlertTotals>

/** Why nothing is evaluated or stored, or no message is sent. */
export const ALERT_PROBLEMS = [
  'noStore',
  'noReceiver',
  'lostReceivers',
  'readOnly',
  'storeAway',
  'storeRefuses',
] as const

export const AlertListing = object('The alerts that are not ok: the worst first.', {
  ...listingFields(Alert),
  totals: AlertTotals,
  evaluatedAt: orNull(amount('When rules were evaluated last, Unix ms; null: not yet.')),
  problems: listOf(
    object('A reason why a message may reach no user.', {
      kind: oneOf(ALERT_PROBLEMS, 'Kind.'),
      text: text('In words.'),
    }),
  ),
})
export type AlertListing = Infer<typeof AlertListing>

export const AlertRuleView = object('A rule with its state.', {
  rule: AlertRule,
  source: oneOf(RULE_SOURCES, 'Where it comes from.'),
  isLocked: flag('Whether it comes from code: it is edited as an override, which can be reset.'),
  isOverridden: flag('Whether the page changed what came with Zenith or from code.'),
  subjects: count('Subjects that it applies to now; 0: it matches nothing.'),
  value: orNull(difference('The worst value now; null: none.')),
  worst: orNull(AlertSubject),
  condition: count(
    'Index of the condition that `value`, `worst` and `spark` are of, from 0: the first that is met, else the first that is known.',
  ),
  spark: listUpTo(
    60,
    orNull(difference('The worst value.')),
    'The worst values of the last looks, oldest first, every 10 s.',
  ),
  firing: count('Alerts that are firing or recovering.'),
  pending: count('Alerts that are pending.'),
  left: count('Subjects that are not ok beyond the limit of remembered alerts.'),
})
export type AlertRuleView = Infer<typeof AlertRuleView>

export const AlertRuleListing = object('All rules.', { items: listUpTo(MAX_RULES, AlertRuleView) })
export type AlertRuleListing = Infer<typeof AlertRuleListing>

export type AlertChange = (typeof ALERT_CHANGES)[number]

export const AlertEvent = object('A change of an alert.', {
  at: amount('When, Unix ms.'),
  change: oneOf(ALERT_CHANGES, 'What changed.'),
  alert: text('Id of the alert.'),
  rule: text('Id of the rule.'),
  ruleName: text('Name of the rule.'),
  severity: oneOf(SEVERITIES, 'How bad it is.'),
  subject: AlertSubject,
  text: text('What was wrong.'),
  value: orNull(difference('The value.')),
  firedAt: orNull(amount('When it had fired, Unix ms.')),
  by: orNull(text('Who acknowledged it.')),
})
export type AlertEvent = Infer<typeof AlertEvent>
/** Changes that the store lists: the newest. */
export const MAX_ALERT_EVENTS = 300
/** Changes of one page of the history. */
export const MAX_ALERT_PAGE = 1_000
export const AlertEventListing = object('What alerts did.', {
  items: listUpTo(MAX_ALERT_PAGE, AlertEvent, 'Newest first. A page may be shorter than `limit`: follow `next`.'),
  next: orNull(text('Pass it as `after` for the next page; null at the end.')),
  since: orNull(
    amount('Without an archive: the oldest change that is known, if there may be older ones in the time; else null.'),
  ),
  gaps: listUpTo(
    100,
    object('A time whose changes were dropped before they were archived.', {
      from: amount('Unix ms.'),
      to: amount('Unix ms.'),
    }),
    'Of the archive, oldest first.',
  ),
})
export type AlertEventListing = Infer<typeof AlertEventListing>

export const AlertPreview = object('How often a rule would have fired.', {
  from: amount('Start of the time that was tried, Unix ms.'),
  to: amount('End, Unix ms.'),
  times: orNull(
    count('How often it would have fired; null: a metric of it has no past, or nothing is recorded of it.'),
  ),
  spans: listUpTo(
    100,
    object('A time in which it would have fired.', {
      subject: text('Name of the subject.'),
      from: amount('Unix ms.'),
      to: orNull(amount('Unix ms; null: it still would.')),
      metric: oneOf(METRIC_IDS, 'Metric of the condition that was met first.'),
      value: orNull(difference('The worst value of that condition.')),
    }),
    'Newest first.',
  ),
  subjects: count('Subjects that the rule applies to.'),
  step: orNull(
    amount(
      'Length of the steps that the past is read in, ms: rules are evaluated every 10 s. Null: there is no answer.',
    ),
  ),
  why: orNull(text('Why the time is shorter than asked for, or why there is no answer.')),
  notes: listUpTo(20, text('A sentence.'), 'How far the answer can be trusted: its steps, and what is not in it.'),
})
export type AlertPreview = Infer<typeof AlertPreview>

export const RECEIVER_KINDS = ['slack', 'discord', 'teams', 'webhook', 'email', 'pagerduty', 'heartbeat'] as const
/** pagerduty: the Events API v2, which others take, too; heartbeat: a dead man's switch, a request every minute while rules are evaluated. */
export type ReceiverKind = (typeof RECEIVER_KINDS)[number]

export const DELIVERY_STATES = ['waiting', 'sent', 'failed'] as const
export const DELIVERY_EVENTS = ['firing', 'reminder', 'resolved', 'test'] as const

export const Delivery = object('A message to a receiver.', {
  id: text('Delivery id, the same at each attempt.'),
  receiver: text('Id of the receiver.'),
  receiverName: text('Name of the receiver.'),
  event: oneOf(DELIVERY_EVENTS, 'What it tells.'),
  title: text('Its first line.'),
  alerts: optional(listUpTo(20, v.string(), 'Ids of the alerts that it tells of; omitted if there are more.')),
  at: amount('When it was written, Unix ms.'),
  state: oneOf(DELIVERY_STATES, 'failed: it is not tried again.'),
  attempts: count('Attempts so far.'),
  nextAt: orNull(amount('When it is tried again, Unix ms.')),
  endedAt: orNull(amount('When it was sent or given up, Unix ms.')),
  status: orNull(count('HTTP or SMTP status of the last answer.')),
  answer: orNull(text('Start of the last answer, or the error.')),
})
export type Delivery = Infer<typeof Delivery>
export const MAX_DELIVERIES = 200
export const DeliveryListing = object('The newest messages.', {
  items: listUpTo(MAX_DELIVERIES, Delivery, 'Newest first.'),
})
export type DeliveryListing = Infer<typeof DeliveryListing>

export const ReceiverView = object('A receiver.', {
  id: text('Id.'),
  name: text('Name.'),
  kind: oneOf(RECEIVER_KINDS, 'Kind.'),
  source: oneOf(['code', 'page'], 'Where it comes from; code locks it.'),
  enabled: flag('Whether messages are sent to it.'),
  severity: oneOf(SEVERITIES, 'The lowest severity that it takes.'),
  place: text('Where it sends to, without secrets: a host, or mail addresses.'),
  hasSecret: flag('Whether it has a secret.'),
  problem: orNull(text('Why it can’t be used now.')),
  last: orNull(Delivery),
  waiting: count('Messages that wait.'),
})
export type ReceiverView = Infer<typeof ReceiverView>
export const ReceiverListing = object('All receivers.', {
  items: listUpTo(MAX_RECEIVERS, ReceiverView),
  canStore: flag('Whether receivers can be stored: QUASAR_SECRET is set.'),
  canMail: flag('Whether an SMTP server is configured.'),
})
export type ReceiverListing = Infer<typeof ReceiverListing>

export const ReceiverTest = object('What a receiver answered to a test.', {
  ok: flag('Whether it took the message.'),
  status: orNull(count('HTTP or SMTP status.')),
  answer: orNull(text('Start of the answer, or the error.')),
  ms: amount('How long it took, ms.'),
})
export type ReceiverTest = Infer<typeof ReceiverTest>

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

export const WeeklyTime = object('A time of the week.', {
  days: v.pipe(
    v.array(oneOf(WEEKDAYS, 'Day.')),
    v.minLength(1),
    v.maxLength(7),
    v.readonly(),
    v.description('Days on which it begins.'),
  ),
  from: v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM'), v.description('`22:30`.')),
  minutes: v.pipe(
    v.number(),
    v.integer(),
    v.minValue(1),
    v.maxValue(10_080),
    v.description('How long it takes, minutes.'),
  ),
  timeZone: v.pipe(v.string(), v.maxLength(100), v.description('IANA name, `Europe/Berlin`: summer time is kept.')),
})
export type WeeklyTime = Infer<typeof WeeklyTime>

const silenceFields = {
  reason: v.pipe(v.string(), v.minLength(1), v.maxLength(500), v.description('Why.')),
  rules: patterns('Ids of rules. Empty lists match all; at least one list has to have something.'),
  services: patterns('Names of services.'),
  hosts: patterns('Names of hosts.'),
  nodes: patterns('Ids of nodes.'),
  queues: patterns('Names or keys of queues.'),
  until: orNull(amount('End, Unix ms; null only with `weekly`.')),
  weekly: orNull(WeeklyTime),
}

export const Silence = object('Alerts that it matches send no messages.', {
  id: text('Id.'),
  ...silenceFields,
  by: text('Who made it.'),
  at: amount('When it was made, Unix ms.'),
  isActive: flag('Whether it mutes now.'),
})
export type Silence = Infer<typeof Silence>
export const SilenceListing = object('Silences that have not ended.', { items: listUpTo(MAX_SILENCES, Silence) })
export type SilenceListing = Infer<typeof SilenceListing>

/** Data of the event `alert` of `/api/stream`. */
export const AlertNews = object('Changes of alerts.', {
  at: amount('Unix ms.'),
  totals: AlertTotals,
  events: listOf(AlertEvent, 'Oldest first.'),
})
export type AlertNews = Infer<typeof AlertNews>
