import * as v from 'valibot'
import { SLOW_KINDS } from '../protocol/slow-entry.js'
import { listingFields, recordListing } from './listing.js'
import { NodeView } from './nodes.js'
import { ExceptionRecord, SlowEntry } from './records.js'
import {
  amount,
  count,
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
import { UntrustedCounts } from './store.js'
import { PERIODS } from './words.js'

/** An error rate counts from this number of requests or jobs on: of fewer, one failure would be a bad rate. */
export const MIN_COUNTED = 20

/** A service whose score is below this is unhealthy. */
export const UNHEALTHY_BELOW = 60

export const TrafficPoint = object('Traffic in a time span, merged over the nodes of a service.', {
  at: amount('End of the span, Unix ms.'),
  count: count('Requests or jobs in the span.'),
  rate: amount('Requests or jobs per second.'),
  errorRate: orNull(percent('Error rate, 0–100; null without requests.')),
  p50: orNull(amount('Median duration, ms; null without measurements.')),
  p95: orNull(amount('95th percentile of durations, ms.')),
  p99: orNull(amount('99th percentile of durations, ms.')),
})
export type TrafficPoint = Infer<typeof TrafficPoint>

export const SeriesView = object('A route or job, merged over the nodes.', {
  key: text('Name of the route or job: `GET /users/:id`, the job’s name, `(other)` or `(unmatched)`.'),
  queue: orNull(text('Queue of the job.')),
  count: count('Requests, or attempts whose outcome the queue accepted.'),
  errors: count('Requests answered with 5xx, or failed attempts.'),
  aborted: count('Requests whose client disconnected.'),
  failed: count('Jobs that failed with no attempts left.'),
  stalled: count('Number of stalls: the worker lost the lock, and the job ran again or was abandoned.'),
  p50: orNull(amount('Median duration, ms.')),
  p95: orNull(amount('95th percentile of durations, ms.')),
  p99: orNull(amount('99th percentile of durations, ms.')),
})
export type SeriesView = Infer<typeof SeriesView>

export const HealthReason = object('A reason for lower health.', {
  text: text('Description of the reason.'),
  cost: amount('Points it takes.'),
})
export type HealthReason = Infer<typeof HealthReason>

export const ServiceView = object('The current state of a service.', {
  service: text('Name of the service.'),
  environments: listOf(v.string(), 'Environments of its nodes.'),
  nodes: object('Number of nodes in each state.', {
    live: count('Live nodes.'),
    lost: count('Nodes that stopped beating unexpectedly.'),
    left: count('Nodes that shut down cleanly.'),
    replaced: count('Nodes that stopped beating unexpectedly, and whose place a new node took.'),
  }),
  health: object('Health of the service.', {
    score: orNull(
      percent(
        '100 minus the cost of the reasons; 0 if no node is live and at least one is lost; null if all nodes shut down cleanly.',
      ),
    ),
    reasons: listOf(HealthReason),
  }),
  requests: orNull(TrafficPoint),
  jobs: orNull(TrafficPoint),
  traffic: listOf(
    TrafficPoint,
    'Traffic of the last 15 minutes, oldest first, in steps of 15 s. Steps in which no node was seen are left out.',
  ),
  routes: listOf(SeriesView, 'The 20 busiest routes of the last five minutes.'),
  jobSeries: listOf(SeriesView, 'The 20 busiest jobs of the last five minutes.'),
  untrusted: orNull(UntrustedCounts),
})
export type ServiceView = Infer<typeof ServiceView>

const periodFields = {
  service: text('Name of the service.'),
  period: oneOf(PERIODS, 'Length of the period; for a window, the shortest one that is as long.'),
  from: amount('Start of the time that the figures cover, Unix ms.'),
  to: amount('End of that time, Unix ms: all nodes have reported up to then.'),
  requests: orNull(TrafficPoint),
  jobs: orNull(TrafficPoint),
  traffic: listOf(
    TrafficPoint,
    'Traffic, oldest first, in steps of 15 s (30 s for `15m`, 60 s for `1h`, `step` for longer times). Steps in which no node was seen are left out.',
  ),
  step: optional(amount('Length of a step of the archive, ms; omitted for the last hour.')),
  routes: listOf(SeriesView, 'Routes by count.'),
  jobSeries: listOf(SeriesView, 'Jobs by count.'),
}

export const ServicePeriod = object('A service over a period.', periodFields)
export type ServicePeriod = Infer<typeof ServicePeriod>

export const ServicePeriodListing = object('A part of the services.', {
  ...listingFields(ServicePeriod),
  unread: optional(
    listOf(text('Name of a service.'), 'Services that could not be read in time, which are missing here.'),
  ),
})
export type ServicePeriodListing = Infer<typeof ServicePeriodListing>

export const SlowGroup = object('Slow requests or jobs with the same name.', {
  service: text('Name of the service.'),
  kind: oneOf(SLOW_KINDS, 'Kind of the entries.'),
  name: text('Name of the route or job.'),
  count: count('Number of entries.'),
  slowestMs: amount('Longest duration, ms.'),
  last: amount('Time of the newest entry, Unix ms.'),
  thresholdMs: orNull(amount('Threshold of the newest entry, ms.')),
})
export type SlowGroup = Infer<typeof SlowGroup>

export const SlowListing = recordListing(SlowEntry)
export type SlowListing = Infer<typeof SlowListing>
export const SlowGroupListing = recordListing(SlowGroup)
export type SlowGroupListing = Infer<typeof SlowGroupListing>

export const ExceptionMinutes = object(
  'Recorded exceptions by minute: the whole minutes of the requested time, else of the last hour.',
  {
    start: amount('Start of the first minute, Unix ms.'),
    counts: listUpTo(
      61,
      orNull(
        count(
          'Number of exceptions; null: Zenith did not read all of this minute, as it reads only the newest of a service.',
        ),
      ),
    ),
  },
)
export type ExceptionMinutes = Infer<typeof ExceptionMinutes>

export const ExceptionGroup = object('Exceptions with the same origin.', {
  service: text('Name of the service.'),
  fingerprint: text('Fingerprint of the exceptions.'),
  name: text('Class of the newest exception.'),
  message: text('Message of the newest exception.'),
  count: count('Number of exceptions.'),
  handled: count('Number of exceptions that the app handled or will retry.'),
  first: amount('Time of the oldest exception, Unix ms.'),
  last: amount('Time of the newest exception, Unix ms.'),
  routes: listUpTo(5, v.string(), 'Routes and queues where it happened, the most frequent first.'),
  sample: ExceptionRecord,
  minutes: optional(ExceptionMinutes),
  failure: optional(
    text('Fingerprint of the same error among failed jobs, if a job failed with it: see `GET api/failures`.'),
  ),
})
export type ExceptionGroup = Infer<typeof ExceptionGroup>

export const ExceptionListing = recordListing(ExceptionRecord)
export type ExceptionListing = Infer<typeof ExceptionListing>
export const ExceptionGroupListing = recordListing(ExceptionGroup)
export type ExceptionGroupListing = Infer<typeof ExceptionGroupListing>

export const SERVICE_LISTS = ['nodes', 'slow', 'exceptions'] as const

export const ServiceDetail = object('A service over a period, with its nodes, slow entries and exceptions.', {
  ...periodFields,
  view: orNull(ServiceView),
  nodes: listOf(NodeView),
  slow: listUpTo(100, SlowEntry, 'Newest first.'),
  exceptions: listOf(ExceptionGroup, 'Newest first.'),
  partial: optional(
    listOf(
      oneOf(SERVICE_LISTS, 'Name of a list.'),
      'Incomplete lists: they exceed 2 MB in total, or could not be read in time.',
    ),
  ),
})
export type ServiceDetail = Infer<typeof ServiceDetail>
