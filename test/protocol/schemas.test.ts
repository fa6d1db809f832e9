import { describe, expect, test } from 'vitest'
import {
  encodeException,
  encodeFinishedJobs,
  encodeHeartbeat,
  encodeQueueHistory,
  encodeQueueSnapshot,
  encodeRollup,
  encodeSlowEntry,
  JOB_STATES,
  parseException,
  parseFinishedJobs,
  parseHeartbeat,
  parseQueueHistory,
  parseQueueSnapshot,
  parseRollup,
  parseSlowEntry,
  QUEUE_CAPABILITIES,
  QUEUE_DRIVERS,
  recordedOf,
  UNKNOWN_METRICS,
} from '../../src/protocol/index.js'
import {
  exceptionOf,
  finishedJobsOf,
  heartbeatOf,
  queueHistoryOf,
  queueOf,
  rollupOf,
  slowOf,
  snapshotOf,
} from '../stores/samples.js'
import { docsBlocks, fieldsOfFlat, readSchema, type SchemaName, validatorOf } from './records.js'

const unknownHeartbeat = heartbeatOf('shop', 'n1', {
  interval: null,
  environment: null,
  version: null,
  appVersion: null,
  sdk: null,
  pid: null,
  disk: null,
  eventLoop: null,
  gc: null,
  requests: null,
  connections: null,
  recorder: null,
  ready: null,
  setup: null,
  meta: null,
})

const unknownQueue = queueOf('mail', {
  driver: 'other',
  place: null,
  server: null,
  metrics: UNKNOWN_METRICS,
  states: [...JOB_STATES],
  paused: null,
  oldestMs: null,
  throughput: null,
  workers: null,
  capabilities: [...QUEUE_CAPABILITIES],
  meta: null,
})

const process = {
  ...{ cpu: 12.5, rss: 90_000_000, heapUsed: 40_000_000, loopP99: 3.2 },
  ...{ utilization: 0.25, gcMs: 14.2, gcCount: 9, diskPct: 71.5 },
}
const noProcess = {
  ...{ cpu: null, rss: null, heapUsed: null, loopP99: null },
  ...{ utilization: null, gcMs: null, gcCount: null, diskPct: null },
}

const system = {
  ...{ host: 'web-1', cpu: 20, memory: 5e9, memoryLimit: 8e9, heapLimit: 2e9, diskFree: 4e10, load: 0.25 },
}
const noSystem = {
  ...{ host: null, cpu: null, memory: null, memoryLimit: null, heapLimit: null, diskFree: null, load: null },
}

const unknownPlace = { name: 'mail', driver: 'other', place: null, server: null } as const
const unknownJob = {
  ...({ queue: 0, id: '1', name: '', outcome: 'failed', attempt: null, addedAt: null, startedAt: null } as const),
  ...{ finishedAt: Date.now(), waitMs: null, runMs: null, error: null, payload: null },
}

const written: Record<SchemaName, unknown[]> = {
  heartbeat: [heartbeatOf('shop', 'n1'), unknownHeartbeat].map((record) => JSON.parse(encodeHeartbeat(record))),
  'slow-entry': [
    slowOf('shop'),
    slowOf('shop', { kind: 'job', durationMs: 1e21, thresholdMs: null, status: 'failed', requestId: null }),
  ].map((record) => fieldsOfFlat(encodeSlowEntry(record))),
  exception: [exceptionOf('shop', 'e1'), exceptionOf('shop', 'e2', { stack: null, route: null, requestId: null })].map(
    (record) => JSON.parse(encodeException(record)),
  ),
  rollup: [
    rollupOf({ process, system }),
    rollupOf({ routes: [], jobs: [], process: noProcess, system: noSystem }),
    rollupOf(),
  ].map((record) => JSON.parse(encodeRollup(record))),
  'queue-snapshot': [
    snapshotOf('shop'),
    snapshotOf('shop', { interval: null, reporter: null, queues: [unknownQueue] }),
    snapshotOf('shop', { queues: [] }),
  ].map((record) => JSON.parse(encodeQueueSnapshot(record))),
  'queue-history': [queueHistoryOf(), queueHistoryOf({ queues: [recordedOf(unknownQueue)] })].map((record) =>
    JSON.parse(encodeQueueHistory(record)),
  ),
  'finished-jobs': [finishedJobsOf({ left: 3 }), finishedJobsOf({ queues: [unknownPlace], jobs: [unknownJob] })].map(
    (record) => JSON.parse(encodeFinishedJobs(record, 0)),
  ),
}

