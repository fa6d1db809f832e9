import type { StoreRecord } from '../../src/ports/index.js'
import {
  type ExceptionRecord,
  type FinishedJobs,
  type Heartbeat,
  type QueueEntry,
  type QueueHistory,
  type QueueSnapshot,
  type Rollup,
  Sketch,
  type SlowEntry,
} from '../../src/protocol/index.js'

/** Whole records, for tests to change what they are about. */

export function heartbeatOf(service: string, id: string, changes: Partial<Heartbeat> = {}): Heartbeat {
  return {
    v: 2,
    id,
    service,
    timestamp: Date.now(),
    clockAhead: null,
    interval: 10_000,
    environment: 'test',
    language: 'node',
    version: '20.20.0',
    appVersion: '1.2.3',
    sdk: { name: '@gravito/quasar', version: '0.1.0' },
    pid: 4321,
    hostname: 'web-1',
    platform: 'linux',
    arch: 'x64',
    instance: null,
    thread: null,
    blocked: null,
    cpu: { system: 20, process: 12.5, processCores: 0.25, cores: 2, load: [0.5, 0.4, 0.3], throttled: null },
    memory: {
      system: { total: 8e9, free: 3e9, used: 5e9, limit: null },
      process: { rss: 9e7, heapUsed: 4e7, heapTotal: 6e7, heapLimit: 2e9, external: 1e6, arrayBuffers: 1e5 },
    },
    disk: [{ mount: '/', total: 1e11, free: 4e10, usedPct: 60 }],
    eventLoop: { utilization: 0.2, p50: 0.1, p99: 3, max: 12, mean: 0.3 },
    gc: { count: 3, totalMs: 4.5, maxMs: 2 },
    runtime: { uptime: 120, framework: 'express' },
    requests: { rate: 12, errorRate: 0.5, p50: 8, p95: 40, p99: 90, inFlight: 2, oldestMs: 15 },
    connections: { open: 12, opened: 3 },
    children: {
      running: [{ pid: 4_243, command: 'node bullmq/main.js', cores: 0.5, rss: 5e7, grown: -1e6, age: 61.5 }],
      more: 2,
      ended: [{ pid: 4_242, command: 'node worker.js', age: 3.25 }],
    },
    recorder: { collectMs: 0.2, flushMs: 1.5, dropped: 0, bufferedBytes: 0 },
    ready: { status: 'ready', deps: { db: 'up' } },
    setup: ['no-shutdown'],
    meta: { region: 'eu' },
    ...changes,
  }
}

export function slowOf(service: string, changes: Partial<SlowEntry> = {}): SlowEntry {
  return {
    v: 2,
    kind: 'request',
    name: 'GET /users/:id',
    durationMs: 1_234.5,
    thresholdMs: 1_000,
    status: '200',
    service,
    node: 'n1',
    requestId: 'r-1',
    traceId: null,
    ts: Date.now(),
    meta: {
      method: 'GET',
      url: '/users/7?page',
      headers: { accept: '*/*' },
      queue: null,
      jobId: null,
      attempt: null,
      waitMs: null,
      aborted: false,
      loopBlockedMs: 12,
      gcMs: 3,
      cpuThrottledMs: null,
      inFlight: 4,
    },
    ...changes,
  }
}

export function exceptionOf(service: string, id: string, changes: Partial<ExceptionRecord> = {}): ExceptionRecord {
  return {
    v: 2,
    id,
    kind: 'request',
    name: 'TypeError',
    message: `x is not a function (${id})`,
    stack: 'TypeError: x is not a function\n    at handler (app.js:1:1)',
    fingerprint: 'f1',
    handled: false,
    service,
    node: 'n1',
    route: 'GET /users/:id',
    queue: null,
    path: null,
    requestId: 'r-1',
    traceId: null,
    ts: Date.now(),
    ...changes,
  }
}

export function rollupOf(changes: Partial<Rollup> = {}): Rollup {
  const to = Date.now()
  return {
    v: 2,
    node: 'n1',
    from: to - 10_000,
    to,
    routes: [
      {
        key: 'GET /users/:id',
        count: 3,
        errors: 1,
        aborted: 0,
        classes: [0, 2, 0, 0, 1],
        sketch: sketchOf([5, 7, 900]),
      },
    ],
    jobs: [
      {
        key: 'send',
        queue: 'mail',
        count: 1,
        errors: 0,
        aborted: 0,
        classes: [],
        failed: 0,
        stalled: 0,
        sketch: sketchOf([40]),
        wait: sketchOf([2]),
      },
    ],
    ...changes,
  }
}

export function queueOf(name: string, changes: Partial<QueueEntry> = {}): QueueEntry {
  return {
    name,
    driver: 'bullmq',
    place: '127.0.0.1:6379/0 bull',
    server: 'f00d',
    metrics: { waiting: 12, prioritized: 1, active: 2, delayed: 3, waitingChildren: 0, completed: 100, failed: null },
    states: ['waiting', 'prioritized', 'active', 'delayed', 'waitingChildren', 'completed'],
    approximate: false,
    paused: false,
    oldestMs: 1_500,
    overdueMs: null,
    throughput: { in: 30, out: null },
    workers: 4,
    capabilities: ['list', 'get', 'retry'],
    error: null,
    meta: { concurrency: 5 },
    ...changes,
  }
}

export function snapshotOf(service: string, changes: Partial<QueueSnapshot> = {}): QueueSnapshot {
  const queues = [queueOf('mail'), queueOf('sms', { error: 'a key of another type', throughput: null, meta: null })]
  return { v: 2, timestamp: Date.now(), interval: 10_000, service, reporter: 'n1', queues, ...changes }
}

export function sketchOf(durations: readonly number[]): string {
  const sketch = new Sketch()
  for (const duration of durations) sketch.record(duration)
  return sketch.encode()
}

export const slowRecord = (record: SlowEntry): StoreRecord => ({ type: 'slow', record })
export const exceptionRecord = (record: ExceptionRecord): StoreRecord => ({ type: 'exception', record })
export const rollupRecord = (record: Rollup): StoreRecord => ({ type: 'rollup', record })

export function queueHistoryOf(changes: Partial<QueueHistory> = {}): QueueHistory {
  const { name, driver, place, server, metrics, oldestMs, throughput } = queueOf('mail')
  const to = Date.now()
  const queues = [{ name, driver, place, server, metrics, oldestMs, throughput }]
  return { v: 2, node: 'n1', from: to - 60_000, to, queues, ...changes }
}

export function finishedJobsOf(changes: Partial<FinishedJobs> = {}): FinishedJobs {
  const to = Date.now()
  const { name, driver, place, server } = queueOf('mail')
  const facts = { queue: 0, name: 'welcome', waitMs: 4, runMs: 20.5, error: null, payload: null } as const
  const times = { addedAt: to - 300_000, startedAt: to - 2_000, finishedAt: to - 1_980 }
  const jobs = [
    { ...facts, ...times, id: '1', outcome: 'completed', attempt: 1 } as const,
    { ...facts, ...times, id: '2', outcome: 'failed', attempt: 3, waitMs: null, error: 'declined' } as const,
  ]
  const queues = [{ name, driver, place, server }]
  return { v: 2, node: 'n1', seq: 1, from: to - 10_000, to, queues, jobs, left: 0, payloads: null, ...changes }
}
