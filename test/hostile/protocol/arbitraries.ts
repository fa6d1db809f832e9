import fc from 'fast-check'
import { FINISHED_OUTCOMES } from '../../../src/protocol/finished-jobs.js'
import {
  AUDIT_STEPS,
  type AuditEntry,
  EXCEPTION_KINDS,
  type ExceptionRecord,
  type FinishedJobs,
  type Heartbeat,
  JOB_STATES,
  type JobPayload,
  LANGUAGES,
  MAX_TIME,
  QUEUE_CAPABILITIES,
  QUEUE_DRIVERS,
  type QueueHistory,
  type QueueSnapshot,
  type Rollup,
  recordedOf,
  Sketch,
  SLOW_KINDS,
  type SlowEntry,
} from '../../../src/protocol/index.js'

/** Records as a reporter may write them: everything is in them or is null. */

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })
const unknown = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const amount = fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e15, noNaN: true }))
const figure = unknown(amount)
const time = fc.nat({ max: 8.64e15 })
const free = unknown(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }))
const name = unknown(text)

function figures<K extends string>(names: readonly K[]): fc.Arbitrary<Record<K, number | null>> {
  const made: fc.Arbitrary<unknown> = fc.record(Object.fromEntries(names.map((key) => [key, figure])))
  return made as fc.Arbitrary<Record<K, number | null>>
}

export const heartbeats: fc.Arbitrary<Heartbeat> = fc.record({
  v: fc.constant(2),
  id: text,
  service: text,
  timestamp: time,
  clockAhead: unknown(fc.integer({ min: -8.64e15, max: 8.64e15 })),
  interval: figure,
  environment: name,
  language: fc.constantFrom(...LANGUAGES),
  version: name,
  appVersion: name,
  sdk: unknown(fc.record({ name: text, version: name })),
  pid: figure,
  hostname: name,
  platform: name,
  arch: name,
  instance: name,
  thread: figure,
  blocked: unknown(fc.record({ since: time, stack: name })),
  cpu: fc.record({
    system: figure,
    process: figure,
    processCores: figure,
    cores: figure,
    load: unknown(fc.tuple(amount, amount, amount)),
    throttled: figure,
  }),
  memory: fc.record({
    system: figures(['total', 'free', 'used', 'limit']),
    process: figures(['rss', 'heapUsed', 'heapTotal', 'heapLimit', 'external', 'arrayBuffers']),
  }),
  disk: unknown(
    fc.array(fc.record({ mount: text, total: figure, free: figure, usedPct: figure }), { minLength: 1, maxLength: 5 }),
  ),
  eventLoop: unknown(
    fc.record({
      utilization: unknown(fc.double({ min: 0, max: 1, noNaN: true })),
      p50: figure,
      p99: figure,
      max: figure,
      mean: figure,
    }),
  ),
  gc: unknown(figures(['count', 'totalMs', 'maxMs'])),
  runtime: fc.record({ uptime: figure, framework: name }),
  requests: unknown(figures(['rate', 'errorRate', 'p50', 'p95', 'p99', 'inFlight', 'oldestMs'])),
  connections: unknown(figures(['open', 'opened'])),
  children: unknown(
    fc.record({
      running: fc.array(
        fc.record({
          pid: amount,
          command: name,
          cores: unknown(amount),
          rss: unknown(amount),
          grown: unknown(fc.integer()),
          age: unknown(amount),
        }),
        { maxLength: 20 },
      ),
      more: unknown(amount),
      ended: fc.array(fc.record({ pid: amount, command: name, age: unknown(amount) }), { maxLength: 20 }),
    }),
  ),
  recorder: unknown(figures(['collectMs', 'flushMs', 'dropped', 'bufferedBytes'])),
  ready: unknown(fc.record({ status: text, deps: free })),
  setup: unknown(fc.array(fc.stringMatching(/^[a-z-]{1,40}$/), { maxLength: 16 })),
  meta: free,
})

export const exceptions: fc.Arbitrary<ExceptionRecord> = fc.record({
  v: fc.constant(2),
  id: text,
  kind: fc.constantFrom(...EXCEPTION_KINDS),
  name: text,
  message: fc.string({ unit: 'binary', maxLength: 200 }),
  stack: name,
  fingerprint: text,
  handled: fc.boolean(),
  service: text,
  node: text,
  route: name,
  queue: name,
  path: name,
  requestId: name,
  traceId: name,
  ts: time,
})

export const slowEntries: fc.Arbitrary<SlowEntry> = fc.record({
  v: fc.constant(2),
  kind: fc.constantFrom(...SLOW_KINDS),
  name: text,
  durationMs: amount,
  thresholdMs: figure,
  status: name,
  service: text,
  node: text,
  requestId: name,
  traceId: name,
  ts: time,
  meta: fc.record({
    method: name,
    url: name,
    headers: unknown(fc.dictionary(fc.stringMatching(/^[a-z-]{1,12}$/), text, { minKeys: 1, maxKeys: 5 })),
    queue: name,
    jobId: name,
    attempt: figure,
    waitMs: figure,
    aborted: fc.boolean(),
    loopBlockedMs: figure,
    gcMs: figure,
    cpuThrottledMs: figure,
    inFlight: figure,
  }),
})

