import {
  type ExceptionRecord,
  encodeException,
  encodeFinishedJobs,
  encodeHeartbeat,
  encodeQueueHistory,
  encodeQueueSnapshot,
  encodeSlowEntry,
  type FinishedJobs,
  heartbeatLife,
  parseHeartbeat,
  parseQueueSnapshot,
  type SlowEntry,
  UNKNOWN_METRICS,
} from '../../../src/protocol/index.js'

const AT = 1_767_225_600_000
/** What a JSON encoder may spell in another way. */
const HOSTILE = 'a"b\\c/d\n\t\u0001 <b>&amp; café ☕ 👩‍🚀'

const MINIMAL = { v: 2, id: 'db1-4711', service: 'nightly-import', timestamp: AT }
const WHOLE = {
  ...{ v: 2, id: 'web-1-4711', service: 'billing', timestamp: AT, clockAhead: 0, interval: 10_000 },
  ...{ environment: 'production', language: 'go', version: 'go1.26', appVersion: '3.2.1' },
  ...{ sdk: { name: 'quasar-go', version: '0.1.0' }, pid: 4711, hostname: 'web-1', platform: 'linux', arch: 'amd64' },
  cpu: { system: 31.5, process: 12, processCores: 0.48, cores: 4, load: [1.2, 0.9, 0.75], throttled: null },
  memory: {
    system: { total: 8_589_934_592, free: 2_147_483_648, used: 6_442_450_944, limit: null },
    process: { rss: 94_371_840, heapUsed: 20_971_520 },
  },
  disk: [{ mount: '/', total: 100_000_000_000, free: 25_000_000_000, usedPct: 75 }],
  gc: { count: 3, totalMs: 1.25, maxMs: 0.5 },
  requests: { rate: 12.4, errorRate: 0.5, p50: 8.12, p95: 40, p99: 97.5, inFlight: 2, oldestMs: 31 },
  recorder: { collectMs: 0.2, flushMs: 1.1, dropped: 0, bufferedBytes: 0 },
  runtime: { uptime: 86_400.5, framework: 'chi' },
  ready: { status: 'ready', deps: { database: 'up' } },
  meta: { note: HOSTILE, nested: { list: [1, 2.5, null, true] } },
}

/** All fields of the protocol in their order: what a heartbeat leaves out is null. */
function wholeHeartbeat(fields: object) {
  const heartbeat = parseHeartbeat(JSON.stringify(fields))
  if (!heartbeat) throw new Error('Not a heartbeat')
  return heartbeat
}

export function heartbeatVectors() {
  const of = (name: string, fields: object, interval = 10_000) => {
    const heartbeat = wholeHeartbeat({ ...fields, interval })
    return { name, heartbeat, text: encodeHeartbeat(heartbeat), lifetimeMs: heartbeatLife(interval) }
  }
  return {
    cases: [
      of('with the required fields alone', MINIMAL),
      of('with all that a server knows', WHOLE),
      of('of a slow reporter', { ...MINIMAL, clockAhead: -3_600_000 }, 60_000),
    ],
  }
}

const EXCEPTION: ExceptionRecord = {
  ...{ v: 2, id: '01JGFJJZ00ABCDEF', kind: 'request', name: 'PDOException' },
  message: 'SQLSTATE[HY000] [2002] Connection refused',
  stack: 'PDOException: …\n#0 /app/db.php(12)',
  ...{ fingerprint: 'PDOException:/app/db.php:12', handled: false, service: 'billing', node: 'web-1-4711' },
  ...{ route: 'GET /invoices/:id', queue: null, path: null, requestId: '5f0c1e', traceId: null, ts: AT },
}

export function exceptionVectors() {
  const job: ExceptionRecord = {
    ...EXCEPTION,
    ...{ kind: 'job', name: 'Error', message: HOSTILE, stack: null, handled: true, route: null, queue: 'mail' },
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  }
  return {
    cases: [
      { name: 'of a request', exception: EXCEPTION, clockAhead: null, text: encodeException(EXCEPTION) },
      { name: 'of a job', exception: job, clockAhead: 0, text: encodeException(job, 0) },
    ],
  }
}

