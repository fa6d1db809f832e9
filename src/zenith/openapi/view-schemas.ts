import {
  type ExceptionGroup,
  type HealthReason,
  JOB_STATES,
  type LeftOut,
  type NodeSample,
  type NodeState,
  type NodeView,
  type Overview,
  type OverviewTotals,
  PERIODS,
  type PulseDifference,
  QUEUE_CAPABILITIES,
  QUEUE_DRIVERS,
  QUEUE_TROUBLES,
  type QueueAttention,
  type QueueMetrics,
  type QueueSample,
  type QueueThroughput,
  type QueueView,
  type SeriesView,
  type ServiceDetail,
  type ServicePeriod,
  type ServiceView,
  SLOW_KINDS,
  type SlowGroup,
  type StoreHealth,
  type TrafficPoint,
  type UntrustedCounts,
  type UntrustedRecords,
} from '../../protocol/index.js'
import {
  amount,
  count,
  difference,
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

/** Views that Zenith computes from records. */

export const NODE_STATES = ['live', 'lost', 'left'] as const satisfies readonly NodeState[]

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })

const trafficPoint = objectOf<TrafficPoint>('Traffic in a time span, merged over the nodes of a service.', {
  at: amount('End of the span, Unix ms.'),
  rate: amount('Requests or jobs per second.'),
  errorRate: orNull(percent('Error rate, 0–100; null without requests.')),
  p50: orNull(amount('Median duration, ms; null without measurements.')),
  p95: orNull(amount('95th percentile of durations, ms.')),
  p99: orNull(amount('99th percentile of durations, ms.')),
})

