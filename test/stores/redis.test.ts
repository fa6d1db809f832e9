import { inspect } from 'node:util'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Store } from '../../src/ports/index.js'
import { INDEX_LIFE_MS, keysOf, ROLLUP_LIFE_MS } from '../../src/protocol/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { createAclUser } from '../support/redis-acl.js'
import { holdingProxy } from '../support/redis-proxy.js'
import { exceptionOf, exceptionRecord, heartbeatOf, rollupOf, rollupRecord, slowOf, slowRecord } from './samples.js'

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
  store = redisStore({ redis: server.url })
})
afterEach(async () => {
  vi.useRealTimers()
  await store.close()
})

function beatOf(service: string, node: string, timestamp = Date.now()) {
  return { service, node, heartbeat: heartbeatOf(service, node, { timestamp }), records: [] }
}

const batch = () => ({
  service: 'shop',
  node: 'n1',
  heartbeat: heartbeatOf('shop', 'n1'),
  records: [slowRecord(slowOf('shop')), exceptionRecord(exceptionOf('shop', 'e1')), rollupRecord(rollupOf())],
})

async function callsOf(command: string): Promise<number> {
  const stats = await admin.info('commandstats')
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
}

test('nothing is connected before the first write, and then by the name of quasar', async () => {
  const named = async () => String(await admin.client('LIST')).match(/name=quasar\b/g)?.length ?? 0
  expect(await named()).toBe(0)
  await store.write(batch())
  expect(await named()).toBe(1)
  await store.close()
  await vi.waitFor(async () => expect(await named()).toBe(0))
})

test.each(['', 'not a url', 'http://:pa55word@x', 'redis://:pa55word@[', 'redis://:pa55word@h:99999', 'redis://'])(
  '%s fails at once, and says what is taken',
  (redis) => {
    let reason: unknown
    try {
      redisStore({ redis })
    } catch (error) {
      reason = error
    }
    expect(reason).toMatchObject({
      name: 'QuasarError',
      code: 'invalid_option',
      message: expect.stringMatching(/^redisStore: option "redis" takes a URL, redis:/),
    })
    expect(inspect(reason)).not.toContain('pa55word')
  },
)

test('after closing nothing is written and nothing is taken for written', async () => {
  await store.close()
  const { unwritten, error } = await store.write(batch())
  expect(unwritten).toHaveLength(3)
  expect(error?.message).toContain('closed')
  await expect(store.nodes()).rejects.toThrow('closed')
})

test('keys, types and lives are those of the protocol', async () => {
  await store.write(batch())
  expect(await admin.type(keys.node('shop', 'n1'))).toBe('string')
  expect(await admin.type(keys.nodeIndex)).toBe('zset')
  expect(await admin.type(keys.slow('shop'))).toBe('stream')
  expect(await admin.type(keys.errors('shop'))).toBe('zset')
  expect(await admin.type(keys.rollup('shop'))).toBe('stream')
  const beatLife = await admin.pttl(keys.node('shop', 'n1'))
  expect(beatLife).toBeGreaterThan(20_000)
  expect(beatLife).toBeLessThanOrEqual(30_000)
  expect(await admin.pttl(keys.errors('shop'))).toBeGreaterThan(0)
  expect(await admin.pttl(keys.rollup('shop'))).toBeGreaterThan(ROLLUP_LIFE_MS)
  const [entry] = await admin.xrange(keys.slow('shop'), '-', '+')
  expect(entry?.[1]).toEqual(expect.arrayContaining(['name', 'GET /users/:id', 'durationMs', '1234.5']))
})

test('a heartbeat lives for three intervals when that is longer than 30 s', async () => {
  const heartbeat = heartbeatOf('shop', 'n1', { interval: 60_000.5 })
  await store.write({ service: 'shop', node: 'n1', heartbeat, records: [] })
  expect(await admin.pttl(keys.node('shop', 'n1'))).toBeGreaterThan(170_000)
})

test('a write is one round trip: all of it is in Redis before the first answer is back', async () => {
  const proxy = await holdingProxy(server.port)
  const behind = redisStore({ redis: proxy.url })
  await behind.nodes()
  proxy.hold()
  const writing = behind.write(batch())
  await vi.waitFor(async () => {
    expect(await admin.exists(keys.node('shop', 'n1'), keys.slow('shop'), keys.errors('shop'))).toBe(3)
    expect(await admin.zcard(keys.nodeIndex)).toBe(1)
    expect(await admin.xlen(keys.rollup('shop'))).toBe(1)
  })
  proxy.release()
  expect(await writing).toEqual({ unwritten: [], error: null })
  await behind.close()
  await proxy.close()
})

