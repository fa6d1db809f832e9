import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import { Archiver } from '../../src/archiver/archiver.js'
import { TrafficBucket } from '../../src/archiver/figures/traffic-bucket.js'
import type { Archive } from '../../src/ports/index.js'
import {
  encodeException,
  encodeHeartbeat,
  encodeQueueHistory,
  encodeRollup,
  encodeSlowEntry,
  type Heartbeat,
  keysOf,
  UNKNOWN_METRICS,
} from '../../src/protocol/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { maskedReader } from '../../src/zenith/store/masked-reader.js'
import { inlineArchive } from '../support/inline-archive.js'
import { startRedis, type TestRedis } from '../support/redis.js'

const keys = keysOf()
const MINUTE = 60_000
let redis: TestRedis
let folder: string
let archive: Archive
let stores: ReturnType<typeof redisStore>[] = []

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

beforeEach(async () => {
  await redis.client().flushall()
  folder = await mkdtemp(join(tmpdir(), 'quasar-archiver-'))
  archive = inlineArchive(sqliteDriver({ dir: folder }))
})

afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()))
  stores = []
  await archive.close()
  await rm(folder, { recursive: true, force: true })
})

function archiverFor(into: Archive = archive): Archiver {
  const store = redisStore({ redis: redis.url })
  stores.push(store)
  return new Archiver({ reader: maskedReader(store), store, archive: into, logger: undefined })
}

async function beat(version = '1.0.0', node = 'web-1'): Promise<void> {
  const now = Date.now()
  const heartbeat = { v: 2, id: node, service: 'shop', timestamp: now, appVersion: version, runtime: { uptime: 60 } }
  await redis
    .client()
    .pipeline()
    .set(keys.node('shop', node), encodeHeartbeat(heartbeat as unknown as Heartbeat), 'PX', 30_000)
    .zadd(keys.nodeIndex, now, `shop:${node}`)
    .exec()
}

async function addTraffic(minutesAgo: number, count: number, node = 'web-1'): Promise<string> {
  const to = Math.floor(Date.now() / MINUTE) * MINUTE - (minutesAgo - 1) * MINUTE
  const route = { key: 'GET /users/:id', count, errors: 1, aborted: 0, classes: [], sketch: '8w' }
  const rollup = { v: 2, node, from: to - MINUTE, to, routes: [route], jobs: [] } as const
  return (await redis.client().xadd(keys.history('shop'), '*', 'data', encodeRollup(rollup))) as string
}

async function requests(step = MINUTE, into = archive): Promise<number> {
  const query = { kind: 'traffic', scope: 'shop', step, from: 0, to: Date.now() + MINUTE } as const
  const buckets = (await into.figures(query)).map(({ body }) => TrafficBucket.decode(body))
  return buckets.reduce((sum, bucket) => sum + (bucket?.routes.get('GET /users/:id')?.count ?? 0), 0)
}

