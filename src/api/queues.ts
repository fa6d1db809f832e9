import * as v from 'valibot'
import {
  JOB_STATES,
  QUEUE_CAPABILITIES,
  QUEUE_DRIVERS,
  type QueueEntry as QueueEntryFields,
} from '../protocol/queues.js'
import { listing, listingFields } from './listing.js'
import {
  amount,
  anyObject,
  count,
  exactly,
  flag,
  type Infer,
  listOf,
  listUpTo,
  object,
  oneOf,
  optional,
  orNull,
  percent,
  text,
} from './schema.js'
import { PERIODS, QUEUE_TROUBLES } from './words.js'

/** Queues. Times are Unix ms. */

/** The numbers of jobs by state. */
export const JOB_COUNTS = {
  waiting: orNull(count('Jobs that are ready to start.')),
  prioritized: orNull(count('Jobs that are ready to start, by priority.')),
  active: orNull(count('Running jobs.')),
  delayed: orNull(count('Jobs that start later.')),
  waitingChildren: orNull(count('Jobs that wait for their children.')),
  completed: orNull(count('Stored completed jobs.')),
  failed: orNull(count('Stored failed jobs.')),
}

export const QueueSample = object('The state of a queue at one moment.', {
  at: amount('Time of the sample, Unix ms.'),
  backlog: orNull(count('Jobs that are ready to start.')),
  in: orNull(amount('Jobs added per minute.')),
  out: orNull(amount('Jobs ended per minute.')),
})
/** One point of a queue's recent past. */
export type QueueSample = Infer<typeof QueueSample>

export const QueueAttention = object('A reason why the queue needs attention.', {
  kind: oneOf(QUEUE_TROUBLES, 'Kind of the reason.'),
  text: text('Description of the reason.'),
})
export type QueueAttention = Infer<typeof QueueAttention>

const QueueEntry = exactly<QueueEntryFields>()(
  object('A queue as its source reports it.', {
    name: text('Name of the queue.'),
    driver: oneOf(QUEUE_DRIVERS, 'Driver of the queue.'),
    place: orNull(text('Location of the queue, without secrets.')),
    server: orNull(text('Identity of the server.')),
    metrics: object('Number of jobs in each state; null if unknown, or if there is no such state.', JOB_COUNTS),
    states: listOf(oneOf(JOB_STATES, 'A state.'), 'States that the queue has.'),
    approximate: flag('Whether the counts are estimates by the system.'),
    paused: orNull(flag('Whether the queue is paused.')),
    oldestMs: orNull(amount('Age of the job that has waited longest, ms.')),
    overdueMs: orNull(amount('How long the most overdue job has been due, ms.')),
    throughput: orNull(
      object('Jobs per minute.', {
        in: orNull(amount('Jobs added.')),
        out: orNull(amount('Jobs ended.')),
      }),
    ),
    workers: orNull(count('Connected workers.')),
    capabilities: listOf(oneOf(QUEUE_CAPABILITIES, 'A capability.'), 'Capabilities of such a queue.'),
    error: orNull(text('Why the queue could not be read.')),
    meta: orNull(anyObject('Other details from the driver.')),
  }),
)

export const QueuePast = object('The time of the archive that the figures of a queue are of.', {
  period: oneOf(PERIODS, 'Length of the period; for a window, the shortest one that is as long.'),
  from: amount('Start of the time that the figures cover, Unix ms.'),
  to: amount('End of that time, Unix ms.'),
  step: amount('Length of a step of the archive, ms.'),
  backlogMax: orNull(count('Highest backlog of the time; null if unknown.')),
  read: percent('Share of the time in which an app or Zenith read the queue, 0–100. The figures are of that part.'),
  isGone: flag('Whether the queue is not known any more: only the archive has it.'),
})
export type QueuePast = Infer<typeof QueuePast>

export const QueueView = object('A queue.', {
  key: text('Key of the queue, used in URLs.'),
  ...QueueEntry.entries,
  services: listOf(v.string(), 'Services that report the queue.'),
  at: amount('Time of the figures, Unix ms.'),
  attention: listOf(QueueAttention, 'Reasons, worst first.'),
  actions: listOf(oneOf(QUEUE_CAPABILITIES, 'An action.'), 'Actions that this Zenith can perform on the queue.'),
  readOnly: flag('Whether an option of Zenith makes the queue read-only.'),
  samples: listUpTo(60, QueueSample, 'Recent samples, oldest first.'),
  past: optional(QueuePast),
})
export type QueueView = Infer<typeof QueueView>

export const QueueDetail = object('A queue.', { view: QueueView })
export type QueueDetail = Infer<typeof QueueDetail>

export const SourceView = object('A queue source that this Zenith is connected to.', {
  driver: oneOf(QUEUE_DRIVERS, 'Driver of the source.'),
  place: text('Location of the source, without secrets.'),
  isRead: flag('Whether Zenith has tried to read it.'),
  error: orNull(text('Why it cannot be read; null if it can, or was not tried yet.')),
  queues: orNull(count('Number of queues; null if unknown.')),
  left: optional(count('Number of queues found beyond the limit, which are not shown; omitted if there are none.')),
})
export type SourceView = Infer<typeof SourceView>

export const SourceListing = listing(SourceView)
export type SourceListing = Infer<typeof SourceListing>

export const QueueListing = object('A part of a list.', {
  ...listingFields(QueueView),
  partial: optional(
    flag('Whether the archive has more queues of the time: at most 2,000 are listed, those read last.'),
  ),
})
export type QueueListing = Infer<typeof QueueListing>

export const UnreadQueue = object('A queue that could not be read.', {
  key: text('Key of the queue.'),
  error: text('Why it could not be read.'),
})
export type UnreadQueue = Infer<typeof UnreadQueue>
