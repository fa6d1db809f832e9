import { JOB_PLACES } from '../protocol/jobs.js'
import { JobSummary, SEARCH_STOPS } from './jobs.js'
import { always, amount, count, type Infer, listOf, listUpTo, object, oneOf, optional, orNull, text } from './schema.js'

/** Searches over all queues, and over everything that has a name or an id. */

export const QueueSearched = object('How far a queue was searched.', {
  key: text('Key of the queue.'),
  name: text('Name of the queue.'),
  scanned: count('Number of jobs that were read.'),
  total: count('Number of jobs in the searched states.'),
  skipped: count('Number of payloads too large to search.'),
  stopped: orNull(oneOf(SEARCH_STOPS, 'Why the search stopped before the end.')),
  error: orNull(text('Why the queue could not be searched.')),
  withoutPayloads: optional(
    always(true, 'Only ids, names and errors were searched: the principal may not see the payloads of this queue.'),
  ),
})
export type QueueSearched = Infer<typeof QueueSearched>

export const FoundJob = object('A job that matches.', {
  queue: text('Key of its queue.'),
  queueName: text('Name of its queue.'),
  job: JobSummary,
})
export type FoundJob = Infer<typeof FoundJob>

export const QueuesSearch = object('Results of a search over all queues.', {
  jobs: listOf(FoundJob),
  queues: listOf(QueueSearched, 'The queues that this request searched.'),
  total: count('Number of queues that Zenith can search.'),
  left: count(
    'Number of queues that Zenith knows and cannot search: it is not connected to them, or their system has no search.',
  ),
  perQueue: count('Maximum number of jobs that are read of one queue.'),
  next: optional(text('Value of `after` for the next request; omitted if all queues were searched.')),
})
export type QueuesSearch = Infer<typeof QueuesSearch>

export const FINDS = ['routes', 'exceptions', 'slow', 'jobs'] as const

/** Maximum number of results of one kind. */
const MOST = 10

export const Finds = object('Routes, exceptions, slow entries and jobs that match a text.', {
  routes: listUpTo(
    MOST,
    object('A route or job by its name.', {
      service: text('Name of the service.'),
      kind: oneOf(['request', 'job'], 'Whether it is a route or a job.'),
      name: text('Name of the route or job.'),
      queue: orNull(text('Name of the job’s queue; null for a route, or if it is unknown.')),
    }),
  ),
  exceptions: listUpTo(
    MOST,
    object('A group of exceptions.', {
      service: text('Name of the service.'),
      fingerprint: text('Fingerprint of the exceptions.'),
      name: text('Class of the newest.'),
      message: text('Message of the newest.'),
      requestId: orNull(text('Request id of the newest that matches.')),
      last: amount('Time of the newest, Unix ms.'),
    }),
  ),
  slow: listUpTo(
    MOST,
    object('A slow entry.', {
      service: text('Name of the service.'),
      name: text('Name of the route or job.'),
      requestId: orNull(text('Request id.')),
      traceId: orNull(text('Trace id.')),
      durationMs: amount('Duration, ms.'),
      ts: amount('End, Unix ms.'),
    }),
  ),
  jobs: listUpTo(
    MOST,
    object('A job with this id.', {
      queue: text('Key of its queue.'),
      queueName: text('Name of its queue.'),
      id: text('Id of the job.'),
      name: text('Name of the job.'),
      state: oneOf(JOB_PLACES, 'State of the job.'),
    }),
  ),
  searched: object('What was searched.', {
    services: count('Number of services whose routes, exceptions and slow entries were read.'),
    queues: count('Number of queues in which a job with this id was looked up.'),
    queuesLeft: count('Number of queues in which it was not.'),
  }),
  late: listOf(oneOf(FINDS, 'A kind of result.'), 'Kinds that were not searched to the end in time.'),
})
export type Finds = Infer<typeof Finds>