test('a beat alone takes two commands, and tidying comes once a minute at most', async () => {
  await store.nodes()
  await store.write(beatOf('shop', 'n1'))
  await admin.config('RESETSTAT')
  await store.write(beatOf('shop', 'n1'))
  const stats = String(await admin.info('commandstats'))
  const commands = [...stats.matchAll(/cmdstat_([\w|]+):calls=(\d+)/g)].map(([, name, calls]) => `${name} ${calls}`)
  expect(commands.filter((command) => !/^(config|info)/.test(command)).sort()).toEqual(['set 1', 'zadd 1'])
})

test('foreign reporters are looked for once, not at every read', async () => {
  await admin.config('RESETSTAT')
  for (let round = 0; round < 5; round++) await store.nodes()
  expect(await callsOf('scan')).toBe(3)
  expect(await callsOf('keys')).toBe(0)
})

test('nodes silent for a day are pruned from the index, and those of the far future', async () => {
  const now = Date.now()
  await admin.zadd(
    keys.nodeIndex,
    now - INDEX_LIFE_MS - 60_000,
    'shop:old',
    now - 60_000,
    'shop:lost',
    now * 2,
    'shop:future',
  )
  expect((await store.nodes()).nodes.map(({ node }) => node)).toEqual(['lost', 'old'])
  await store.write(beatOf('shop', 'n1'))
  expect(await admin.zrange(keys.nodeIndex, '0', '-1')).toEqual(['shop:lost', 'shop:n1'])
})

test('a node from the future is not seen later than now, and is lost when it beats no more', async () => {
  const { heartbeat } = beatOf('shop', 'future')
  await admin.zadd(keys.nodeIndex, Date.now() + 10 * INDEX_LIFE_MS, 'shop:future')
  expect((await store.nodes()).nodes).toEqual([])
  await admin.set(
    keys.node('shop', 'future'),
    JSON.stringify({ ...heartbeat, timestamp: Date.now() + 10 * INDEX_LIFE_MS }),
  )
  const { nodes } = await store.nodes()
  expect(nodes).toMatchObject([{ node: 'future', heartbeat: {} }])
  expect(nodes[0]?.lastBeat).toBeLessThanOrEqual(Date.now())
  await admin.del(keys.node('shop', 'future'))
  const isLost = async () => expect((await store.nodes()).nodes).toMatchObject([{ node: 'future', heartbeat: null }])
  await vi.waitFor(isLost, { timeout: 15_000, interval: 500 })
})

test('a reporter whose clock is a year ahead takes nothing from the others', async () => {
  const other = redisStore({ redis: server.url })
  await other.write(batch())
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 365 * INDEX_LIFE_MS })
  const wrong = redisStore({ redis: server.url })
  await wrong.nodes()
  const ahead = { ...batch(), node: 'n2', heartbeat: heartbeatOf('shop', 'n2') }
  expect((await wrong.write(ahead)).error).toBeNull()
  await wrong.close()
  vi.useRealTimers()
  const newest = await admin.zrange(keys.errors('shop'), '-1', '-1', 'WITHSCORES')
  const scores = [await admin.zscore(keys.nodeIndex, 'shop:n2'), newest[1]].map(Number)
  for (const score of scores) expect(Math.abs(score - Date.now())).toBeLessThan(60_000)
  const { nodes } = await other.nodes()
  expect(nodes.map(({ node }) => node).sort()).toEqual(['n1', 'n2'])
  expect((await other.exceptions({ service: 'shop', limit: 10 })).records).toHaveLength(2)
  expect((await other.rollups({ service: 'shop', since: Date.now() - 60_000 })).records).toHaveLength(2)
  for (const { lastBeat } of nodes) expect(Math.abs(lastBeat - Date.now())).toBeLessThan(60_000)
  await other.close()
})