const seriesView = objectOf<SeriesView>('A route or job, merged over the nodes.', {
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

const nodeSample = objectOf<NodeSample>('A sample from one beat of a node.', {
  at: amount('Time of the beat, Unix ms by the node’s clock.'),
  cpu: orNull(amount('Process CPU, 0–100.')),
  rss: orNull(amount('Resident set size, bytes.')),
  loop: orNull(amount('Event-loop delay p99, ms.')),
  rate: orNull(amount('Requests per second.')),
})

const TRUST = ['signed', 'unsigned', 'forged'] as const

const untrustedFields = {
  unsigned: count('Records without a signature.'),
  forged: count('Records with a wrong signature.'),
}

const nodeView = objectOf<NodeView>('A node.', {
  key: text('Key of the node, unique in the fleet.'),
  service: text('Name of its service.'),
  id: text('Id of the node.'),
  state: oneOf(NODE_STATES, 'State of the node; `lost`: stopped beating unexpectedly; `left`: shut down cleanly.'),
  lastSeen: amount('Time of the last beat, Unix ms.'),
  clockAhead: orNull(
    difference('How far its clock is ahead of the store’s, ms; negative: behind; 0: less than 2 s; null: unknown.'),
  ),
  heartbeat: orNull(ref('Heartbeat')),
  samples: { ...listOf(nodeSample, 'Recent samples, oldest first.'), maxItems: 60 },
  trust: orNull(oneOf(TRUST, 'Trust in its last beat; null if Zenith has no token, or if there is no beat.')),
})

const serviceView = objectOf<ServiceView>('The current state of a service.', {
  service: text('Name of the service.'),
  environments: listOf({ type: 'string' }, 'Environments of its nodes.'),
  nodes: objectOf<Record<NodeState, number>>('Number of nodes in each state.', {
    live: count('Live nodes.'),
    lost: count('Nodes that stopped beating unexpectedly.'),
    left: count('Nodes that shut down cleanly.'),
  }),
  health: objectOf<ServiceView['health']>('Health of the service.', {
    score: orNull(percent('100 minus the cost of the reasons; null if no node is live.')),
    reasons: listOf(
      objectOf<HealthReason>('A reason for lower health.', {
        text: text('Description of the reason.'),
        cost: amount('Points it takes.'),
      }),
    ),
  }),
  requests: orNull(ref('TrafficPoint')),
  jobs: orNull(ref('TrafficPoint')),
  traffic: listOf(ref('TrafficPoint'), 'Traffic of the last 15 minutes, oldest first, in steps of 15 s.'),
  routes: listOf(ref('SeriesView'), 'The 20 busiest routes of the last five minutes.'),
  jobSeries: listOf(ref('SeriesView'), 'The 20 busiest jobs of the last five minutes.'),
  untrusted: orNull(ref('UntrustedCounts')),
})

const servicePeriodFields = {
  service: text('Name of the service.'),
  period: oneOf(PERIODS, 'Length of the period.'),
  requests: orNull(ref('TrafficPoint')),
  jobs: orNull(ref('TrafficPoint')),
  traffic: listOf(ref('TrafficPoint'), 'Traffic, oldest first, in steps of 15 s (30 s for `15m`, 60 s for `1h`).'),
  routes: listOf(ref('SeriesView'), 'Routes by count.'),
  jobSeries: listOf(ref('SeriesView'), 'Jobs by count.'),
}

const storeHealth = objectOf<StoreHealth>('Health of the store.', {
  ok: flag('Whether the store answers.'),
  kind: text('Kind of the store: `redis` or `memory`.'),
  latencyMs: orNull(amount('Latency of the last command, ms.')),
  error: orNull(text('The error, without secrets; with `ok`, why a part could not be read.')),
})

const slowGroup = objectOf<SlowGroup>('Slow requests or jobs with the same name.', {
  service: text('Name of the service.'),
  kind: oneOf(SLOW_KINDS, 'Kind of the entries.'),
  name: text('Name of the route or job.'),
  count: count('Number of entries.'),
  slowestMs: amount('Longest duration, ms.'),
  last: amount('Time of the newest entry, Unix ms.'),
  thresholdMs: orNull(amount('Threshold of the newest entry, ms.')),
})

const exceptionGroup = objectOf<ExceptionGroup>('Exceptions with the same origin.', {
  service: text('Name of the service.'),
  fingerprint: text('Fingerprint of the exceptions.'),
  name: text('Class of the newest exception.'),
  message: text('Message of the newest exception.'),
  count: count('Number of exceptions.'),
  handled: count('Number of exceptions that the app handled or will retry.'),
  first: amount('Time of the oldest exception, Unix ms.'),
  last: amount('Time of the newest exception, Unix ms.'),
  routes: { ...listOf({ type: 'string' }, 'Routes where it happened, the most frequent first.'), maxItems: 5 },
  sample: ref('ExceptionRecord'),
})

const queueSample = objectOf<QueueSample>('The state of a queue at one moment.', {
  at: amount('Time of the sample, Unix ms.'),
  backlog: orNull(count('Jobs that are ready to start.')),
  in: orNull(amount('Jobs added per minute.')),
  out: orNull(amount('Jobs ended per minute.')),
})

const queueView = objectOf<QueueView>('A queue.', {
  key: text('Key of the queue, used in URLs.'),
  name: text('Name of the queue.'),
  driver: oneOf(QUEUE_DRIVERS, 'Driver of the queue.'),
  place: orNull(text('Location of the queue, without secrets.')),
  server: orNull(text('Identity of the server.')),
  metrics: objectOf<QueueMetrics>('Number of jobs in each state; null if unknown, or if there is no such state.', {
    waiting: orNull(count('Jobs that are ready to start.')),
    prioritized: orNull(count('Jobs that are ready to start, by priority.')),
    active: orNull(count('Running jobs.')),
    delayed: orNull(count('Jobs that start later.')),
    waitingChildren: orNull(count('Jobs that wait for their children.')),
    completed: orNull(count('Stored completed jobs.')),
    failed: orNull(count('Stored failed jobs.')),
  }),
  states: listOf(oneOf(JOB_STATES, 'A state.'), 'States that the queue has.'),
  approximate: flag('Whether the counts are estimates by the system.'),
  paused: orNull(flag('Whether the queue is paused.')),
  oldestMs: orNull(amount('Age of the job that has waited longest, ms.')),
  overdueMs: orNull(amount('How long the most overdue job has been due, ms.')),
  throughput: orNull(
    objectOf<QueueThroughput>('Jobs per minute.', {
      in: orNull(amount('Jobs added.')),
      out: orNull(amount('Jobs ended.')),
    }),
  ),
  workers: orNull(count('Connected workers.')),
  capabilities: listOf(oneOf(QUEUE_CAPABILITIES, 'A capability.'), 'Capabilities of such a queue.'),
  error: orNull(text('Why the queue could not be read.')),
  meta: orNull({ description: 'Other details from the driver.', type: 'object' }),
  services: listOf({ type: 'string' }, 'Services that report the queue.'),
  at: amount('Time of the figures, Unix ms.'),
  attention: listOf(
    objectOf<QueueAttention>('A reason why the queue needs attention.', {
      kind: oneOf(QUEUE_TROUBLES, 'Kind of the reason.'),
      text: text('Description of the reason.'),
    }),
    'Reasons, worst first.',
  ),
  actions: listOf(oneOf(QUEUE_CAPABILITIES, 'An action.'), 'Actions that this Zenith can perform on the queue.'),
  readOnly: flag('Whether an option of Zenith makes the queue read-only.'),
  samples: { ...listOf(queueSample, 'Recent samples, oldest first.'), maxItems: 60 },
})

const leftOut: JsonSchema = {
  description: 'What Zenith does not read because of a limit; a field is missing if nothing is left out.',
  type: 'object',
  properties: {
    nodes: count('Nodes beyond 10,000 in the index, or beyond 64 MB of heartbeats.'),
    services: count('Services beyond the first 1,000: their nodes are listed, but their records are not read.'),
    queues: count('Queues beyond 5,000 per snapshot, 10,000 reported, or 20,000 remembered.'),
    snapshots: count('Queue snapshots beyond 1,000 in the index, or beyond 64 MB of text.'),
    values: count('Values larger than a record may be, which are not loaded.'),
    documents: count('Zenith’s own documents beyond 2,000 of a kind, larger than 4 MB, or beyond 64 MB in total.'),
    sketches: count('Durations missing in percentiles: beyond 64 MB of sketches.'),
    rollups: count('Node intervals missing in all figures: beyond 1,000,000 in the last 15 minutes.'),
  },
} satisfies JsonSchema & { properties: { readonly [K in keyof LeftOut]-?: JsonSchema } }

const overviewFields = {
  totals: objectOf<OverviewTotals>('Total numbers. A shorter list has only a part of the items.', {
    services: count('Number of services.'),
    nodes: count('Number of nodes.'),
    queues: count('Number of queues.'),
  }),
  leftOut: orNull(leftOut),
  services: listOf(ref('ServiceView')),
  nodes: listOf(ref('NodeView')),
  queues: listOf(ref('QueueView')),
  unreadable: count('Number of unreadable records.'),
  untrusted: orNull(ref('UntrustedRecords')),
  store: ref('StoreHealth'),
}

export const VIEW_SCHEMAS = {
  TrafficPoint: trafficPoint,
  SeriesView: seriesView,
  NodeView: nodeView,
  ServiceView: serviceView,
  QueueView: queueView,
  StoreHealth: storeHealth,
  UntrustedCounts: objectOf<UntrustedCounts>(
    'Recent records that are not signed with Zenith’s token.',
    untrustedFields,
  ),
  UntrustedRecords: objectOf<UntrustedRecords>('Untrusted records of all services.', {
    ...untrustedFields,
    leftOut: flag('Whether untrusted records are left out of all figures and lists.'),
  }),
  SlowGroup: slowGroup,
  ExceptionGroup: exceptionGroup,
  ServicePeriod: objectOf<ServicePeriod>('A service over a period.', servicePeriodFields),
  ServiceDetail: withOptional(
    {
      partial: listOf(
        oneOf(['nodes', 'slow', 'exceptions'], 'Name of a list.'),
        'Incomplete lists: they exceed 2 MB in total, or could not be read in time.',
      ),
    },
    objectOf<Omit<ServiceDetail, 'partial'>>('A service over a period, with its nodes, slow entries and exceptions.', {
      ...servicePeriodFields,
      view: ref('ServiceView'),
      nodes: listOf(ref('NodeView')),
      slow: { ...listOf(ref('SlowEntry'), 'Newest first.'), maxItems: 100 },
      exceptions: listOf(ref('ExceptionGroup'), 'Newest first.'),
    }),
  ),
  Overview: objectOf<Overview>('The state of the fleet, or a part of it of at most 2 MB.', {
    at: amount('When Zenith read the state, Unix ms by its own clock.'),
    ...overviewFields,
    slow: { ...listOf(ref('SlowEntry'), 'Newest first.'), maxItems: 100 },
    exceptions: { ...listOf(ref('ExceptionRecord'), 'Newest first.'), maxItems: 100 },
  }),
  PulseDifference: objectOf<PulseDifference>('Data of the event `system_pulse`: the changes.', {
    full: { description: 'False; an Overview with `full: true` has the whole state.', const: false },
    at: amount('Time of the changes, Unix ms.'),
    ...overviewFields,
    goneNodes: listOf({ type: 'string' }, 'Keys of removed nodes.'),
    goneServices: listOf({ type: 'string' }, 'Names of removed services.'),
    goneQueues: listOf({ type: 'string' }, 'Keys of removed queues.'),
  }),
}
