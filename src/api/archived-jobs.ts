import { AuditEntry } from './audit.js'
import { PastAlerts } from './past-alerts.js'
import {
  always,
  amount,
  count,
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

/** Finished jobs of the archive. Times are Unix ms, durations ms. */

/** How an attempt ended; `retried`: it failed, and the queue was to try again. */
export const OUTCOMES = ['completed', 'failed', 'retried'] as const

const attemptFields = {
  queue: text('Key of the queue.'),
  queueName: text('Name of the queue.'),
  id: text('Id of the job.'),
  name: text('Name of the job.'),
  outcome: oneOf(OUTCOMES, 'How the attempt ended; `retried`: it failed, and the queue was to try again.'),
  attempt: orNull(count('Number of the attempt, from 1; null if unknown.')),
  addedAt: orNull(amount('When the job was added.')),
  startedAt: orNull(amount('When the attempt started; null if unknown.')),
  finishedAt: amount('When the attempt ended.'),
  waitMs: orNull(amount('Wait before the first attempt.')),
  runMs: orNull(amount('Run time; null if unknown, and for what never ran.')),
  service: orNull(text('Service whose worker ran it; null if unknown.')),
  node: orNull(text('Id of that node.')),
  error: orNull(text('Message of the failure, masked, at most 300 characters.')),
}

export const ArchivedJob = object('A finished attempt of a job.', attemptFields)
export type ArchivedJob = Infer<typeof ArchivedJob>

const withoutQueues = optional(
  always(
    true,
    'The search needs payloads, and found jobs only in queues whose payloads the principal may see; omitted if those are all.',
  ),
)

export const ArchivedJobListing = object('A page of finished attempts.', {
  items: listOf(ArchivedJob, 'Newest first.'),
  next: orNull(text('Pass it as `after` for the next page; null at the end.')),
  withoutQueues,
})
export type ArchivedJobListing = Infer<typeof ArchivedJobListing>

const Facet = object('A value, and how many attempts have it.', {
  value: text('The value.'),
  count: count('Number of attempts.'),
})
const facets = (what: string) => listUpTo(50, Facet, `${what}, the most frequent first.`)

export const ArchivedJobFacets = object('How many attempts have each value.', {
  total: count('Number of attempts that match.'),
  isPartial: flag(
    'Whether counting stopped, at 100,000 or after many payloads were read for a phrase: the counts are of the newest then.',
  ),
  withoutQueues,
  outcome: facets('Outcomes'),
  queueName: facets('Names of queues'),
  name: facets('Names of jobs'),
  service: facets('Services'),
})
export type ArchivedJobFacets = Infer<typeof ArchivedJobFacets>

export const ArchivedAttempt = object('A finished attempt with its payload.', {
  ...attemptFields,
  payload: orNull(
    object('The payload, masked.', {
      text: text('JSON, or any other text of the app.'),
      isCut: flag('Whether it was longer. Without any text: the payloads of newer attempts fill the answer.'),
    }),
  ),
})
export type ArchivedAttempt = Infer<typeof ArchivedAttempt>

export const ArchivedJobDetail = object('The life of a job, as the archive has it.', {
  queue: text('Key of the queue.'),
  id: text('Id of the job.'),
  attempts: listUpTo(1_000, ArchivedAttempt, 'Oldest first. An id may have been used again.'),
  audit: listUpTo(100, AuditEntry, 'What users did with it, newest first.'),
  auditSince: orNull(
    amount(
      'Time of the oldest line that was searched; null if the whole trail was. Bulk operations name no single job.',
    ),
  ),
  alerts: PastAlerts,
  payloads: flag('Whether the principal may see payloads.'),
})
export type ArchivedJobDetail = Infer<typeof ArchivedJobDetail>

export const ArchiveForgotten = object('Finished attempts that were deleted, or would be.', {
  attempts: count('Number of attempts: with `dryRun` those that match, else those that were deleted.'),
  isPartial: flag(
    'Whether counting stopped, at 100,000 or after many payloads were read for a phrase; false for what was deleted.',
  ),
})
export type ArchiveForgotten = Infer<typeof ArchiveForgotten>

export const QueueCompleteness = object('How many of a queue’s attempts the archive has.', {
  queueName: text('Name of the queue.'),
  service: orNull(text('Service whose workers ran them.')),
  archived: count('Attempts in the archive.'),
  counted: orNull(count('Attempts that the workers counted; null if no worker counts them.')),
})
export type QueueCompleteness = Infer<typeof QueueCompleteness>

export const Completeness = object('How complete the archive’s jobs are.', {
  from: amount('Unix ms.'),
  to: amount('Unix ms.'),
  queues: listUpTo(1_000, QueueCompleteness, 'By name.'),
  unopened: listUpTo(
    1_000,
    text('Name of a service.'),
    'Services of which jobs are without payloads, because Zenith could not open them: their workers have another `QUASAR_TOKEN`.',
  ),
})
export type Completeness = Infer<typeof Completeness>
