import * as v from 'valibot'
import {
  EXCEPTION_KINDS,
  type ExceptionRecord as ExceptionRecordFields,
  type Heartbeat as HeartbeatFields,
  LANGUAGES,
  MAX_CHILDREN,
  PROTOCOL_VERSION,
  SLOW_KINDS,
  type SlowEntry as SlowEntryFields,
} from '../protocol/index.js'
import {
  always,
  amount,
  anyObject,
  difference,
  exactly,
  flag,
  listOf,
  listUpTo,
  mapOf,
  object,
  oneOf,
  orNull,
  text,
} from './schema.js'

/** Records of reporters, as Zenith returns them. */

const version = always(PROTOCOL_VERSION, 'Version of the protocol.')

const cpu = object('CPU usage.', {
  system: orNull(amount('CPU usage of the machine or container, in percent of all usable cores.')),
  process: orNull(amount('CPU usage of the process, in percent of all usable cores.')),
  processCores: orNull(amount('Number of cores that the process kept busy.')),
  cores: orNull(amount('Usable cores; may be a fraction because of a quota.')),
  load: orNull(
    v.pipe(
      v.tuple([v.number(), v.number(), v.number()]),
      v.readonly(),
      v.description('Load average over 1, 5 and 15 minutes.'),
    ),
  ),
  throttled: orNull(amount('Time throttled by the quota since the last beat, ms.')),
})

const memory = object('Memory, bytes.', {
  system: object('Memory of the machine or container.', {
    total: orNull(amount('Total memory.')),
    free: orNull(amount('Available memory.')),
    used: orNull(amount('Used memory.')),
    limit: orNull(amount('Limit of the container.')),
  }),
  process: object('Memory of the process.', {
    rss: orNull(amount('Resident set size.')),
    heapUsed: orNull(amount('Used heap.')),
    heapTotal: orNull(amount('Allocated heap.')),
    heapLimit: orNull(amount('Maximum size of the heap.')),
    external: orNull(amount('Memory of objects outside the heap.')),
    arrayBuffers: orNull(amount('Memory of array buffers.')),
  }),
})

const disk = object('A mounted file system.', {
  mount: text('Mount point.'),
  total: orNull(amount('Size, bytes.')),
  free: orNull(amount('Space available to the process, bytes.')),
  usedPct: orNull(difference('Used space, 0–100.')),
})

const eventLoop = object('The event loop over the last interval; delays in ms.', {
  utilization: orNull(amount('Utilization, 0–1.')),
  p50: orNull(amount('Median delay.')),
  p99: orNull(amount('99th percentile.')),
  max: orNull(amount('Longest delay.')),
  mean: orNull(amount('Mean delay.')),
})

const gc = object('Garbage collection during the last interval.', {
  count: orNull(amount('Number of pauses.')),
  totalMs: orNull(amount('Total duration, ms.')),
  maxMs: orNull(amount('Longest pause, ms.')),
})

const requests = object('Requests of the node over the last interval.', {
  rate: orNull(amount('Requests per second.')),
  errorRate: orNull(amount('Share of requests answered with 5xx, 0–100.')),
  p50: orNull(amount('Median duration, ms.')),
  p95: orNull(amount('95th percentile of durations, ms.')),
  p99: orNull(amount('99th percentile of durations, ms.')),
  inFlight: orNull(amount('Requests in flight.')),
  oldestMs: orNull(amount('Age of the oldest request in flight, ms.')),
})

const connections = object('WebSockets, event streams and long polls, which do not count as requests.', {
  open: orNull(amount('Open now.')),
  opened: orNull(amount('Opened over the last interval.')),
})

const child = {
  pid: amount('Number of the process.'),
  command: orNull(text('Program and script, without folders and arguments, such as `node bullmq/main.js`.')),
  age: orNull(amount('Time since its start, seconds.')),
}

const children = object('The worker processes of the node.', {
  running: listUpTo(
    MAX_CHILDREN,
    object('A process that the node started.', {
      ...child,
      cores: orNull(amount('Cores that it kept busy since the last beat.')),
      rss: orNull(amount('Resident set size, bytes.')),
      grown: orNull(
        difference(
          'Growth of `rss` within the last hour, or since it was first seen, bytes; null in the first ten minutes.',
        ),
      ),
    }),
    'Those that run, oldest first.',
  ),
  more: orNull(amount('How many more run than `running` has.')),
  ended: listUpTo(MAX_CHILDREN, object('A process that ended.', child), 'Those that ended since the last beat.'),
})

const recorder = object('Cost of the recorder.', {
  collectMs: orNull(amount('Time that the beat blocked the event loop, ms.')),
  flushMs: orNull(amount('Duration of the write, ms.')),
  dropped: orNull(amount('Records lost since the start.')),
  bufferedBytes: orNull(amount('Size of the records waiting to be written, bytes.')),
})