const sketch = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { maxLength: 20 }).map((durations) => {
  const made = new Sketch()
  for (const duration of durations) made.record(duration)
  return made.encode()
})

const series = {
  key: text,
  count: fc.nat(),
  errors: fc.nat(),
  aborted: fc.nat(),
  classes: fc.oneof(fc.constant([]), fc.array(fc.nat(), { minLength: 5, maxLength: 5 })),
  sketch,
}

export const rollups: fc.Arbitrary<Rollup> = fc
  .record({
    v: fc.constant(2 as const),
    node: text,
    from: time,
    to: time,
    routes: fc.array(fc.record(series), { maxLength: 4 }),
    jobs: fc.array(
      fc.record({
        ...series,
        classes: fc.constant([]),
        queue: name,
        failed: fc.nat(),
        stalled: fc.nat(),
        wait: sketch,
      }),
      { maxLength: 4 },
    ),
  })
  .map((rollup) => ({ ...rollup, from: Math.min(rollup.from, rollup.to), to: Math.max(rollup.from, rollup.to) }))

const queues = fc.record({
  name: text,
  driver: fc.constantFrom(...QUEUE_DRIVERS),
  place: name,
  server: name,
  metrics: figures(JOB_STATES),
  states: fc.subarray([...JOB_STATES], { minLength: 1 }),
  approximate: fc.boolean(),
  paused: unknown(fc.boolean()),
  oldestMs: figure,
  overdueMs: figure,
  throughput: unknown(figures(['in', 'out'])),
  workers: figure,
  capabilities: fc.subarray([...QUEUE_CAPABILITIES]),
  error: name,
  meta: free,
})

export const snapshots: fc.Arbitrary<QueueSnapshot> = fc.record({
  v: fc.constant(2),
  timestamp: time,
  interval: figure,
  service: text,
  reporter: name,
  queues: fc.array(queues, { maxLength: 5 }),
})

export const queueHistories: fc.Arbitrary<QueueHistory> = fc
  .record({
    v: fc.constant(2 as const),
    node: text,
    from: time,
    length: fc.nat(60_000),
    queues: fc.array(queues.map(recordedOf), { maxLength: 5 }),
  })
  .map(({ length, ...history }) => ({ ...history, to: Math.min(MAX_TIME, history.from + length) }))

export const auditEntries: fc.Arbitrary<AuditEntry> = fc.record({
  id: fc.constant('1-0'),
  operation: text,
  step: fc.constantFrom(...AUDIT_STEPS),
  at: time,
  user: name,
  role: text,
  action: text,
  queue: name,
  queueName: name,
  target: text,
  ok: unknown(fc.boolean()),
  detail: name,
})

const finishedQueues = fc.array(
  fc.record({ name: text, driver: fc.constantFrom(...QUEUE_DRIVERS), place: name, server: name }),
  { minLength: 1, maxLength: 3 },
)

const ago = unknown(fc.nat(3_600_000))
const finishedTuples = fc.array(
  fc.record({
    queue: fc.nat(2),
    id: text,
    name: text,
    outcome: fc.constantFrom(...FINISHED_OUTCOMES),
    attempt: unknown(fc.integer({ min: 1, max: 50 })),
    added: ago,
    started: ago,
    finished: fc.nat(60_000),
    waitMs: ago,
    runMs: ago,
    error: name,
  }),
  { maxLength: 5 },
)

export const finishedJobs: fc.Arbitrary<FinishedJobs> = fc
  .record({
    node: text,
    seq: fc.nat(),
    from: fc.integer({ min: 1.5e12, max: 1.9e12 }),
    length: fc.nat(60_000),
    queues: finishedQueues,
    tuples: finishedTuples,
    left: fc.nat(),
  })
  .map(({ node, seq, from, length, queues: all, tuples, left }) => ({
    ...{ v: 2, node, seq, from, to: from + length, queues: all, left, payloads: null },
    jobs: tuples.map(({ queue, added, started, finished, ...job }) => {
      const finishedAt = from + finished
      const startedAt = started === null ? null : finishedAt - started
      const addedAt = added === null ? null : (startedAt ?? finishedAt) - added
      return { ...job, queue: queue % all.length, addedAt, startedAt, finishedAt, payload: null }
    }),
  }))

export const payloadBlocks: fc.Arbitrary<(JobPayload | null)[]> = fc.array(
  unknown(fc.record({ text, isCut: fc.boolean() })),
  { maxLength: 5 },
)
