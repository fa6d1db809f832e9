import {
  type ConnectionFigures,
  type CpuFigures,
  type DiskFigures,
  type EventLoopFigures,
  EXCEPTION_KINDS,
  type ExceptionRecord,
  type GcFigures,
  type Heartbeat,
  LANGUAGES,
  type MemoryFigures,
  PROTOCOL_VERSION,
  type RecorderFigures,
  type RequestFigures,
  SLOW_KINDS,
  type SlowEntry,
  type SlowMeta,
} from '../../protocol/index.js'
import { amount, flag, type JsonSchema, listOf, mapOf, objectOf, oneOf, orNull, text } from './schema.js'

/** What reporters write, as Zenith gives it on. */

const version: JsonSchema = { description: 'Version of the protocol.', const: PROTOCOL_VERSION }
const anything: JsonSchema = {}

const cpu = objectOf<CpuFigures>('Shares of all usable cores.', {
  system: orNull(amount('Of the machine or container, 0–100.')),
  process: orNull(amount('Of the process, 0–100.')),
  processCores: orNull(amount('How many cores the process kept busy.')),
  cores: orNull(amount('Usable cores; a fraction when a quota says so.')),
  load: orNull({ ...listOf({ type: 'number' }, 'Load over 1, 5 and 15 minutes.'), minItems: 3, maxItems: 3 }),
  throttled: orNull(amount('How long the quota held it back since the last beat, ms.')),
})

const memory = objectOf<MemoryFigures>('Bytes.', {
  system: objectOf<MemoryFigures['system']>('Of the machine or container.', {
    total: orNull(amount('All there is.')),
    free: orNull(amount('Available.')),
    used: orNull(amount('In use.')),
    limit: orNull(amount("The container's limit.")),
  }),
  process: objectOf<MemoryFigures['process']>('Of the process.', {
    rss: orNull(amount('Resident set.')),
    heapUsed: orNull(amount('Heap in use.')),
    heapTotal: orNull(amount('Heap that was taken.')),
    heapLimit: orNull(amount('How large the heap may become.')),
    external: orNull(amount('Of objects outside the heap.')),
    arrayBuffers: orNull(amount('Of array buffers.')),
  }),
})

const disk = objectOf<DiskFigures>('A mounted file system.', {
  mount: text('Where it is mounted.'),
  total: orNull(amount('Bytes.')),
  free: orNull(amount('Bytes that the process may use.')),
  usedPct: orNull({ description: 'Used share, 0–100.', type: 'number' }),
})

const eventLoop = objectOf<EventLoopFigures>('The event loop over the last interval; delays in ms.', {
  utilization: orNull(amount('0–1.')),
  p50: orNull(amount('Median delay.')),
  p99: orNull(amount('99th percentile.')),
  max: orNull(amount('Longest delay.')),
  mean: orNull(amount('Mean delay.')),
})

const gc = objectOf<GcFigures>('Garbage collection during the last interval.', {
  count: orNull(amount('Pauses.')),
  totalMs: orNull(amount('All together, ms.')),
  maxMs: orNull(amount('The longest, ms.')),
})

const requests = objectOf<RequestFigures>("The node's own requests over the last interval.", {
  rate: orNull(amount('Per second.')),
  errorRate: orNull(amount('Answered with 5xx, 0–100.')),
  p50: orNull(amount('ms')),
  p95: orNull(amount('ms')),
  p99: orNull(amount('ms')),
  inFlight: orNull(amount('Not yet answered.')),
  oldestMs: orNull(amount('Age of the oldest of them, ms.')),
})

const connections = objectOf<ConnectionFigures>('WebSockets, event streams and long polls, which are no requests.', {
  open: orNull(amount('Now.')),
  opened: orNull(amount('Over the last interval.')),
})

const recorder = objectOf<RecorderFigures>('What the recorder itself cost.', {
  collectMs: orNull(amount('How long the beat held the event loop, ms.')),
  flushMs: orNull(amount('How long its write took, ms.')),
  dropped: orNull(amount('Records lost since the start.')),
  bufferedBytes: orNull(amount('What waits to be written.')),
})

