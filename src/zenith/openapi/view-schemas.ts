import {
  type ExceptionGroup,
  type HealthReason,
  JOB_STATES,
  type NodeSample,
  type NodeState,
  type NodeView,
  type Overview,
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
import { amount, count, flag, type JsonSchema, listOf, objectOf, oneOf, orNull, percent, text } from './schema.js'

/** What Zenith makes of the records. */

export const NODE_STATES = ['live', 'lost', 'left'] as const satisfies readonly NodeState[]

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })

const trafficPoint = objectOf<TrafficPoint>('A stretch of time, merged over the nodes of a service.', {
  at: amount("Unix ms of the stretch's end."),
  rate: amount('Per second.'),
  errorRate: orNull(percent('Null when nothing was requested.')),
  p50: orNull(amount('ms; null when nothing was measured.')),
  p95: orNull(amount('ms')),
  p99: orNull(amount('ms')),
})

const seriesView = objectOf<SeriesView>('One route or job, merged over the nodes.', {
  key: text('`GET /users/:id`, a job’s name, `(other)` or `(unmatched)`.'),
  queue: orNull(text('Of a job.')),
  count: count('Requests, or attempts.'),
  errors: count('Answered with 5xx; attempts that failed.'),
  aborted: count('Whose client went away.'),
  p50: orNull(amount('ms')),
  p95: orNull(amount('ms')),
  p99: orNull(amount('ms')),
})

const nodeSample = objectOf<NodeSample>('One beat of a node.', {
  at: amount("Unix ms, by the node's clock."),
  cpu: orNull(amount('Process CPU, 0–100.')),
  rss: orNull(amount('Resident set, bytes.')),
  loop: orNull(amount('Event-loop delay p99, ms.')),
  rate: orNull(amount('Requests per second.')),
})

const TRUST = ['signed', 'unsigned', 'forged'] as const

const untrustedFields = {
  unsigned: count('That have no signature.'),
  forged: count('Whose signature does not fit.'),
}

const nodeView = objectOf<NodeView>('One node.', {
  key: text('Unique over the fleet.'),
  service: text('Its service.'),
  id: text('Its id.'),
  state: oneOf(NODE_STATES, 'lost: stopped beating without a word; left: said good-bye.'),
  lastSeen: amount('Unix ms of the last beat.'),
  heartbeat: orNull(ref('Heartbeat')),
  samples: { ...listOf(nodeSample, 'Oldest first.'), maxItems: 60 },
  trust: orNull(oneOf(TRUST, 'Of its last beat; null when Zenith has no token, or there is no beat.')),
})

const serviceView = objectOf<ServiceView>('One service now.', {
  service: text('Its name.'),
  environments: listOf({ type: 'string' }, 'Of its nodes.'),
  nodes: objectOf<Record<NodeState, number>>('How many nodes are in each state.', {
    live: count('Beat.'),
    lost: count('Stopped beating.'),
    left: count('Said good-bye.'),
  }),
  health: objectOf<ServiceView['health']>('100 less what the reasons cost.', {
    score: orNull(percent('Null when no node is live.')),
    reasons: listOf(
      objectOf<HealthReason>('One thing that takes points.', { text: text('In words.'), cost: amount('Points.') }),
    ),
  }),
  requests: orNull(ref('TrafficPoint')),
  jobs: orNull(ref('TrafficPoint')),
  traffic: listOf(ref('TrafficPoint'), 'The last 15 minutes, oldest first, in steps of 15 s.'),
  routes: listOf(ref('SeriesView'), 'The 20 busiest of the last five minutes.'),
  jobSeries: listOf(ref('SeriesView'), 'The 20 busiest of the last five minutes.'),
  untrusted: orNull(ref('UntrustedCounts')),
})

const servicePeriodFields = {
  service: text('Its name.'),
  period: oneOf(PERIODS, 'How far back.'),
  requests: orNull(ref('TrafficPoint')),
  jobs: orNull(ref('TrafficPoint')),
  traffic: listOf(ref('TrafficPoint'), 'Oldest first; steps of 15 s, of 30 s for `15m`, of 60 s for `1h`.'),
  routes: listOf(ref('SeriesView'), 'By count.'),
  jobSeries: listOf(ref('SeriesView'), 'By count.'),
}

const storeHealth = objectOf<StoreHealth>('Whether the store answers.', {
  ok: flag('It does.'),
  kind: text('`redis` or `memory`.'),
  latencyMs: orNull(amount('Of the last question, ms.')),
  error: orNull(text('What is wrong, in words and without secrets; with `ok`, why a part could not be read.')),
})

const slowGroup = objectOf<SlowGroup>('Slow requests or jobs of one name.', {
  service: text('Their service.'),
  kind: oneOf(SLOW_KINDS, 'What they are.'),
  name: text('Their name.'),
  count: count('How many of them.'),
  slowestMs: amount('ms'),
  last: amount('Unix ms of the newest.'),
  thresholdMs: orNull(amount('Of the newest, ms.')),
})

