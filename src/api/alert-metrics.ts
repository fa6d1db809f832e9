/**
 * Figures that a rule can be about. Each belongs to a kind of subject: what an alert is about. A figure of a node can also be aggregated
 * over the nodes of each service.
 */

export const SUBJECT_KINDS = ['fleet', 'host', 'node', 'service', 'route', 'job', 'queue'] as const
/** host: a machine, by the name that its nodes report; job: the jobs of one name of a service. */
export type SubjectKind = (typeof SUBJECT_KINDS)[number]

export const METRIC_UNITS = ['percent', 'ms', 'bytes', 'count', 'perSecond', 'perMinute', 'times', 'cores'] as const
/** percent: 0–100; times: a ratio, `5` is five times as much. */
export type MetricUnit = (typeof METRIC_UNITS)[number]

export interface MetricSpec {
  readonly subject: SubjectKind
  readonly unit: MetricUnit
  /** In lists, and in messages: "CPU 93 %". */
  readonly label: string
  readonly description: string
  /** Whether more of it is worse. */
  readonly isBadWhen: 'high' | 'low'
}

const spec = (
  subject: SubjectKind,
  unit: MetricUnit,
  label: string,
  description: string,
  isBadWhen: 'high' | 'low' = 'high',
): MetricSpec => ({ subject, unit, label, description, isBadWhen })

