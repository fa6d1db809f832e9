import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Store } from '../../src/ports/index.js'
import { keysOf, MAX_AUDIT_ENTRIES, MIN_SNAPSHOT_LIFE_MS } from '../../src/protocol/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { fakeClock } from '../support/fake-clock.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { createAclUser } from '../support/redis-acl.js'
import { countCommands } from '../support/redis-commands.js'
import { queueOf, snapshotOf } from './samples.js'

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
  store = redisStore({ redis: server.url, scanEvery: 0 })
})
afterEach(async () => {
  vi.useRealTimers()
  await store.close()
})

/** What is reported, as `service reporter: queues`. */
async function reported(from = store): Promise<string[]> {
  const { snapshots } = await from.queues()
  const lines = snapshots.map(({ service, reporter, queues }) => {
    return `${service} ${reporter}: ${queues.map(({ name }) => name)}`
  })
  return lines.sort()
}

const queues = [queueOf('mail')]
const oldQueues = [
  { name: 'default', driver: 'redis', size: { waiting: 4, active: 0, failed: 1, delayed: 0 } },
  { size: 'nameless' },
]

test('keys, types and lives are those of the protocol', async () => {
  await store.writeQueues(snapshotOf('shop'), 1)
  await store.writeQueues(snapshotOf('shop', { interval: 60_000 }), 2)
  await store.acquireQueueSlot('shop', 1, 'n1', 14_000.5)
  await store.acquireQueueSlot('shop', 2, 'n1', 500)
  expect((await admin.keys('*')).sort()).toEqual([
    'gravito:quasar:index:queues',
    'gravito:quasar:lease:queues:shop',
    'gravito:quasar:lease:queues:shop:2',
    'gravito:quasar:queues:shop',
    'gravito:quasar:queues:shop:2',
  ])
  expect(await admin.zrange(keys.queueIndex, '0', '-1')).toEqual(['shop', 'shop:2'])
  expect(await admin.pttl(keys.queues('shop'))).toBeLessThanOrEqual(MIN_SNAPSHOT_LIFE_MS)
  expect(await admin.pttl(keys.queues('shop', 2))).toBeGreaterThan(170_000)
  expect(await admin.get(keys.queuesLease('shop'))).toBe('n1')
  const left = await admin.pttl(keys.queuesLease('shop'))
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThanOrEqual(14_001)
})

test('a lease that is held on lives on, and one that its holder lost is not taken back', async () => {
  await store.acquireQueueSlot('shop', 1, 'n1', 100)
  await store.acquireQueueSlot('shop', 1, 'n1', 60_000)
  expect(await admin.pttl(keys.queuesLease('shop'))).toBeGreaterThan(30_000)
  await admin.set(keys.queuesLease('shop'), 'n2', 'PX', 50)
  expect(await store.acquireQueueSlot('shop', 1, 'n1', 60_000)).toBe('n2')
  await vi.waitFor(async () => expect(await store.acquireQueueSlot('shop', 1, 'n1', 60_000)).toBe('n1'))
})

test('to take part takes two commands, to go on holding three, to write two', async () => {
  const writer = redisStore({ redis: server.url })
  await writer.acquireQueueSlot('shop', 1, 'n1', 60_000)
  const hold = (holder: string) =>
    countCommands(admin, async () => void (await writer.acquireQueueSlot('shop', 1, holder, 60_000)))
  expect(await hold('n2')).toEqual({ set: 1, get: 1 })
  expect(await hold('n1')).toEqual({ set: 1, get: 1, pexpire: 1 })
  const write = () => countCommands(admin, async () => void (await writer.writeQueues(snapshotOf('shop'), 1)))
  expect(await write()).toEqual({ set: 1, zadd: 1 })
  await writer.close()
})

test('a look costs one command as long as nothing was written, and two more for what was', async () => {
  for (let number = 0; number < 40; number++) await store.writeQueues(snapshotOf(`s${number}`), 1)
  const reader = redisStore({ redis: server.url })
  expect((await reader.queues()).snapshots).toHaveLength(40)
  const look = () => countCommands(admin, async () => void expect((await reader.queues()).snapshots).toHaveLength(40))
  expect(await look()).toEqual({ zrange: 1 })
  await store.writeQueues(snapshotOf('s7', { timestamp: Date.now() + 1, queues }), 1)
  expect(await look()).toEqual({ zrange: 1, strlen: 1, mget: 1 })
  expect(await reported(reader)).toContain('s7 n1: mail')
  expect(await look()).toEqual({ zrange: 1 })
  await reader.close()
})

