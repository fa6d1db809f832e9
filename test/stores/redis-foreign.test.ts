import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Store } from '../../src/ports/index.js'
import { INDEX_LIFE_MS, keysOf, MIN_HEARTBEAT_LIFE_MS } from '../../src/protocol/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { fakeClock } from '../support/fake-clock.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { startRedisCluster } from '../support/redis-cluster.js'
import { exceptionOf, exceptionRecord, heartbeatOf, slowOf, slowRecord } from './samples.js'

const keys = keysOf()
let server: TestRedis
let admin: Redis
let store: Store

beforeAll(async () => {
  server = await startRedis()
  admin = server.client()
})
afterAll(() => server?.stop())
beforeEach(async () => {
  await admin.flushall()
  // Looked for at every read, one read late: see {@link found}.
  store = redisStore({ redis: server.url, scanEvery: 0 })
})
afterEach(async () => {
  vi.useRealTimers()
  await store.close()
})

const protocol1 = (app: string) => ({
  timestamp: Date.now(),
  system: {
    hostname: 'old',
    platform: 'linux',
    cpu_usage: 11,
    memory_total: 100,
    memory_free: 40,
    load_avg: [1, 2, 3],
  },
  process: { pid: 7, uptime: 60, cpu_usage: 5, memory_rss: 50, memory_heap: 20 },
  meta: { app_name: app, environment: 'production', runtime: 'php', version: '8.3' },
})

const olderSdk = (service: string, id: string) => ({
  id,
  service,
  language: 'node',
  version: '20.0.0',
  pid: 9,
  hostname: 'h',
  platform: 'linux',
  cpu: { system: 10, process: 5, cores: 4 },
  memory: { system: { total: 100, free: 50, used: 50 }, process: { rss: 9, heapTotal: 8, heapUsed: 7 } },
  runtime: { uptime: 3, framework: 'Laravel 10' },
  timestamp: Date.now(),
  queues: [{ name: 'default', driver: 'redis', size: { waiting: 1, active: 0, failed: 0, delayed: 0 } }],
})

async function names(): Promise<string[]> {
  const { nodes } = await store.nodes()
  return nodes.map(({ service, node, heartbeat }) => `${service}/${node} ${heartbeat ? 'live' : 'lost'}`).sort()
}

/** Reads until the nodes are these: after the first read, foreign reporters are looked for while it goes on. */
async function found(expected: string[]): Promise<void> {
  await vi.waitFor(async () => expect(await names()).toEqual(expected))
}

test('a heartbeat set by redis-cli shows up at the first read', async () => {
  const text = JSON.stringify({ v: 2, id: 'cli-1', service: 'cron', timestamp: Date.now() })
  const key = keys.node('cron', 'cli-1')
  await promisify(execFile)('redis-cli', ['-p', `${server.port}`, 'SET', key, text, 'EX', '30'])
  expect(await names()).toEqual(['cron/cli-1 live'])
})

test('protocol 1 and the older SDK are read, and what they say is understood', async () => {
  await admin.set('pulse:server:legacy-app:web:1', JSON.stringify(protocol1('legacy-app')), 'EX', 30)
  await admin.set('pulse:shop:sdk-1', JSON.stringify(olderSdk('shop', 'sdk-1')), 'EX', 30)
  await admin.set('gravito:quasar:node:shop:sdk-2', JSON.stringify(olderSdk('shop', 'sdk-2')), 'EX', 30)
  const { nodes, unreadable } = await store.nodes()
  expect(unreadable).toBe(0)
  const byNode = new Map(nodes.map((node) => [node.node, node]))
  expect([...byNode.keys()].sort()).toEqual(['sdk-1', 'sdk-2', 'web:1'])
  expect(byNode.get('web:1')).toMatchObject({
    service: 'legacy-app',
    heartbeat: {
      id: 'web:1',
      language: 'php',
      cpu: { system: 11, process: 5, load: [1, 2, 3] },
      memory: { system: { total: 100, free: 40, used: 60 }, process: { rss: 50, heapUsed: 20 } },
      runtime: { uptime: 60 },
    },
  })
  expect(byNode.get('sdk-2')?.heartbeat).toMatchObject({ cpu: { cores: 4 }, runtime: { framework: 'Laravel 10' } })
})

test('a foreign node that runs out is lost, and lives again when it beats', async () => {
  const key = 'pulse:shop:sdk-1'
  await admin.set(key, JSON.stringify(olderSdk('shop', 'sdk-1')))
  expect(await names()).toEqual(['shop/sdk-1 live'])
  await admin.del(key)
  expect(await names()).toEqual(['shop/sdk-1 lost'])
  const { nodes } = await store.nodes()
  expect(nodes[0]?.lastBeat).toBeGreaterThan(Date.now() - 60_000)
  await admin.set(key, JSON.stringify(olderSdk('shop', 'sdk-1')))
  expect(await names()).toEqual(['shop/sdk-1 live'])
  fakeClock('Date')
  await admin.del(key)
  vi.advanceTimersByTime(INDEX_LIFE_MS + 60_000)
  expect(await names()).toEqual([])
})

test('a heartbeat without an end to its life is lost when it stays the same', async () => {
  fakeClock('Date')
  await admin.set('pulse:shop:sdk-1', JSON.stringify(olderSdk('shop', 'sdk-1')))
  expect(await names()).toEqual(['shop/sdk-1 live'])
  vi.advanceTimersByTime(MIN_HEARTBEAT_LIFE_MS + 1)
  expect(await names()).toEqual(['shop/sdk-1 lost'])
  await admin.set('pulse:shop:sdk-1', JSON.stringify(olderSdk('shop', 'sdk-1')))
  expect(await names()).toEqual(['shop/sdk-1 live'])
})

