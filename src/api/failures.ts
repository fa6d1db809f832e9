import { UnreadQueue } from './queues.js'
import { count, type Infer, listOf, object, optional, text, time } from './schema.js'

export const FailureGroup = object('Failed jobs with the same kind of error.', {
  fingerprint: text('Fingerprint of the error.'),
  name: text('Name of the jobs.'),
  title: text('The error without its varying parts, such as `Timeout after # ms for <email>`; at most 200 characters.'),
  error: text('The newest error.'),
  queues: listOf(
    object('A queue with these jobs.', {
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
  sample: object('One of the jobs.', {
    queue: text('Key of its queue.'),
    id: text('Id of the job.'),
  }),
})
export type FailureGroup = Infer<typeof FailureGroup>

export const FailureListing = object('Failed jobs of all queues, in groups.', {
  groups: listOf(FailureGroup),
  partial: listOf(
    object('A queue whose older failures were not read.', {
      key: text('Key of the queue.'),
      looked: count('Failures read.'),
      total: count('All failures.'),
    }),
  ),
  failed: listOf(UnreadQueue, 'Queues that could not be read.'),
  left: optional(count('Number of groups not listed, with older failures; omitted if there are none.')),
})
export type FailureListing = Infer<typeof FailureListing>
