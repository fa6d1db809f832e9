import { QUEUE_DRIVERS } from '../protocol/queues.js'
import { ArchivedJob } from './archived-jobs.js'
import { AuditEntry } from './audit.js'
import { PastAlerts } from './past-alerts.js'
import { ExceptionRecord, SlowEntry } from './records.js'
import { amount, count, flag, type Infer, listUpTo, object, oneOf, orNull, percent, text } from './schema.js'
import { TrafficPoint } from './services.js'

/** The fleet as it was at a time. Times are Unix ms. */

export const PastNode = object('A node over the step that the time lies in.', {
  service: text('Name of the service.'),
  node: text('Id of the node.'),
  ms: amount('How much of the step it reported, ms.'),
  cpu: orNull(percent('Mean CPU, 0–100 of all usable cores.')),
  rss: orNull(amount('Highest resident set size, bytes.')),
  heapUsed: orNull(amount('Highest used heap, bytes.')),
  loopP99: orNull(amount('Worst p99 of event-loop delays, ms.')),
})
export type PastNode = Infer<typeof PastNode>

export const PastService = object('A service over the step that the time lies in.', {
  service: text('Name of the service.'),
  nodes: count('Nodes that reported.'),
  requests: orNull(TrafficPoint),
  jobs: orNull(TrafficPoint),
})
export type PastService = Infer<typeof PastService>

const meanOf = (what: string) => orNull(amount(`${what}, the mean of the step.`))

export const PastQueue = object('A queue over the step that the time lies in.', {
  key: text('Key of the queue, as in `GET api/queues`.'),
  name: text('Name of the queue.'),
  driver: oneOf(QUEUE_DRIVERS, 'Its system.'),
  service: orNull(text('Service that reported it; null: Zenith.')),
  waiting: meanOf('Waiting and prioritized jobs'),
  active: meanOf('Active jobs'),
  delayed: meanOf('Delayed jobs'),
  failed: meanOf('Failed jobs'),
  oldestMs: orNull(amount('Age of the job that had waited longest, ms.')),
  in: meanOf('Jobs added per minute'),
  out: meanOf('Jobs ended per minute'),
})
export type PastQueue = Infer<typeof PastQueue>

/** How far around the time records are listed, ms. */
export const AROUND_MS = 5 * 60_000

export const PastView = object('The fleet at a time.', {
  at: amount('The time.'),
  from: amount('Start of the step that figures are of.'),
  to: amount('End of that step.'),
  services: listUpTo(1_000, PastService, 'By name.'),
  nodes: listUpTo(1_000, PastNode, 'By service and id.'),
  queues: listUpTo(1_000, PastQueue, 'The largest backlog first.'),
  alerts: PastAlerts,
  running: listUpTo(200, ArchivedJob, 'Attempts that ran at the time, and have finished since, by their start.'),
  exceptions: listUpTo(200, ExceptionRecord, 'Exceptions from 5 min before to 5 min after, newest first.'),
  slow: listUpTo(200, SlowEntry, 'Slow requests and jobs of that time, newest first.'),
  audit: listUpTo(200, AuditEntry, 'What users did in that time, newest first.'),
  cut: object('Whether there were more, of which only the nearest to the time are listed.', {
    exceptions: flag('Exceptions.'),
    slow: flag('Slow requests and jobs.'),
    audit: flag('What users did.'),
  }),
})
export type PastView = Infer<typeof PastView>

export const EVENT_TICKS = ['version', 'alert', 'exceptions', 'audit', 'gap'] as const

export const EventTick = object('Something that happened in a part of the time.', {
  at: amount('When it was, Unix ms; of several in a part of the time the first.'),
  kind: oneOf(EVENT_TICKS, 'What it was.'),
  count: count('How often.'),
  text: text('In words.'),
})
export type EventTick = Infer<typeof EventTick>

export const TickListing = object('What happened over a time, for its scrubber.', {
  ticks: listUpTo(1_000, EventTick, 'Oldest first.'),
  since: orNull(
    amount('Exceptions, alerts and actions before it are not counted, because there are too many; else null.'),
  ),
})
export type TickListing = Infer<typeof TickListing>