test('a node that is in the index, too, is one node and leaves as one', async () => {
  await admin.set(keys.node('shop', 'n1'), JSON.stringify(heartbeatOf('shop', 'n1')))
  expect(await names()).toEqual(['shop/n1 live'])
  await store.write({ service: 'shop', node: 'n1', heartbeat: heartbeatOf('shop', 'n1'), records: [] })
  await admin.set('pulse:shop:n1', JSON.stringify(olderSdk('shop', 'n1')))
  await found(['shop/n1 live'])
  await store.removeNode('shop', 'n1')
  await admin.del('pulse:shop:n1')
  await found([])
})

test('names that a foreign reporter did not encode are taken from its heartbeat', async () => {
  await admin.set('gravito:quasar:node:my:shop:n 1%', JSON.stringify(olderSdk('my:shop', 'n 1%')))
  expect(await names()).toEqual(['my:shop/n 1% live'])
})

test('what is no heartbeat is told from what should be one', async () => {
  await admin.set('pulse:unrelated:thing', 'just text')
  await admin.set('pulse:other', '1')
  await admin.set('pulse:queues:shop', JSON.stringify({ v: 2, service: 'shop', timestamp: Date.now() }))
  await admin.set('pulse:server:shop:broken', '{"timestamp":')
  await admin.set('gravito:quasar:node:shop:broken', '[]')
  await admin.lpush('pulse:shop:list', 'x')
  await admin.set('pulse:shop:good', JSON.stringify(olderSdk('shop', 'good')))
  const { nodes, unreadable } = await store.nodes()
  expect(nodes.map((node) => node.node)).toEqual(['good'])
  expect(unreadable).toBe(2)
})

test('slow entries and exceptions of protocol 1 are read beside those of today', async () => {
  const start = Date.now()
  const at = (ago: number) => start - ago
  await admin.set('pulse:server:shop:web-1', JSON.stringify(protocol1('shop')))
  await store.nodes()
  await admin.xadd('pulse:slow:shop', '*', 'route', 'GET /old', 'duration', '1500', 'timestamp', at(60_000))
  await admin.zadd('pulse:errors:shop', at(60_000), JSON.stringify({ message: 'old trouble', timestamp: at(60_000) }))
  const records = [slowRecord(slowOf('shop')), exceptionRecord(exceptionOf('shop', 'e1'))]
  await store.write({ service: 'shop', node: 'n1', heartbeat: null, records })
  const slow = await store.slow({ service: 'shop', limit: 10 })
  expect(slow.records.map((entry) => entry.name)).toEqual(['GET /old', 'GET /users/:id'])
  const exceptions = await store.exceptions({ service: 'shop', limit: 10 })
  expect(exceptions.records.map((record) => record.message)).toEqual(['old trouble', 'x is not a function (e1)'])

  await admin.xadd('pulse:slow:shop', '*', 'route', 'GET /next', 'duration', '1500', 'timestamp', at(30_000))
  await admin.zadd('pulse:errors:shop', Date.now(), JSON.stringify({ message: 'next trouble', timestamp: at(30_000) }))
  const nextSlow = await store.slow({ service: 'shop', after: slow.cursor, limit: 10 })
  expect(nextSlow.records.map((entry) => entry.name)).toEqual(['GET /next'])
  const nextExceptions = await store.exceptions({ service: 'shop', after: exceptions.cursor, limit: 10 })
  expect(nextExceptions.records.map((record) => record.message)).toEqual(['next trouble'])
})

test('reporters among many keys of other apps are found', async () => {
  for (let block = 0; block < 20; block++) {
    const pairs = Array.from({ length: 1_000 }, (_, index) => [`other:${block}:${index}`, 'x']).flat()
    await admin.mset(...pairs)
  }
  await admin.set('pulse:shop:sdk-1', JSON.stringify(olderSdk('shop', 'sdk-1')))
  expect(await names()).toEqual(['shop/sdk-1 live'])
})

test('where SCAN is denied the index alone is read', async () => {
  await admin.call('acl', 'setuser', 'noscan', 'on', '>secret', '~*', '+@all', '-scan')
  await admin.set('pulse:shop:sdk-1', JSON.stringify(olderSdk('shop', 'sdk-1')))
  await store.write({ service: 'shop', node: 'n1', heartbeat: heartbeatOf('shop', 'n1'), records: [] })
  const denied = redisStore({ redis: `redis://noscan:secret@127.0.0.1:${server.port}`, scanEvery: 0 })
  const { nodes, unreadable } = await denied.nodes()
  expect(nodes.map((node) => node.node)).toEqual(['n1'])
  expect(unreadable).toBe(0)
  await denied.close()
})

test('on a Cluster reporters are found on every master', async () => {
  const cluster = await startRedisCluster()
  const client = cluster.client()
  const nodes = Array.from({ length: 30 }, (_, index) => `sdk-${index}`)
  for (const node of nodes) await client.set(`pulse:shop:${node}`, JSON.stringify(olderSdk('shop', node)))
  const clustered = redisStore({ redis: client })
  const read = await clustered.nodes()
  expect(read.nodes.map((entry) => entry.node).sort()).toEqual(nodes.sort())
  expect(read.unreadable).toBe(0)
  await clustered.close()
  await cluster.stop()
})
