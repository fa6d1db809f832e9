import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  encodeException,
  encodeFinishedJobs,
  encodeHeartbeat,
  encodeRollup,
  encodeSlowEntry,
  MAX_RECORD_CHARS,
  parseException,
  parseFinishedJobs,
  parseHeartbeat,
  parseRollup,
  parseSlowEntry,
} from '../../src/protocol/index.js'
import { exceptionOf, finishedJobsOf, heartbeatOf, rollupOf, slowOf } from '../stores/samples.js'
import { fieldsOfFlat } from './records.js'

type Json = Record<string, unknown>

/** Each record: how its JSON is read, how what was read is written, and a good one. */
const SYSTEM = { host: 'web-1', cpu: 20, memory: 5e9, memoryLimit: 8e9, heapLimit: 2e9, diskFree: null, load: 0.25 }
const PROCESS = {
  ...{ cpu: 12.5, rss: 90_000_000, heapUsed: 40_000_000, loopP99: 3.2 },
  ...{ utilization: 0.25, gcMs: null, gcCount: 9, diskPct: 71.5 },
}

const kinds: Record<string, { read(text: unknown): unknown; write(record: never): unknown; sample: Json }> = {
  heartbeat: {
    read: (text) => parseHeartbeat(text, { service: 's', node: 'n' }),
    write: (record) => encodeHeartbeat(record),
    sample: { ...heartbeatOf('shop', 'n1') },
  },
  exception: {
    read: (text) => parseException(text, { service: 's', ts: 1 }),
    write: (record) => encodeException(record),
    sample: { ...exceptionOf('shop', 'e1') },
  },
  rollup: {
    read: (text) => parseRollup(text),
    write: (record) => encodeRollup(record),
    sample: { ...rollupOf({ process: PROCESS, system: SYSTEM }) },
  },
  'finished jobs': {
    read: (text) => parseFinishedJobs(text),
    write: (record) => encodeFinishedJobs(record),
    sample: JSON.parse(encodeFinishedJobs(finishedJobsOf({ left: 2 }))),
  },
  'slow entry': {
    read: (text) => {
      const fields: unknown = typeof text === 'string' ? safeJson(text) : text
      return typeof fields === 'object' && fields !== null ? parseSlowEntry(fields as Json, { service: 's' }) : null
    },
    write: (record) => JSON.stringify(fieldsOfFlat(encodeSlowEntry(record))),
    sample: fieldsOfFlat(encodeSlowEntry(slowOf('shop'))),
  },
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Values that fit nowhere, in places where something is expected. */
const odd = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    null,
    '',
    -1,
    1e308,
    '1e999',
    'NaN',
    [],
    {},
    [[]],
    [null],
    { __proto__: null, toString: 1 },
    '💥\uD800',
  ),
)

describe.each(Object.keys(kinds))('%s', (name) => {
  const kind = kinds[name]
  if (!kind) throw new Error(`no kind ${name}`)
  const { read, write, sample } = kind

  /** A good record with some of its fields, at any depth, replaced. */
  const damaged = fc
    .array(fc.tuple(fc.constantFrom(...pathsOf(sample)), odd), { maxLength: 5 })
    .map((damages) => damages.reduce((record, [path, value]) => replace(record, path, value), sample))

  test('any text is read or is none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.anything()), (text) => void read(text)),
      { numRuns: 1_000 },
    )
  })

  test('what is read of a damaged record can be written and is read the same again', () => {
    fc.assert(
      fc.property(damaged, (record) => {
        const once = read(JSON.stringify(record))
        if (once === null) return
        expect(read(write(once as never))).toEqual(once)
      }),
      { numRuns: 1_000 },
    )
  })

  test('a good record is read', () => {
    expect(read(JSON.stringify(sample))).not.toBeNull()
  })

  test('one that is far too long is not', () => {
    if (name === 'slow entry') return
    const long = { ...sample, more: 'x'.repeat(MAX_RECORD_CHARS) }
    expect(read(JSON.stringify(long))).toBeNull()
  })
})

function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return path.length > 0 ? [[...path]] : []
  const inner = Object.entries(value).flatMap(([key, entry]) => pathsOf(entry, [...path, key]))
  return path.length > 0 ? [[...path], ...inner] : inner
}

function replace(record: Json, [key = '', ...rest]: readonly string[], value: unknown): Json {
  const inner = record[key]
  const next =
    rest.length === 0 ? value : typeof inner === 'object' && inner !== null ? replace({ ...inner }, rest, value) : inner
  return { ...record, [key]: next }
}

describe('heartbeats from before protocol 2', () => {
  const protocol1 = {
    timestamp: 1_700_000_000_000,
    system: {
      hostname: 'old',
      platform: 'linux',
      cpu_usage: 11,
      memory_total: 100,
      memory_free: 40,
      load_avg: [1, 2, 3],
    },
    process: { pid: 7, uptime: 60, cpu_usage: 5, memory_rss: 50, memory_heap: 20 },
    meta: { app_name: 'legacy', environment: 'production', runtime: 'php', version: '8.3' },
  }
  const olderSdk = {
    id: 'sdk-1',
    service: 'shop',
    language: 'node',
    version: '20.0.0',
    pid: 9,
    hostname: 'h',
    platform: 'darwin',
    cpu: { system: 10, process: 5, cores: 4 },
    memory: { system: { total: 100, free: 50, used: 50 }, process: { rss: 9, heapTotal: 8, heapUsed: 7 } },
    runtime: { uptime: 3, framework: 'Express' },
    timestamp: 1_700_000_000_000,
    queues: [{ name: 'default', size: { waiting: 1 } }],
  }

  test('protocol 1 under the names of today', () => {
    expect(parseHeartbeat(JSON.stringify(protocol1), { service: 'key-app', node: 'web:1' })).toMatchObject({
      v: 2,
      id: 'web:1',
      service: 'legacy',
      timestamp: 1_700_000_000_000,
      environment: 'production',
      language: 'php',
      version: '8.3',
      pid: 7,
      hostname: 'old',
      platform: 'linux',
      cpu: { system: 11, process: 5, cores: null, load: [1, 2, 3] },
      memory: { system: { total: 100, free: 40, used: 60 }, process: { rss: 50, heapUsed: 20, heapTotal: null } },
      runtime: { uptime: 60, framework: null },
      eventLoop: null,
      requests: null,
    })
  })

  test('the older SDK', () => {
    expect(parseHeartbeat(JSON.stringify(olderSdk))).toMatchObject({
      id: 'sdk-1',
      service: 'shop',
      language: 'node',
      cpu: { system: 10, process: 5, cores: 4, load: null, processCores: null },
      memory: { system: { total: 100, free: 50, used: 50 }, process: { rss: 9, heapTotal: 8, heapUsed: 7 } },
      runtime: { uptime: 3, framework: 'Express' },
      interval: null,
    })
  })

  test('parts that are missing are unknown, not 0', () => {
    const bare = { timestamp: 1, system: {} }
    const heartbeat = parseHeartbeat(JSON.stringify(bare), { service: 's', node: 'n' })
    expect(heartbeat).toMatchObject({ cpu: { system: null }, memory: { system: { used: null } }, pid: null })
    expect(parseHeartbeat(JSON.stringify({ system: {} }), { service: 's', node: 'n' })).toBeNull()
  })
})