test('what ran out is not shown: neither by a reader that saw it nor by a new one', async () => {
  await store.writeQueues(snapshotOf('shop', { queues }), 1)
  fakeClock()
  expect(await reported()).toEqual(['shop n1: mail'])
  await admin.del(keys.queues('shop'))
  vi.advanceTimersByTime(MIN_SNAPSHOT_LIFE_MS + 1)
  expect(await reported()).toEqual([])
  const fresh = redisStore({ redis: server.url })
  expect(await fresh.queues()).toEqual({ snapshots: [], unreadable: 0 })
  await fresh.close()
  await store.writeQueues(snapshotOf('shop', { queues, timestamp: Date.now() + 1 }), 1)
  expect(await reported()).toEqual(['shop n1: mail'])
})

test('what is unreadable is counted, hides nothing, and is read when it is repaired', async () => {
  await store.writeQueues(snapshotOf('shop', { queues }), 1)
  await admin.set(keys.queues('text'), '{"queues":')
  await admin.set(keys.queues('none'), JSON.stringify({ v: 2, service: 'none', timestamp: 1 }))
  await admin.lpush(keys.queues('list'), 'x')
  for (const member of ['text', 'none', 'list', 'gone']) await admin.zadd(keys.queueIndex, Date.now(), member)
  expect(await reported()).toEqual(['shop n1: mail'])
  expect((await store.queues()).unreadable).toBe(3)
  await admin.del(keys.queues('list'))
  await admin.set(keys.queues('text'), JSON.stringify(snapshotOf('text', { queues })))
  await admin.del(keys.queues('none'))
  expect(await reported()).toEqual(['shop n1: mail', 'text n1: mail'])
  expect((await store.queues()).unreadable).toBe(0)
})

test('an index of another type hides no snapshot, and is no trouble for those who write', async () => {
  await admin.set(keys.queueIndex, 'x')
  const error = await store.writeQueues(snapshotOf('shop', { queues }), 1)
  expect(error).toMatchObject({ code: 'WRONGTYPE' })
  await vi.waitFor(async () => expect(await reported()).toEqual(['shop n1: mail']))
  expect((await store.queues()).unreadable).toBe(1)
  await admin.del(keys.queueIndex)
  await admin.lpush(keys.queuesLease('shop'), 'x')
  expect(await store.acquireQueueSlot('shop', 1, 'n1', 1_000)).toBeNull()
  await store.releaseQueueSlot('shop', 1, 'n1')
  expect(await store.writeQueues(snapshotOf('shop'), 1)).toBeNull()
})

test('snapshots of protocol 1, of reporters without an index and of the older SDK are found', async () => {
  const { service: _, ...nameless } = snapshotOf('x', { queues })
  await admin.set('pulse:queues:legacy:app', JSON.stringify({ timestamp: Date.now(), queues: oldQueues }))
  await admin.set(keys.queues('php app'), JSON.stringify({ ...nameless, reporter: 'php-1' }))
  await admin.set(keys.queues('php app', 2), JSON.stringify({ ...nameless, reporter: 'php-2' }))
  const sdk = { service: 'shop', language: 'node', timestamp: Date.now(), queues: oldQueues }
  await admin.set('pulse:shop:sdk-1', JSON.stringify({ ...sdk, id: 'sdk-1' }))
  await admin.set(keys.node('shop', 'sdk-2'), JSON.stringify({ ...sdk, id: 'sdk-2' }))
  const expected = [
    'legacy:app null: default',
    'php app php-1: mail',
    'php app php-2: mail',
    'shop sdk-1: default',
    'shop sdk-2: default',
  ]
  expect(await reported()).toEqual(expected)
  const { snapshots, unreadable } = await store.queues()
  expect(unreadable).toBe(0)
  expect(snapshots.find(({ reporter }) => reporter === 'sdk-1')?.queues).toMatchObject([
    { name: 'default', driver: 'other', metrics: { waiting: 4, failed: 1, completed: null }, throughput: null },
  ])
  await admin.del('pulse:queues:legacy:app', keys.queues('php app', 2), 'pulse:shop:sdk-1')
  await vi.waitFor(async () => {
    await store.nodes()
    expect(await reported()).toEqual(['php app php-1: mail', 'shop sdk-2: default'])
  })
})

test('who writes an index later is shown once', async () => {
  const snapshot = snapshotOf('shop', { queues })
  await admin.set(keys.queues('shop'), JSON.stringify(snapshot))
  expect(await reported()).toEqual(['shop n1: mail'])
  await store.writeQueues(snapshot, 1)
  expect(await reported()).toEqual(['shop n1: mail'])
})

test('a foreign snapshot without an end to its life is gone when it stays the same', async () => {
  fakeClock()
  await admin.set(keys.queues('shop'), JSON.stringify(snapshotOf('shop', { queues })))
  expect(await reported()).toEqual(['shop n1: mail'])
  vi.advanceTimersByTime(MIN_SNAPSHOT_LIFE_MS + 1)
  expect(await reported()).toEqual([])
  await admin.set(keys.queues('shop'), JSON.stringify(snapshotOf('shop', { queues, timestamp: Date.now() + 1 })))
  expect(await reported()).toEqual(['shop n1: mail'])
})