const exceptionGroup = objectOf<ExceptionGroup>('Exceptions of one origin.', {
  service: text('Their service.'),
  fingerprint: text('What they have in common.'),
  name: text("The newest's class."),
  message: text("The newest's message."),
  count: count('How many of them.'),
  handled: count('How many of these the app handled or will retry.'),
  first: amount('Unix ms of the oldest.'),
  last: amount('Unix ms of the newest.'),
  routes: { ...listOf({ type: 'string' }, 'Where it happened, the most frequent first.'), maxItems: 5 },
  sample: ref('ExceptionRecord'),
})

const queueSample = objectOf<QueueSample>('A queue at one moment.', {
  at: amount('Unix ms'),
  backlog: orNull(count('Jobs that could start.')),
  in: orNull(amount('Jobs that came, per minute.')),
  out: orNull(amount('Jobs that ended, per minute.')),
})

const queueView = objectOf<QueueView>('One queue.', {
  key: text('Names it in URLs.'),
  name: text('Its name.'),
  driver: oneOf(QUEUE_DRIVERS, 'Its system.'),
  place: orNull(text('Where it is, without secrets.')),
  server: orNull(text('Which server that is.')),
  metrics: objectOf<QueueMetrics>('Jobs in each state; null: not known, or there is no such state.', {
    waiting: orNull(count('May start now.')),
    prioritized: orNull(count('May start now, in the order of priorities.')),
    active: orNull(count('Run.')),
    delayed: orNull(count('Not before a time.')),
    waitingChildren: orNull(count('Until those that they are made of have ended.')),
    completed: orNull(count('That are kept.')),
    failed: orNull(count('That are kept.')),
  }),
  states: listOf(oneOf(JOB_STATES, 'A state.'), 'Those that it has.'),
  approximate: flag('The counts are estimates of the system itself.'),
  paused: orNull(flag('Nothing is started.')),
  oldestMs: orNull(amount('Age of the job that has waited longest, ms.')),
  overdueMs: orNull(amount('For how long the most overdue job has been due, ms.')),
  throughput: orNull(
    objectOf<QueueThroughput>('Jobs per minute.', {
      in: orNull(amount('That came.')),
      out: orNull(amount('That ended.')),
    }),
  ),
  workers: orNull(count('Connected.')),
  capabilities: listOf(oneOf(QUEUE_CAPABILITIES, 'One.'), 'What can be done with such a queue.'),
  error: orNull(text('Why it could not be read.')),
  meta: orNull({ description: 'What else its driver knows.', type: 'object' }),
  services: listOf({ type: 'string' }, 'Who reports it.'),
  at: amount('When its figures were taken, Unix ms.'),
  attention: listOf(
    objectOf<QueueAttention>('Why it needs attention.', {
      kind: oneOf(QUEUE_TROUBLES, 'In a word.'),
      text: text('In words.'),
    }),
    'Worst first.',
  ),
  actions: listOf(oneOf(QUEUE_CAPABILITIES, 'One.'), 'What this Zenith can do with it.'),
  readOnly: flag('An option of Zenith forbids to change it.'),
  samples: { ...listOf(queueSample, 'Oldest first.'), maxItems: 60 },
})

const overviewFields = {
  services: listOf(ref('ServiceView')),
  nodes: listOf(ref('NodeView')),
  queues: listOf(ref('QueueView')),
  unreadable: count('How many records could not be read.'),
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
    'What is not signed with the token of Zenith, now or lately.',
    untrustedFields,
  ),
  UntrustedRecords: objectOf<UntrustedRecords>('The same over all services.', {
    ...untrustedFields,
    leftOut: flag('They are left out of everything else.'),
  }),
  SlowGroup: slowGroup,
  ExceptionGroup: exceptionGroup,
  ServicePeriod: objectOf<ServicePeriod>('One service over a period.', servicePeriodFields),
  ServiceDetail: objectOf<ServiceDetail>('One service over a period, and what belongs to it.', {
    ...servicePeriodFields,
    view: ref('ServiceView'),
    nodes: listOf(ref('NodeView')),
    slow: { ...listOf(ref('SlowEntry'), 'Newest first.'), maxItems: 100 },
    exceptions: listOf(ref('ExceptionGroup'), 'Newest first.'),
  }),
  Overview: objectOf<Overview>('The whole state.', {
    at: amount('When Zenith read it, Unix ms by its clock.'),
    ...overviewFields,
    slow: { ...listOf(ref('SlowEntry'), 'Newest first.'), maxItems: 100 },
    exceptions: { ...listOf(ref('ExceptionRecord'), 'Newest first.'), maxItems: 100 },
  }),
  PulseDifference: objectOf<PulseDifference>('The data of an event `system_pulse`: what changed.', {
    full: { description: 'The whole state is an Overview with `full: true`.', const: false },
    at: amount('Unix ms.'),
    ...overviewFields,
    goneNodes: listOf({ type: 'string' }, 'Keys of nodes that are gone.'),
    goneServices: listOf({ type: 'string' }, 'Names of services that are gone.'),
    goneQueues: listOf({ type: 'string' }, 'Keys of queues that are gone.'),
  }),
}