/** By id. Figures without a time of their own are those of the newest heartbeat, or of the last read of a queue. */
export const METRICS = {
  'host.cpu': spec('host', 'percent', 'CPU of the host', 'CPU of the machine or container, of all usable cores.'),
  'host.memory': spec(
    'host',
    'percent',
    'memory of the host',
    'Used memory, of the total or of the container’s limit.',
  ),
  'host.diskFree': spec('host', 'percent', 'free disk', 'Free share of the fullest disk.', 'low'),
  'host.diskFreeBytes': spec('host', 'bytes', 'free disk space', 'Free space of the fullest disk.', 'low'),
  'host.load': spec('host', 'times', 'load per core', 'Load over 1 minute, divided by the usable cores.'),
  'node.cpu': spec('node', 'percent', 'CPU', 'CPU of the process, of all usable cores.'),
  'node.cores': spec('node', 'cores', 'busy cores', 'Cores that the process keeps busy.'),
  'node.throttled': spec(
    'node',
    'ms',
    'throttled time',
    'Time that the container’s quota throttled it between two heartbeats.',
  ),
  'node.rss': spec('node', 'bytes', 'resident memory', 'Resident set size of the process.'),
  'node.memory': spec(
    'node',
    'percent',
    'memory',
    'Resident set size, of the total memory or of the container’s limit.',
  ),
  'node.heap': spec('node', 'percent', 'heap', 'Used heap, of V8’s limit.'),
  'node.loopP99': spec('node', 'ms', 'event-loop delay', 'p99 of the event loop’s delays between two heartbeats.'),
  'node.loopMax': spec('node', 'ms', 'longest event-loop delay', 'The longest delay between two heartbeats.'),
  'node.loopUtilization': spec('node', 'percent', 'event-loop utilization', 'Time that the event loop was busy.'),
  'node.blockedMs': spec(
    'node',
    'ms',
    'blocked event loop',
    'How long the event loop has not turned, as the heartbeat thread of the app says; otherwise 0.',
  ),
  'node.gcMs': spec('node', 'ms', 'garbage collection', 'Garbage collection between two heartbeats.'),
  'node.inFlight': spec('node', 'count', 'requests in flight', 'Requests that are not answered yet.'),
  'node.oldestRequestMs': spec(
    'node',
    'ms',
    'oldest request in flight',
    'Age of the oldest request that is not answered yet.',
  ),
  'node.connections': spec('node', 'count', 'open connections', 'Open WebSockets, event streams and long polls.'),
  'node.dropped': spec(
    'node',
    'count',
    'dropped records',
    'Records that the recorder dropped in the last five minutes.',
  ),
  'node.clockAhead': spec('node', 'ms', 'clock difference', 'How far its clock is off the store’s, ahead or behind.'),
  'node.notReady': spec('node', 'count', 'not ready', '1 if the app reports that it is not ready, otherwise 0.'),
  'service.vanished': spec(
    'service',
    'count',
    'vanished nodes',
    'Nodes that are lost, or were replaced in the last minute by a node of the same app version: crashes and OOM kills, not deployments. A host on which the nodes of several services vanished is one subject.',
  ),
  'service.live': spec('service', 'count', 'live nodes', 'Nodes that send heartbeats.', 'low'),
  'service.health': spec('service', 'percent', 'health', 'Health score.', 'low'),
  'service.requestRate': spec('service', 'perSecond', 'requests per second', 'Of the last minute.', 'low'),
  'service.errorRate': spec('service', 'percent', 'request errors', 'Requests answered with 5xx, in five minutes.'),
  'service.p95': spec('service', 'ms', 'p95 of requests', 'p95 of the durations, in five minutes.'),
  'service.p99': spec('service', 'ms', 'p99 of requests', 'p99 of the durations, in five minutes.'),
  'service.jobRate': spec('service', 'perSecond', 'jobs per second', 'Attempts per second of the last minute.', 'low'),
  'service.jobFailures': spec(
    'service',
    'percent',
    'failed attempts',
    'Failed attempts of jobs, of all attempts in five minutes.',
  ),
  'service.jobFailuresTimes': spec(
    'service',
    'times',
    'failed attempts against the hour before',
    'Share of failed attempts in five minutes, divided by that of the hour before.',
  ),
  'service.jobP95': spec('service', 'ms', 'p95 of jobs', 'p95 of the run times, in five minutes.'),
  'service.exceptions': spec('service', 'count', 'exceptions', 'Recorded exceptions in five minutes.'),
  'service.untrusted': spec('service', 'count', 'untrusted records', 'Records without a valid signature.'),
  'route.count': spec('route', 'count', 'requests', 'Requests in five minutes.', 'low'),
  'route.errorRate': spec('route', 'percent', 'request errors', 'Requests answered with 5xx, in five minutes.'),
  'route.aborted': spec('route', 'percent', 'aborted requests', 'Requests whose client disconnected, in five minutes.'),
  'route.p95': spec('route', 'ms', 'p95', 'p95 of the durations, in five minutes.'),
  'route.p99': spec('route', 'ms', 'p99', 'p99 of the durations, in five minutes.'),
  'job.count': spec('job', 'count', 'attempts', 'Attempts in five minutes.', 'low'),
  'job.failures': spec('job', 'percent', 'failed attempts', 'Failed attempts, of all attempts in five minutes.'),
  'job.failed': spec('job', 'count', 'failed jobs', 'Jobs that failed with no attempts left, in five minutes.'),
  'job.stalled': spec('job', 'count', 'stalls', 'Workers that lost a job’s lock, in five minutes.'),
  'job.p95': spec('job', 'ms', 'p95', 'p95 of the run times, in five minutes.'),
  'job.sinceSuccess': spec(
    'job',
    'ms',
    'time since the last success',
    'Time since an attempt succeeded, as far as Zenith has seen.',
  ),
  'queue.backlog': spec('queue', 'count', 'backlog', 'Jobs that are ready to start.'),
  'queue.active': spec('queue', 'count', 'running jobs', 'Jobs that run.'),
  'queue.delayed': spec('queue', 'count', 'delayed jobs', 'Jobs that start later.'),
  'queue.failed': spec('queue', 'count', 'failed jobs', 'Failed jobs that the queue stores.'),
  'queue.oldestMs': spec('queue', 'ms', 'wait of the oldest job', 'How long the oldest job has been ready to start.'),
  'queue.overdueMs': spec(
    'queue',
    'ms',
    'overdue jobs',
    'How long the most overdue job, such as a scheduled one, has been due.',
  ),
  'queue.growingMs': spec('queue', 'ms', 'growing backlog', 'How long the backlog has been growing.'),
  'queue.workers': spec('queue', 'count', 'workers', 'Connected workers.', 'low'),
  'queue.unworked': spec(
    'queue',
    'count',
    'backlog without a worker',
    'Jobs that are ready while no worker is connected; 0 with a worker.',
  ),
  'queue.paused': spec(
    'queue',
    'count',
    'backlog of a paused queue',
    'Jobs that are ready while the queue is paused; 0 if it is not.',
  ),
  'queue.in': spec('queue', 'perMinute', 'added jobs', 'Jobs added per minute.', 'low'),
  'queue.out': spec('queue', 'perMinute', 'ended jobs', 'Jobs ended per minute.', 'low'),
  'queue.error': spec('queue', 'count', 'unreadable queue', '1 if Zenith cannot read the queue, otherwise 0.'),
  'fleet.storeAwayMs': spec('fleet', 'ms', 'Redis away', 'How long Redis has not answered.'),
  'fleet.storeRefusingMs': spec(
    'fleet',
    'ms',
    'Redis refuses writes',
    'How long Redis has answered and refused writes: it is full, a replica, or can’t save.',
  ),
  'fleet.archiveBehindMs': spec(
    'fleet',
    'ms',
    'archive behind',
    'How far the archive is behind, or how long it has failed.',
  ),
  'fleet.unreadable': spec('fleet', 'count', 'unreadable records', 'Records that Zenith cannot read.'),
  'fleet.leftOut': spec('fleet', 'count', 'left out', 'Nodes, services and queues beyond Zenith’s bounds.'),
  'fleet.nodes': spec('fleet', 'count', 'live nodes of the fleet', 'Nodes that send heartbeats.', 'low'),
} as const satisfies Readonly<Record<string, MetricSpec>>

export type Metric = keyof typeof METRICS
export const METRIC_IDS = Object.keys(METRICS) as readonly Metric[]