test.each([
  ['a year ahead', 365],
  ['two days back', -2],
])('a reporter whose clock is set %s while it runs takes nothing from the others', async (_how, days) => {
  const other = redisStore({ redis: server.url })
  await other.write(batch())
  const wrong = redisStore({ redis: server.url })
  const beat = { ...batch(), node: 'n2', heartbeat: heartbeatOf('shop', 'n2') }
  await wrong.write(beat)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * INDEX_LIFE_MS })
  for (let round = 0; round < 2; round++) {
    expect((await wrong.write({ ...beat, heartbeat: heartbeatOf('shop', 'n2') })).error).toBeNull()
    const score = Number(await admin.zscore(keys.nodeIndex, 'shop:n2'))
    expect(Math.abs(score - vi.getRealSystemTime())).toBeLessThan(60_000)
  }
  await wrong.close()
  vi.useRealTimers()
  const { nodes } = await other.nodes()
  expect(nodes.map(({ node }) => node).sort()).toEqual(['n1', 'n2'])
  expect((await other.exceptions({ service: 'shop', limit: 10 })).records.length).toBeGreaterThan(0)
  expect((await other.rollups({ service: 'shop', since: Date.now() - 60_000 })).records.length).toBeGreaterThan(1)
  await other.close()
})

test('an exception whose time lies in the future does not hide the ones after it', async () => {
  const future = JSON.stringify({ name: 'Future', message: 'x', service: 'shop', ts: Date.now() * 2 })
  await admin.zadd(keys.errors('shop'), Date.now() * 2, future)
  const first = await store.exceptions({ service: 'shop', limit: 10 })
  expect(first.records).toHaveLength(1)
  await store.write(batch())
  const next = await store.exceptions({ service: 'shop', after: first.cursor, limit: 10 })
  expect(next.records.map((record) => record.id)).toEqual(['e1'])
})

test('a node that has not beaten since is not read again before it should have', async () => {
  const beat = (interval: number, pid: number, timestamp: number) => {
    return {
      service: 'shop',
      node: 'n1',
      heartbeat: heartbeatOf('shop', 'n1', { interval, pid, timestamp }),
      records: [],
    }
  }
  const seen = async () => {
    const { nodes } = await store.nodes()
    return nodes.map(({ heartbeat, lastBeat }) => [heartbeat?.pid, lastBeat])
  }
  const at = Date.now() - 1_000
  await store.write(beat(10_000, 1, at))
  expect(await seen()).toEqual([[1, at]])
  const reads = await callsOf('mget')
  expect(await seen()).toEqual([[1, at]])
  expect(await callsOf('mget')).toBe(reads)
  await store.write(beat(20, 2, at + 1))
  expect(await seen()).toEqual([[2, at + 1]])

  await admin.del(keys.node('shop', 'n1'))
  await vi.waitFor(async () => expect(await seen()).toEqual([[undefined, at + 1]]))
  await admin.zrem(keys.nodeIndex, 'shop:n1')
  expect(await seen()).toEqual([])
})

test('what is unreadable is counted and hides nothing', async () => {
  await store.write(batch())
  await store.write(beatOf('shop', 'n2'))
  await admin.set(keys.node('shop', 'broken'), '{"not": "a heartbeat"')
  for (const member of ['shop:broken', 'shop:list', 'nonsense']) await admin.zadd(keys.nodeIndex, Date.now(), member)
  await admin.lpush(keys.node('shop', 'list'), 'x')
  const { nodes, unreadable } = await store.nodes()
  expect(nodes.map((node) => node.node).sort()).toEqual(['n1', 'n2'])
  expect(unreadable).toBe(2)

  await admin.xadd(keys.slow('shop'), '*', 'some', 'thing')
  await admin.zadd(keys.errors('shop'), Date.now(), 'not json')
  await admin.xadd(keys.rollup('shop'), '*', 'data', '{}')
  const slow = await store.slow({ service: 'shop', limit: 10 })
  const exceptions = await store.exceptions({ service: 'shop', limit: 10 })
  const rollups = await store.rollups({ service: 'shop', since: 0 })
  for (const page of [slow, exceptions, rollups]) {
    expect(page.records).toHaveLength(1)
    expect(page.unreadable).toBe(1)
  }
  expect((await store.exceptions({ service: 'shop', after: exceptions.cursor, limit: 10 })).unreadable).toBe(0)
})