export const Heartbeat = exactly<HeartbeatFields>()(
  object('The state of a node at one moment. Null means unknown, never 0.', {
    v: version,
    id: text('Id of the node.'),
    service: text('Service of the node.'),
    timestamp: amount('Time of the measurement, Unix ms by the store’s clock.'),
    clockAhead: orNull(
      difference('How far the node’s clock is ahead of the store’s, as reported by the node, ms; negative: behind.'),
    ),
    interval: orNull(amount('Time between two reports, ms.')),
    environment: orNull(text('Environment, such as `production`.')),
    language: oneOf(LANGUAGES, 'Language of the app.'),
    version: orNull(text('Version of the runtime.')),
    appVersion: orNull(text('Version of the app.')),
    sdk: orNull(
      object('The reporter.', {
        name: text('Name of the reporter.'),
        version: orNull(text('Version of the reporter.')),
      }),
    ),
    pid: orNull(amount('Process id.')),
    hostname: orNull(text('Name of the host.')),
    platform: orNull(text('Operating system, such as `linux`.')),
    arch: orNull(text('CPU architecture, such as `x64`.')),
    instance: orNull(text('Number of the PM2 process, cluster worker or worker thread.')),
    thread: orNull(amount('Number of the worker thread; null for the main thread.')),
    cpu,
    memory,
    disk: orNull(listOf(disk, 'File systems.')),
    eventLoop: orNull(eventLoop),
    gc: orNull(gc),
    blocked: orNull(
      object('The event loop does not turn, while the process runs: its heartbeat thread says so.', {
        since: amount('When it turned last, Unix ms by the store’s clock.'),
        stack: orNull(text('The function that runs and its callers, a line each; null if unknown.')),
      }),
    ),
    runtime: object('The runtime.', {
      uptime: orNull(amount('Uptime of the process, seconds.')),
      framework: orNull(text('Detected web frameworks.')),
    }),
    requests: orNull(requests),
    connections: orNull(connections),
    children: orNull(children),
    recorder: orNull(recorder),
    ready: orNull(
      object('Readiness as reported by the app.', {
        status: text('Status in the app’s words.'),
        deps: orNull(anyObject('Dependencies of the app.')),
      }),
    ),
    setup: orNull(
      listOf(text('A problem, such as `registered-late`.'), 'Problems with the reporter’s setup in the app.'),
    ),
    meta: orNull(anyObject('Custom data of the app.')),
  }),
)
export type Heartbeat = HeartbeatFields

const slowMeta = object('Details of a slow entry.', {
  method: orNull(text('HTTP method.')),
  url: orNull(text('URL without query values.')),
  headers: orNull(mapOf('Request headers from the allow-list.', v.string())),
  queue: orNull(text('Queue of the job.')),
  jobId: orNull(text('Id of the job.')),
  attempt: orNull(amount('Attempt of the job.')),
  waitMs: orNull(amount('Wait before the first attempt of the job, ms.')),
  aborted: flag('Whether the client disconnected before the end.'),
  loopBlockedMs: orNull(amount('Longest time that the event loop was blocked meanwhile, ms.')),
  gcMs: orNull(amount('Total garbage collection pauses meanwhile, ms.')),
  cpuThrottledMs: orNull(amount('Time that the CPU quota throttled the container in that interval, ms.')),
  inFlight: orNull(amount('Other requests in flight at the end.')),
})

export const SlowEntry = exactly<SlowEntryFields>()(
  object('A slow request, job or custom run.', {
    v: version,
    kind: oneOf(SLOW_KINDS, 'Kind of the entry.'),
    name: text('The route, such as `GET /users/:id`, or the name of the job.'),
    durationMs: amount('Duration, ms.'),
    thresholdMs: orNull(amount('Threshold for slow, ms.')),
    status: orNull(text('HTTP status (499 if the client disconnected), or `completed`, `failed`.')),
    service: text('Name of the service.'),
    node: text('Id of the node.'),
    requestId: orNull(text('Request id.')),
    traceId: orNull(text('Trace id.')),
    ts: amount('End, Unix ms.'),
    meta: slowMeta,
  }),
)
export type SlowEntry = SlowEntryFields

export const ExceptionRecord = exactly<ExceptionRecordFields>()(
  object('An exception.', {
    v: version,
    id: text('Id of the exception.'),
    kind: oneOf(EXCEPTION_KINDS, 'Kind of its origin.'),
    name: text('Class of the error.'),
    message: text('Message of the error.'),
    stack: orNull(text('Stack of the error, at most 8 KiB.')),
    fingerprint: text('Fingerprint, shared by errors of the same origin.'),
    handled: flag('Whether the app caught it or will retry.'),
    service: text('Name of the service.'),
    node: text('Id of the node.'),
    route: orNull(text('Route where it happened.')),
    queue: orNull(text('Queue of the job where it happened.')),
    path: orNull(text('Failed part of a GraphQL response.')),
    requestId: orNull(text('Request id.')),
    traceId: orNull(text('Trace id.')),
    ts: amount('Time of the exception, Unix ms.'),
  }),
)
export type ExceptionRecord = ExceptionRecordFields