describe('an archiver', () => {
  test('copies what Redis has at its first start, and then what comes', async () => {
    await beat()
    await addTraffic(30, 10)
    await addTraffic(3, 20)
    const archiver = archiverFor()
    await archiver.run()
    expect(archiver.status).toMatchObject({ state: 'archiving', error: null })
    expect(await requests()).toBe(30)
    expect(await requests(6 * 60 * MINUTE)).toBe(30)
    await addTraffic(2, 5)
    await archiver.run()
    await archiver.run()
    expect(await requests()).toBe(35)
    await archiver.close()
  })

  test('archives slow entries, exceptions, queues and the audit trail, masked', async () => {
    await beat()
    const now = Date.now()
    const exception = encodeException({
      ...{ v: 2, id: 'e1', kind: 'request', name: 'Error', message: 'password=hunter2', stack: null, handled: false },
      ...{ fingerprint: 'f1', service: 'shop', node: 'web-1', route: null, queue: null, ts: now },
    } as never)
    await redis.client().zadd(keys.errors('shop'), now, exception)
    const slow = encodeSlowEntry({
      ...{ v: 2, kind: 'request', name: 'GET /a', durationMs: 2_000, thresholdMs: 1_000, status: '200' },
      ...{ service: 'shop', node: 'web-1', requestId: null, traceId: null, ts: now, meta: {} },
    } as never)
    await redis.client().xadd(keys.slow('shop'), '*', ...slow)
    const queue = { name: 'mail', driver: 'bullmq', place: 'p', server: 's', oldestMs: null, throughput: null } as const
    const history = { v: 2, node: 'web-1', from: now - MINUTE, to: now } as const
    const metrics = { ...UNKNOWN_METRICS, waiting: 7 }
    const text = encodeQueueHistory({ ...history, queues: [{ ...queue, metrics }] })
    await redis.client().xadd(keys.queueHistory('shop'), '*', 'data', text)
    const archiver = archiverFor()
    const [store] = stores
    await store?.appendAudit({
      ...{ operation: 'o1', step: 'result', at: now, user: 'ada', role: 'admin', action: 'retry' },
      ...{ queue: 'k', queueName: 'mail', target: 'job 1', ok: true, detail: null },
    })
    await archiver.run()
    await archiver.run()
    const time = { from: 0, to: now + 2 * MINUTE, limit: 100 }
    for (const kind of ['exception', 'slow', 'audit'] as const) {
      const page = await archive.records({ kind, ...time })
      expect(page.items).toHaveLength(1)
      expect(JSON.stringify(page)).not.toContain('hunter2')
    }
    const scopes = await archive.scopes({ kind: 'queues', from: 0, to: now + MINUTE })
    expect(scopes).toEqual(['shop'])
    await archiver.close()
  })

  test('counts what Redis trimmed before it was archived, once', async () => {
    await beat()
    await addTraffic(50, 1)
    const first = archiverFor()
    await first.run()
    await first.close()
    for (let minute = 40; minute > 30; minute--) await addTraffic(minute, 1)
    const id = await addTraffic(20, 1)
    await redis.client().xtrim(keys.history('shop'), 'MINID', id)
    const second = archiverFor()
    await second.run()
    await second.run()
    const gaps = await archive.gaps({ from: 0, to: Date.now() + MINUTE })
    expect(gaps.map(({ stream, lost }) => [stream, lost])).toEqual([['history:shop', 10]])
    expect(await requests()).toBe(2)
    await second.close()
  })

  test('archives what a service wrote whose last node has left', async () => {
    const store = redisStore({ redis: redis.url })
    stores.push(store)
    const to = Date.now()
    const route = { key: 'GET /users/:id', count: 9, errors: 0, aborted: 0, classes: [], sketch: '' }
    const record = { v: 2, node: 'job-1', from: to - MINUTE, to, routes: [route], jobs: [] } as const
    await store.write({ service: 'shop', node: 'job-1', heartbeat: null, records: [{ type: 'history', record }] })
    await store.removeNode('shop', 'job-1')
    const archiver = archiverFor()
    await archiver.run()
    expect(await requests()).toBe(9)
    await archiver.close()
  })

  test('starts over after FLUSHALL without losing or doubling what it has', async () => {
    await beat()
    await addTraffic(10, 4)
    const archiver = archiverFor()
    await archiver.run()
    await redis.client().flushall()
    await beat()
    await addTraffic(5, 6)
    await archiver.run()
    await archiver.run()
    expect(await requests()).toBe(10)
    await archiver.close()
  })

  test('of two Zeniths one archives, and the other takes over', async () => {
    await beat()
    await addTraffic(5, 3)
    const [one, other] = [archiverFor(), archiverFor()]
    await one.run()
    await other.run()
    expect([one.status.state, other.status.state]).toEqual(['archiving', 'waiting'])
    await one.close()
    await addTraffic(3, 4)
    await other.run()
    expect(other.status.state).toBe('archiving')
    expect(await requests()).toBe(7)
    await other.close()
  })

  test('a round of many services asks for its lease once', async () => {
    const now = Date.now()
    const client = redis.client()
    const names = Array.from({ length: 50 }, (_, index) => `service-${index}`)
    for (const name of names) await client.zadd(keys.serviceIndex, now, name)
    const store = redisStore({ redis: redis.url })
    stores.push(store)
    let asked = 0
    const counting = {
      ...store,
      acquireLease(...args: Parameters<typeof store.acquireLease>) {
        asked += 1
        return store.acquireLease(...args)
      },
    }
    const archiver = new Archiver({ reader: maskedReader(store), store: counting, archive, logger: undefined })
    await archiver.run()
    expect([archiver.status.state, asked]).toEqual(['archiving', 1])
    await archiver.close()
  })

  test('two that believe to hold the lease archive nothing twice', async () => {
    await beat()
    for (let minute = 30; minute > 0; minute--) await addTraffic(minute, minute)
    const rivals = Array.from({ length: 4 }, () => {
      const store = redisStore({ redis: redis.url })
      stores.push(store)
      return new Archiver({ reader: maskedReader(store), store: null, archive, logger: undefined })
    })
    await Promise.all(rivals.map((archiver) => archiver.run()))
    await Promise.all(rivals.map((archiver) => archiver.run()))
    expect(await requests()).toBe((30 * 31) / 2)
    expect(await requests(60 * MINUTE)).toBe((30 * 31) / 2)
  })

  test('notes the versions of an app when they change', async () => {
    await beat('1.0.0')
    const archiver = archiverFor()
    await archiver.run()
    await archiver.close()
    await beat('1.1.0')
    const next = archiverFor()
    await next.run()
    const page = await archive.records({ kind: 'event', from: 0, to: Date.now() + MINUTE, limit: 10 })
    const changes = page.items.map(({ body }) => JSON.parse(body))
    expect(changes).toContainEqual({ live: ['1.1.0'], added: ['1.1.0'], removed: ['1.0.0'], isFirst: false })
    expect(changes).toContainEqual({ live: ['1.0.0'], added: ['1.0.0'], removed: [], isFirst: true })
    await next.close()
  })

  test('says why it can not archive, and goes on when it can', async () => {
    await beat()
    await addTraffic(5, 3)
    const lines: string[] = []
    let isBroken = true
    const flaky: Archive = {
      ...archive,
      open: () => (isBroken ? Promise.reject(new Error('the disk is full')) : archive.open()),
    }
    const store = redisStore({ redis: redis.url })
    stores.push(store)
    const log = (line: string) => void lines.push(line)
    const logger = { info: log, warn: log, error: log }
    const archiver = new Archiver({ reader: maskedReader(store), store, archive: flaky, logger })
    await archiver.run()
    await archiver.run()
    await archiver.run()
    expect(archiver.status).toMatchObject({ state: 'failing', error: 'the disk is full' })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('the disk is full')
    isBroken = false
    await archiver.run()
    expect(archiver.status).toMatchObject({ state: 'archiving', error: null })
    expect(await requests()).toBe(3)
    await archiver.close()
  })

  test('makes room also while it can not write, and ends although the archive hangs', async () => {
    await beat()
    await addTraffic(5, 3)
    let pruned = 0
    let answer: (() => void) | undefined
    const full: Archive = {
      ...archive,
      write: () => Promise.reject(new Error('the disk is full')),
      prune: (limits) => {
        pruned += 1
        return archive.prune(limits)
      },
    }
    const archiver = archiverFor(full)
    await archiver.run()
    expect(archiver.status).toMatchObject({ state: 'failing', error: 'the disk is full' })
    expect(pruned).toBe(1)
    await archiver.close()
    const hanging: Archive = {
      ...archive,
      write: () => new Promise((resolve) => (answer = () => resolve(false))),
    }
    const store = redisStore({ redis: redis.url })
    stores.push(store)
    const other = new Archiver({
      ...{ reader: maskedReader(store), store, archive: hanging, logger: undefined, closeWithin: 100 },
    })
    const round = other.run()
    await other.close()
    answer?.()
    await round
  })

  test('goes on with the streams of a service that Redis no longer lists', async () => {
    const archiver = archiverFor()
    await archiver.run()
    // It appears after a round without any node.
    await beat()
    await addTraffic(5, 3)
    await archiver.run()
    expect(await requests()).toBe(3)
    await redis.client().flushall()
    await addTraffic(4, 2)
    await archiver.run()
    expect(await requests()).toBe(5)
    await archiver.close()
  })

  test('goes on noting versions although a cursor is none', async () => {
    await beat('1.0.0')
    await archive.write({ cursor: { stream: 'versions:shop', expected: null, next: '["1.0' } })
    const archiver = archiverFor()
    await archiver.run()
    expect(archiver.status).toMatchObject({ state: 'archiving', error: null })
    expect(await archive.cursor('versions:shop')).toBe('["1.0.0"]')
    await archiver.close()
  })

  test('times that are none stop no feed, and make no bucket in 1970', async () => {
    await beat()
    const now = Date.now()
    const route = { key: 'GET /users/:id', count: 9, errors: 0, aborted: 0, classes: [], sketch: '8w' }
    const rollup = { v: 2, node: 'web-1', from: 0, to: MINUTE, routes: [route], jobs: [] } as const
    const data = JSON.stringify({ ...JSON.parse(encodeRollup(rollup)), clockAhead: 0 })
    await redis.client().xadd(keys.history('shop'), '*', 'data', data)
    await addTraffic(5, 3)
    const archiver = archiverFor()
    const [store] = stores
    const line = { operation: 'o1', step: 'result', user: 'ada', role: 'admin', action: 'retry', queue: 'k' } as const
    for (const at of [8.64e15, now])
      await store?.appendAudit({ ...line, at, queueName: 'mail', target: 'job 1', ok: true, detail: null })
    // An id of a time that has no calendar, and a trail that begins again.
    await archive.write({ cursor: { stream: 'slow:shop', expected: null, next: '18446744073709551615-1' } })
    const slow = encodeSlowEntry({
      ...{ v: 2, kind: 'request', name: 'GET /a', durationMs: 2_000, thresholdMs: 1_000, status: '200' },
      ...{ service: 'shop', node: 'web-1', requestId: null, traceId: null, ts: now, meta: {} },
    } as never)
    await redis.client().xadd(keys.slow('shop'), '*', ...slow)
    await archiver.run()
    expect(archiver.status).toMatchObject({ state: 'archiving', error: null })
    expect(await requests()).toBe(3)
    const time = { from: 0, to: now + 2 * MINUTE, limit: 10 }
    expect((await archive.records({ kind: 'audit', ...time })).items).toHaveLength(2)
    expect((await archive.records({ kind: 'slow', ...time })).items).toHaveLength(1)
    await archiver.close()
  })
})