test('keys of another type are counted on reading and keep only their own records back on writing', async () => {
  for (const key of [keys.slow('shop'), keys.errors('shop'), keys.rollup('shop'), keys.nodeIndex])
    await admin.set(key, 'x')
  expect(await store.nodes()).toMatchObject({ unreadable: 1 })
  expect(await store.slow({ service: 'shop', limit: 10 })).toMatchObject({ records: [], unreadable: 1 })
  expect(await store.exceptions({ service: 'shop', limit: 10 })).toMatchObject({ records: [], unreadable: 1 })
  expect(await store.rollups({ service: 'shop', since: 0 })).toMatchObject({ records: [], unreadable: 1 })

  await admin.del(keys.errors('shop'), keys.rollup('shop'), keys.nodeIndex)
  const written = batch()
  const { unwritten, error } = await store.write(written)
  expect(unwritten).toEqual([written.records[0]])
  expect(error).toMatchObject({ code: 'WRONGTYPE', message: expect.stringContaining('another type') })
  expect((await store.exceptions({ service: 'shop', limit: 10 })).records).toHaveLength(1)
})

test('a cursor that makes no sense begins anew', async () => {
  await store.write(batch())
  for (const after of ['', 'x', '1-', ';;', '-inf', '9'.repeat(400), '1:é']) {
    expect((await store.slow({ service: 'shop', after, limit: 10 })).records).toHaveLength(1)
    expect((await store.exceptions({ service: 'shop', after, limit: 10 })).records).toHaveLength(1)
    expect((await store.rollups({ service: 'shop', since: 0, after })).records).toHaveLength(1)
  }
})

test('what was written twice is read once', async () => {
  const twice = batch()
  await store.write(twice)
  const first = await Promise.all([
    store.slow({ service: 'shop', limit: 10 }),
    store.rollups({ service: 'shop', since: 0 }),
  ])
  await store.write({ ...twice, heartbeat: null })
  expect(await admin.xlen(keys.slow('shop'))).toBe(2)
  expect((await store.slow({ service: 'shop', limit: 10 })).records).toHaveLength(1)
  expect((await store.exceptions({ service: 'shop', limit: 10 })).records).toHaveLength(1)
  expect((await store.rollups({ service: 'shop', since: 0 })).records).toHaveLength(1)
  expect((await store.slow({ service: 'shop', after: first[0].cursor, limit: 10 })).records).toEqual([])
  expect((await store.rollups({ service: 'shop', since: 0, after: first[1].cursor })).records).toEqual([])
})

test('a page that is read anew shows what is there, whatever was read before', async () => {
  const again = batch()
  await store.write(again)
  await store.slow({ service: 'shop', limit: 10 })
  await store.write({ ...again, heartbeat: null })
  const [first] = await admin.xrange(keys.slow('shop'), '-', '+', 'COUNT', 1)
  await admin.xdel(keys.slow('shop'), first?.[0] ?? '')
  expect((await store.slow({ service: 'shop', limit: 10 })).records).toHaveLength(1)
})

test('rollups of thousands are read whole, and old ones are trimmed', async () => {
  const old = Date.now() - ROLLUP_LIFE_MS - 60_000
  for (let number = 1; number <= 300; number++) await admin.xadd(keys.rollup('shop'), `${old}-${number}`, 'data', '{}')
  const records = Array.from({ length: 2_500 }, (_, index) => rollupRecord(rollupOf({ from: index, to: index + 1 })))
  await store.nodes()
  await store.write({ service: 'shop', node: 'n1', heartbeat: null, records })
  // Redis trims whole blocks of a hundred.
  expect(await admin.xlen(keys.rollup('shop'))).toBeLessThan(2_600)
  const page = await store.rollups({ service: 'shop', since: Date.now() - 60_000 })
  expect(page.records.map((rollup) => rollup.from)).toEqual(records.map((_, index) => index))
  expect(page.unreadable).toBe(0)
})

test('an exception that is written again much later is not given again', async () => {
  const [early, late] = [exceptionOf('shop', 'e1'), exceptionOf('shop', 'e2')].map(exceptionRecord)
  const write = (record: typeof early) => {
    return store.write({ service: 'shop', node: 'n1', heartbeat: null, records: record ? [record] : [] })
  }
  await write(early)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 60_000 })
  await write(late)
  const { cursor } = await store.exceptions({ service: 'shop', limit: 10 })
  await write(early)
  expect((await store.exceptions({ service: 'shop', after: cursor, limit: 10 })).records).toEqual([])
})