const readers: Record<SchemaName, (record: unknown) => unknown> = {
  heartbeat: (record) => parseHeartbeat(JSON.stringify(record)),
  'slow-entry': (record) => parseSlowEntry(record as Record<string, string>),
  exception: (record) => parseException(JSON.stringify(record)),
  rollup: (record) => parseRollup(JSON.stringify(record)),
  'queue-snapshot': (record) => parseQueueSnapshot(JSON.stringify(record)),
  'queue-history': (record) => parseQueueHistory(JSON.stringify(record)),
  'finished-jobs': (record) => parseFinishedJobs(JSON.stringify(record)),
}

describe.each(Object.keys(written) as SchemaName[])('%s', (name) => {
  const validate = validatorOf(name)

  test('what is written fits the schema', () => {
    for (const record of written[name]) {
      validate(record)
      expect(validate.errors).toBeNull()
    }
  })

  test('a required field that is missing does not', () => {
    for (const field of readSchema(name).required) {
      const { [field]: _, ...rest } = written[name][0] as Record<string, unknown>
      expect(validate(rest), field).toBe(false)
    }
  })

  test('a field of a wrong type does not', () => {
    for (const field of Object.keys(readSchema(name).properties as object)) {
      const wrong = { ...(written[name][0] as object), [field]: Symbol.for('no JSON has this') }
      expect(validate(wrong), field).toBe(false)
    }
  })

  test('every field that is written is in the schema, and says what it is', () => {
    const { properties } = readSchema(name) as { properties?: Record<string, { description?: string }> }
    for (const field of Object.keys(written[name][0] as object)) {
      expect(properties?.[field]?.description, field).toBeTruthy()
    }
  })

  test('the text form is read back', () => {
    for (const record of written[name]) expect(readers[name](record)).not.toBeNull()
  })
})

test('the schemas have names of their own', () => {
  const ids = (Object.keys(written) as SchemaName[]).map((name) => readSchema(name).$id)
  expect(new Set(ids).size).toBe(7)
})

test.each(['heartbeat', 'exception', 'rollup', 'queue-snapshot', 'queue-history', 'finished-jobs'] as const)(
  'the example of the docs is a valid %s',
  (name) => {
    const blocks = docsBlocks(`json ${name}`)
    expect(blocks).toHaveLength(1)
    for (const block of blocks) {
      const validate = validatorOf(name)
      validate(JSON.parse(block))
      expect(validate.errors).toBeNull()
      expect(readers[name](JSON.parse(block))).not.toBeNull()
    }
  },
)

test("a slow entry's meta fits its own schema", () => {
  const properties = readSchema('slow-entry').properties as { meta: { contentSchema: { properties: object } } }
  const known = Object.keys(properties.meta.contentSchema.properties).sort()
  expect(Object.keys(slowOf('shop').meta).sort()).toEqual(known)
})

test('a queue of a snapshot has the fields, drivers, states and capabilities of its schema', () => {
  const { queues } = readSchema('queue-snapshot').properties as {
    queues: {
      items: { properties: Record<string, { enum?: string[]; items?: { enum: string[] }; properties?: object }> }
    }
  }
  const { properties } = queues.items
  expect(Object.keys(properties)).toEqual(Object.keys(queueOf('mail')))
  expect(properties.driver?.enum).toEqual([...QUEUE_DRIVERS])
  expect(properties.states?.items?.enum).toEqual([...JOB_STATES])
  expect(Object.keys(properties.metrics?.properties ?? {})).toEqual([...JOB_STATES])
  expect(properties.capabilities?.items?.enum).toEqual([...QUEUE_CAPABILITIES])
})