test('foreign reporters are looked for once a minute at most, never per look', async () => {
  const reader = redisStore({ redis: server.url })
  await reader.queues()
  const commands = await countCommands(admin, async () => {
    for (let look = 0; look < 5; look++) await reader.queues()
    await reader.nodes()
  })
  expect(commands.scan).toBeUndefined()
  await reader.close()
})

test('a reporter whose clock is a year ahead takes nothing from the others', async () => {
  await store.nodes()
  await store.writeQueues(snapshotOf('shop', { queues }), 1)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 365 * 24 * 3_600_000 })
  const wrong = redisStore({ redis: server.url })
  expect(await wrong.writeQueues(snapshotOf('early', { queues }), 1)).toBeNull()
  await wrong.nodes()
  expect(await wrong.writeQueues(snapshotOf('ahead', { queues }), 1)).toBeNull()
  await wrong.close()
  vi.useRealTimers()
  expect(await admin.zrange(keys.queueIndex, '0', '-1')).toEqual(['shop', 'ahead'])
  expect(await reported()).toEqual(expect.arrayContaining(['ahead n1: mail', 'shop n1: mail']))
  for (const { timestamp } of (await store.queues()).snapshots) expect(timestamp).toBeLessThanOrEqual(Date.now())
})

test('the audit trail keeps about its newest 10,000 lines, and passes over what is none', async () => {
  const about = { queue: null, queueName: null, ok: null, detail: null, user: null, role: 'admin' }
  const entry = { operation: 'o', step: 'intent', at: 1, action: 'retry', ...about } as const
  const pipeline = admin.pipeline()
  for (let number = 0; number < MAX_AUDIT_ENTRIES + 400; number++) pipeline.xadd(keys.audit, '*', 'data', '{}')
  await pipeline.exec()
  for (let number = 0; number < 3; number++) await store.appendAudit({ ...entry, target: `${number}` })
  const length = await admin.xlen(keys.audit)
  expect(length).toBeGreaterThanOrEqual(MAX_AUDIT_ENTRIES)
  expect(length).toBeLessThan(MAX_AUDIT_ENTRIES + 200)
  for (let number = 0; number < 5; number++) await admin.xadd(keys.audit, '*', 'data', 'no line')
  const page = await store.listAudit({ before: null, limit: 3 })
  expect(page.map(({ target }) => target)).toEqual(['2', '1', '0'])
})

test('keys of another type make what Zenith keeps fail in words', async () => {
  for (const key of [keys.audit, keys.kept('paused')]) await admin.set(key, 'x')
  await expect(store.listAudit({ before: null, limit: 1 })).rejects.toThrow('another type')
  await expect(store.listDocuments('paused')).rejects.toThrow('another type')
  await expect(store.putDocument('paused', 'a', 'x')).rejects.toThrow('another type')
})

test('the documented rules are enough to report queues, to read them and to act, and each gives no more', async () => {
  await createAclUser(admin, 'queues', ['quasar-queues'])
  await createAclUser(admin, 'reader', ['quasar-zenith'])
  await createAclUser(admin, 'operator', ['quasar-operator'])
  const [reporter, reader, operator] = ['queues', 'reader', 'operator'].map((user) => {
    return redisStore({ redis: `redis://${user}:secret@127.0.0.1:${server.port}` })
  }) as [Store, Store, Store]
  await reader.queues()
  await admin.call('acl', 'log', 'reset')
  const heartbeat = { service: 'shop', node: 'n1', heartbeat: null, records: [] }
  expect((await reporter.write(heartbeat)).error).toBeNull()
  for (const holder of ['n1', 'n1', 'n2']) expect(await reporter.acquireQueueSlot('shop', 1, holder, 1_000)).toBe('n1')
  expect(await reporter.writeQueues(snapshotOf('shop', { queues }), 1)).toBeNull()
  expect(await reporter.readQueues('shop', 1)).not.toBeNull()
  await reporter.releaseQueueSlot('shop', 1, 'n1')
  expect(await admin.exists(keys.queuesLease('shop'))).toBe(0)
  expect(await reported(reader)).toEqual(['shop n1: mail'])
  expect(await reader.listDocuments('paused')).toEqual(new Map())
  expect(await reader.listAudit({ before: null, limit: 1 })).toEqual([])
  await operator.putDocument('paused', 'a', 'x')
  expect(await operator.deleteDocument('paused', 'a')).toBe(true)
  expect(await admin.call('acl', 'log')).toEqual([])
  await expect(reader.putDocument('paused', 'a', 'x')).rejects.toMatchObject({ code: 'NOPERM' })
  await expect(reporter.queues()).rejects.toMatchObject({ code: 'NOPERM' })
  await expect(reporter.listAudit({ before: null, limit: 1 })).rejects.toMatchObject({ code: 'NOPERM' })
  for (const one of [reporter, reader, operator]) await one.close()
})
