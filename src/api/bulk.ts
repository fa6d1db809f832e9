import * as v from 'valibot'
import { JOB_STATES } from '../protocol/queues.js'
import { JOB_ACTIONS } from './actions.js'
import { listing, listingFields } from './listing.js'
import { amount, count, flag, type Infer, listOf, object, oneOf, optional, orNull, text, time } from './schema.js'
import { BULK_PHASES } from './words.js'

export const JobSelection = object('A selection of jobs.', {
  queues: listOf(v.string(), 'Keys of the queues.'),
  state: oneOf(JOB_STATES, 'State of the jobs.'),
  ids: orNull(listOf(v.string(), 'Only jobs with these ids.')),
  name: orNull(text('Only jobs with this name.')),
  fingerprint: orNull(text('Only jobs whose error has this fingerprint.')),
  text: orNull(text('Only jobs whose id, name or error contains this text.')),
})
export type JobSelection = Infer<typeof JobSelection>

export const BulkReason = object('Jobs with the same reason.', {
  reason: text('The reason.'),
  count: count('Number of jobs.'),
})
export type BulkReason = Infer<typeof BulkReason>

export const BulkOperation = object('An action on many jobs.', {
  id: text('Id of the operation.'),
  action: oneOf(JOB_ACTIONS, 'The action.'),
  selection: JobSelection,
  user: orNull(text('User who created the operation.')),
  phase: oneOf(BULK_PHASES, 'Phase of the operation.'),
  asOf: amount('Unix ms. The operation covers the jobs that existed at this time.'),
  startedAt: time('When the operation started to change jobs.'),
  endedAt: time('When the operation ended.'),
  looked: count('Jobs examined.'),
  total: orNull(count('Jobs in this state; null if unknown.')),
  eligible: count('Jobs that the operation affects.'),
  notEligible: listOf(
    BulkReason,
    'Matching jobs that the operation does not affect, and jobs that could not be examined.',
  ),
  isPartial: flag('Whether more jobs matched than one operation can include.'),
  succeeded: count('Jobs known to be done so far.'),
  skipped: listOf(BulkReason, 'Jobs not done, or with an unknown outcome; after the end, all other jobs.'),
  unknown: count('Skipped jobs with an unknown outcome.'),
  resumable: flag('Whether any Zenith can continue with the remaining jobs.'),
  error: orNull(text('Error that ended the operation.')),
})
export type BulkOperation = Infer<typeof BulkOperation>

export const BulkResult = object('Outcome for one job.', {
  queue: text('Key of the queue.'),
  id: text('Id of the job.'),
  ok: flag('Whether the action was done.'),
  reason: orNull(text('Why it was not done.')),
})
export type BulkResult = Infer<typeof BulkResult>

export const BulkResultListing = listing(BulkResult)
export type BulkResultListing = Infer<typeof BulkResultListing>

export const BulkListing = object('A part of a list of operations.', {
  ...listingFields(BulkOperation),
  leftOut: optional(count('Number of operations beyond the limits, which Zenith does not read.')),
})
export type BulkListing = Infer<typeof BulkListing>