test('the documented rule for reporters is enough to report, and gives nothing else', async () => {
  await createAclUser(admin, 'reporter', ['quasar-reporter'])
  await admin.call('acl', 'log', 'reset')
  const reporter = redisStore({ redis: `redis://reporter:secret@127.0.0.1:${server.port}` })
  expect(await reporter.write(batch())).toEqual({ unwritten: [], error: null })
  await reporter.removeNode('shop', 'n1')
  expect(await admin.exists(keys.node('shop', 'n1'))).toBe(0)
  expect(await admin.call('acl', 'log')).toEqual([])
  await expect(reporter.nodes()).rejects.toMatchObject({ code: 'NOPERM' })
  await reporter.close()
  await refuses('reporter', [
    ['keys', '*'],
    ['scan', '0'],
    ['config', 'get', '*'],
    ['flushall'],
    ['get', keys.node('shop', 'n1')],
    ['set', 'x', 'y'],
  ])
})

test('the documented rule for Zenith is enough to read, and gives nothing else', async () => {
  await createAclUser(admin, 'zenith', ['quasar-zenith'])
  await store.write(batch())
  await admin.zadd(keys.nodeIndex, Date.now(), 'shop:lost')
  await admin.call('acl', 'log', 'reset')
  const zenith = redisStore({ redis: `redis://zenith:secret@127.0.0.1:${server.port}`, scanEvery: 0 })
  for (let round = 0; round < 3; round++) expect((await zenith.nodes()).nodes).toHaveLength(2)
  expect((await zenith.slow({ service: 'shop', limit: 10 })).records).toHaveLength(1)
  expect((await zenith.exceptions({ service: 'shop', limit: 10 })).records).toHaveLength(1)
  expect((await zenith.rollups({ service: 'shop', since: 0 })).records).toHaveLength(1)
  expect(await zenith.ping()).toBeGreaterThan(0)
  // That it may not SCAN is found out once, by the three patterns of one pipeline.
  const log = JSON.stringify(await admin.call('acl', 'log'))
  expect(log.match(/"object","([^"]*)"/g)).toEqual(['"object","scan"'])
  expect(log).toContain('"count",3')
  expect(await zenith.write({ ...batch(), records: [] })).toMatchObject({ error: { code: 'NOPERM' } })
  await zenith.close()
  await refuses('zenith', [
    ['keys', '*'],
    ['scan', '0'],
    ['config', 'get', '*'],
    ['flushall'],
    ['get', 'other'],
    ['del', keys.nodeIndex],
  ])
})

async function refuses(username: string, commands: readonly [string, ...string[]][]): Promise<void> {
  const client = server.client({ username, password: 'secret', enableReadyCheck: false })
  for (const [name, ...args] of commands) await expect(client.call(name, ...args)).rejects.toThrow('NOPERM')
}

test('a client that was passed in stays open and gets no listeners', async () => {
  const client = new Redis(server.port, '127.0.0.1')
  await client.ping()
  const listeners = () => client.eventNames().map((event) => `${String(event)} ${client.listenerCount(event)}`)
  const before = listeners()
  const given = redisStore({ redis: client })
  await given.write(batch())
  await given.nodes()
  expect(listeners()).toEqual(before)
  await given.close()
  expect(await client.ping()).toBe('PONG')
  client.disconnect()
})

test('a lazy client that nobody connects is connected', async () => {
  const client = new Redis({ port: server.port, host: '127.0.0.1', lazyConnect: true })
  const given = redisStore({ redis: client })
  expect(client.status).toBe('wait')
  expect((await given.write(batch())).error).toBeNull()
  client.disconnect()
})

test('a lazy client is left for its app to connect at first', async () => {
  const client = new Redis({ port: server.port, host: '127.0.0.1', lazyConnect: true })
  const given = redisStore({ redis: client })
  const writing = given.write(batch())
  await client.connect()
  expect((await writing).error).toBeNull()
  client.disconnect()
})

test("a client's key prefix comes before ours, on reading and on writing", async () => {
  const client = new Redis({ port: server.port, host: '127.0.0.1', keyPrefix: 'app*:' })
  const given = redisStore({ redis: client })
  await given.write(batch())
  await admin.set(
    `app*:${keys.node('shop', 'foreign')}`,
    JSON.stringify({ id: 'foreign', service: 'shop', timestamp: Date.now() }),
  )
  expect(await admin.exists(`app*:${keys.nodeIndex}`)).toBe(1)
  expect((await given.nodes()).nodes.map((node) => node.node)).toEqual(['n1', 'foreign'])
  client.disconnect()
})