const SLOW: SlowEntry = {
  ...{ v: 2, kind: 'request', name: 'GET /invoices/:id', durationMs: 1840.5, thresholdMs: 1_000, status: '200' },
  ...{ service: 'billing', node: 'web-1-4711', requestId: null, traceId: null, ts: AT },
  meta: {
    ...{ method: 'GET', url: '/invoices/7?format=', headers: { 'user-agent': 'curl/8' } },
    ...{ queue: null, jobId: null, attempt: null, waitMs: null, aborted: false },
    ...{ loopBlockedMs: null, gcMs: 12.5, cpuThrottledMs: null, inFlight: 3 },
  },
}

export function slowEntryVectors() {
  const job: SlowEntry = {
    ...{ ...SLOW, kind: 'job', name: `send ${HOSTILE}`, durationMs: 61_000, status: 'failed' },
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    meta: { ...SLOW.meta, method: null, url: null, headers: null, queue: 'mail', jobId: '17', attempt: 2, waitMs: 31 },
  }
  return {
    cases: [
      { name: 'of a request', entry: SLOW, clockAhead: null, fields: encodeSlowEntry(SLOW) },
      { name: 'of a job', entry: job, clockAhead: -90_000, fields: encodeSlowEntry(job, -90_000) },
    ],
  }
}

const QUEUE = {
  ...{ name: 'mail', driver: 'laravel', place: 'redis.internal:6379/0 laravel-database-', server: 'f'.repeat(40) },
  metrics: { ...UNKNOWN_METRICS, waiting: 120, active: 4, delayed: 0 },
  ...{ states: ['waiting', 'active', 'delayed'], approximate: false, paused: null, oldestMs: 84_000, overdueMs: null },
  ...{ throughput: { in: 30, out: 12.5 }, workers: 4, capabilities: [], error: null, meta: { horizon: 'inactive' } },
}

export function snapshotVectors() {
  const of = (name: string, queues: readonly object[], clockAhead: number | null = null) => {
    const fields = { v: 2, timestamp: AT, interval: 10_000, service: 'billing', reporter: 'web-1-4711', queues }
    const { left: _, ...snapshot } = parseQueueSnapshot(JSON.stringify(fields)) ?? {}
    const text = encodeQueueSnapshot(snapshot as Parameters<typeof encodeQueueSnapshot>[0], clockAhead)
    return { name, snapshot, clockAhead, text }
  }
  return {
    cases: [
      of('of a reporter that closed its queues', []),
      of('of two queues, one of which cannot be read', [
        QUEUE,
        { name: HOSTILE, driver: 'redis-list', error: 'the key holds another type of data' },
      ]),
      of('by the clock of Redis', [QUEUE], 0),
    ],
  }
}

export function queueHistoryVectors() {
  const { name, driver, place, server, metrics, oldestMs, throughput } = QUEUE
  const recorded = { name, driver, place, server, metrics, oldestMs, throughput }
  const history = { v: 2, node: 'web-1-4711', from: AT - 60_000, to: AT, queues: [recorded] }
  type History = Parameters<typeof encodeQueueHistory>[0]
  return {
    cases: [{ name: 'of a queue', history, clockAhead: null, text: encodeQueueHistory(history as unknown as History) }],
  }
}

export function finishedJobVectors() {
  const job = {
    ...{ queue: 0, id: '1041', name: 'send-invoice', outcome: 'completed' as const, attempt: 1 },
    ...{ addedAt: AT - 47, startedAt: AT - 31, finishedAt: AT, waitMs: 8, runMs: 30.4, error: null, payload: null },
  } as const
  const retried = {
    ...{
      ...job,
      id: HOSTILE,
      outcome: 'retried' as const,
      startedAt: null,
      finishedAt: AT + 4_000,
      waitMs: null,
      runMs: null,
    },
    error: 'Timed out',
  } as const
  const record: FinishedJobs = {
    ...{ v: 2, node: 'web-1-4711', seq: 17, from: AT - 10_000, to: AT },
    queues: [{ name: 'mail', driver: 'bullmq', place: 'redis.internal:6379/0 bull', server: null }],
    ...{ jobs: [job, retried], left: 12, payloads: null },
  } as const
  return {
    cases: [{ name: 'of two attempts', record, text: encodeFinishedJobs(record) }],
  }
}