const heartbeat = objectOf<Heartbeat>('One node at one moment. Null is unknown and never means 0.', {
  v: version,
  id: text("The node's id."),
  service: text('Its service.'),
  timestamp: amount("Unix ms, by the node's clock."),
  interval: orNull(amount('How often it reports, ms.')),
  environment: orNull(text('`production` and the like.')),
  language: oneOf(LANGUAGES, 'What it is written in.'),
  version: orNull(text('Of the runtime.')),
  appVersion: orNull(text('Of the app.')),
  sdk: orNull(
    objectOf<NonNullable<Heartbeat['sdk']>>('The reporter.', {
      name: text('Its name.'),
      version: orNull(text('Its version.')),
    }),
  ),
  pid: orNull(amount('Process id.')),
  hostname: orNull(text('Name of the machine.')),
  platform: orNull(text('`linux` and the like.')),
  arch: orNull(text('`x64` and the like.')),
  instance: orNull(text('PM2, cluster or worker-thread number.')),
  thread: orNull(amount('Number of the worker thread; null for a process and its main thread.')),
  cpu,
  memory,
  disk: orNull(listOf(disk, 'File systems.')),
  eventLoop: orNull(eventLoop),
  gc: orNull(gc),
  runtime: objectOf<Heartbeat['runtime']>('The runtime.', {
    uptime: orNull(amount('Seconds.')),
    framework: orNull(text('The web frameworks that it was seen with.')),
  }),
  requests: orNull(requests),
  connections: orNull(connections),
  recorder: orNull(recorder),
  ready: orNull(
    objectOf<NonNullable<Heartbeat['ready']>>('Whether the app calls itself ready.', {
      status: text('In its words.'),
      deps: orNull(mapOf('What it depends on.', anything)),
    }),
  ),
  setup: orNull(listOf(text('`registered-late` and the like.'), 'What is odd about the way it is built into the app.')),
  meta: orNull(mapOf('Whatever the app adds.', anything)),
})

const slowMeta = objectOf<SlowMeta>('What else is known of it.', {
  method: orNull(text('HTTP method.')),
  url: orNull(text('Without the values of the query.')),
  headers: orNull(mapOf('Those request headers that are on the allow-list.', { type: 'string' })),
  queue: orNull(text('Of a job.')),
  jobId: orNull(text('Of a job.')),
  attempt: orNull(amount('Which attempt of a job.')),
  waitMs: orNull(amount('How long the job waited before its first attempt, ms.')),
  aborted: flag('The client went away before the end.'),
  loopBlockedMs: orNull(amount('The longest stretch during which the event loop did not turn, ms.')),
  gcMs: orNull(amount('Garbage collection pauses in it, together, ms.')),
  cpuThrottledMs: orNull(amount('How long the CPU quota held the container back in that interval, ms.')),
  inFlight: orNull(amount('Other requests in flight when it ended.')),
})

const slowEntry = objectOf<SlowEntry>('One slow request, job or custom run.', {
  v: version,
  kind: oneOf(SLOW_KINDS, 'What it was.'),
  name: text("The route, `GET /users/:id`, or the job's name."),
  durationMs: amount('ms'),
  thresholdMs: orNull(amount('From when it counted as slow, ms.')),
  status: orNull(text('HTTP status (499 when the client went away), or `completed`, `failed`.')),
  service: text('Its service.'),
  node: text('Its node.'),
  requestId: orNull(text("The request's id.")),
  traceId: orNull(text("The trace's id.")),
  ts: amount('When it ended, Unix ms.'),
  meta: slowMeta,
})

const exceptionRecord = objectOf<ExceptionRecord>('One exception.', {
  v: version,
  id: text('Its own id.'),
  kind: oneOf(EXCEPTION_KINDS, 'Where it came from.'),
  name: text("The error's class."),
  message: text('Its message.'),
  stack: orNull(text('At most 8 KiB.')),
  fingerprint: text('The same for errors of one origin.'),
  handled: flag('The app caught it, or will retry.'),
  service: text('Its service.'),
  node: text('Its node.'),
  route: orNull(text('The route that it happened in.')),
  queue: orNull(text('The queue of the job that it happened in.')),
  path: orNull(text('The part of a GraphQL answer that failed.')),
  requestId: orNull(text("The request's id.")),
  traceId: orNull(text("The trace's id.")),
  ts: amount('Unix ms.'),
})

export const RECORD_SCHEMAS = { Heartbeat: heartbeat, SlowEntry: slowEntry, ExceptionRecord: exceptionRecord }
