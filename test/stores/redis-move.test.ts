import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { NewAuditEntry, Store } from '../../src/ports/index.js'
import { keysOf } from '../../src/protocol/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { createAclUser } from '../support/redis-acl.js'
import { startRedisCluster, type TestCluster } from '../support/redis-cluster.js'

const TOKEN = 'a-token-of-the-move'
const keys = keysOf()
const { former } = keys

let server: TestRedis
let cluster: TestCluster
let admin: Redis
const stores: Store[] = []

beforeAll(async () => {
  server = await startRedis()
  admin = server.client()
})
afterAll(async () => {
  await server?.stop()
  await cluster?.stop()
})
beforeEach(() => admin.flushall())
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
})

function open(token?: string, user?: string): Store {
  const redis = user ? server.url.replace('//', `//${user}:secret@`) : server.url
  const store = redisStore({ redis, token })
  stores.push(store)
  return store
}

const line = (target: string): NewAuditEntry => ({
  ...{ operation: 'op', step: 'intent', at: 1_767_225_600_000, user: 'ada', role: 'admin', action: 'retry' },
  ...{ queue: null, queueName: null, ok: null, detail: null },
  target,
})

/** As a version before this one left it. */
async function leaveBehind(client: Pick<Redis, 'xadd' | 'hset'> = admin): Promise<void> {
  for (let number = 1; number <= 5; number++) {
    await client.xadd(former.audit, '*', 'data', JSON.stringify(line(`old ${number}`)))
  }
  await client.hset(former.kept('scheduler'), 'mail/nightly', '{"paused":"long ago"}')
  await client.hset(former.kept('scheduler-part'), 'mail/x/1/0', 'a part')
  await client.hset(former.kept('bulk'), '7', '{"operation":7}')
  await client.hset(former.kept('bulk:7'), 'jobs-0', '[1]', 'fates-0', '[0]')
}

async function trailOf(store: Store): Promise<string[]> {
  const items = await store.listAudit({ before: null, limit: 100 })
  return items.map(({ action, target, trust }) => (action === 'move' ? 'move' : target) + (trust ? ` ${trust}` : ''))
}

const OLD = ['old 5', 'old 4', 'old 3', 'old 2', 'old 1']

async function expectMoved(store: Store): Promise<void> {
  expect(await store.listDocuments('scheduler')).toEqual(new Map([['mail/nightly', '{"paused":"long ago"}']]))
  expect(await store.listDocuments('scheduler-part')).toEqual(new Map([['mail/x/1/0', 'a part']]))
  expect(await store.listDocuments('bulk')).toEqual(new Map([['7', '{"operation":7}']]))
  expect((await store.listDocuments('bulk:7')).size).toBe(2)
}

test('what an earlier version kept is moved, once, and the trail says so', async () => {
  await leaveBehind()
  const store = open()
  await store.migrate?.()
  await expectMoved(store)
  expect(await trailOf(store)).toEqual(['move', ...OLD])
  const [told] = await store.listAudit({ before: null, limit: 1 })
  expect(told).toMatchObject({ ok: true, user: null })
  expect(told?.detail).toMatch(/^5 lines and 5 documents came from gravito:quasar:\* to gravito-zenith\//)
  expect(await store.verifyAudit?.()).toMatchObject({ ok: true, first: 6, last: 6, leftBehind: 0 })
  expect((await admin.keys('gravito:quasar:*')).sort()).toEqual([])
  await open().appendAudit(line('new'))
  expect(await trailOf(open())).toEqual(['new', 'move', ...OLD])
})

test('with a token its documents are signed as they are found, and its lines are of before signing', async () => {
  await leaveBehind()
  const store = open(TOKEN)
  await store.appendAudit(line('new'))
  await expectMoved(open(TOKEN))
  expect(await trailOf(store)).toEqual(['new signed', 'move signed', ...OLD.map((one) => `${one} before-signing`)])
  expect(await store.verifyAudit?.()).toMatchObject({ ok: true, beforeSigning: 5, last: 7 })
  // The chain begins after them, and vouches for them.
  const [[id = '', fields = []] = []] = await admin.xrange(keys.audit, '-', '+', 'COUNT', 1)
  const rest = (await admin.xrange(keys.audit, '-', '+')).slice(1)
  await admin.del(keys.audit)
  await admin.xadd(keys.audit, id, 'data', (fields[1] ?? '').replace('ada', 'eve'))
  for (const [at, others] of rest) await admin.xadd(keys.audit, at, ...others)
  expect((await store.verifyAudit?.())?.breaks.map(({ kind }) => kind)).toEqual(['changed'])
})

test.each([
  ['with a token', TOKEN],
  ['without one', undefined],
])('what comes to the former place afterwards is left there and said to be there, %s', async (_how, token) => {
  await open(token).migrate?.()
  await leaveBehind()
  const store = open(token)
  await store.migrate?.()
  await store.appendAudit(line('new'))
  expect(await trailOf(store)).toHaveLength(1)
  expect((await store.listDocuments('scheduler')).size + (await store.listDocuments('bulk')).size).toBe(0)
  expect(await store.verifyAudit?.()).toMatchObject({ ok: true, leftBehind: 5 })
  expect(await admin.xlen(former.audit)).toBe(5)
})

test('the mark that it is done can be deleted, and nothing is moved again', async () => {
  await open(TOKEN).appendAudit(line('new'))
  await admin.del(keys.moved)
  await leaveBehind()
  const store = open(TOKEN)
  await store.migrate?.()
  expect([await trailOf(store), await store.listDocuments('scheduler')]).toEqual([['new signed'], new Map()])
})

test('of several Zeniths that start at the same moment one moves it', async () => {
  await leaveBehind()
  const zeniths = Array.from({ length: 5 }, () => open(TOKEN))
  await Promise.all(zeniths.map((store, at) => store.appendAudit(line(`new ${at}`))))
  for (const store of zeniths) {
    await expectMoved(store)
    expect(await store.verifyAudit?.()).toMatchObject({ ok: true, lines: 11, last: 11 })
  }
  expect((await trailOf(open(TOKEN))).filter((one) => /move/.test(one))).toHaveLength(1)
})

test('one that was interrupted is gone on with', async () => {
  await leaveBehind()
  const lines = await admin.xrange(former.audit, '-', '+')
  // Two lines and a document had been copied, and the document has changed since.
  for (const [id, fields] of lines.slice(0, 2)) await admin.xadd(keys.audit, id, ...fields)
  await admin.hset(keys.kept('scheduler'), 'mail/nightly', '{"paused":"long ago"}')
  await admin.set(keys.lease('move'), 'a Zenith that ended', 'PX', 300)
  const store = open()
  await store.migrate?.()
  await expectMoved(store)
  expect(await trailOf(store)).toEqual(['move', ...OLD])
  expect(await store.verifyAudit?.()).toMatchObject({ ok: true })
})

test('one that ended after it had told is gone on with: nothing is moved again, and what was copied is deleted', async () => {
  await leaveBehind()
  await createAclUser(admin, 'actor', ['quasar-operator'])
  // It may not delete what it copied, and it never came to say that it is done.
  await open(undefined, 'actor').migrate?.()
  await admin.del(keys.moved)
  await admin.hset(former.kept('scheduler'), 'mail/forged', '{}')
  await admin.xadd(former.audit, '*', 'data', JSON.stringify(line('since')))
  await open().migrate?.()
  const store = open()
  await expectMoved(store)
  expect(await trailOf(store)).toEqual(['move', ...OLD])
  expect(await store.verifyAudit?.()).toMatchObject({ ok: true, leftBehind: 1 })
  expect(await admin.hkeys(former.kept('scheduler'))).toEqual(['mail/forged'])
  expect(await admin.exists(former.kept('bulk'), former.kept('bulk:7'))).toBe(0)
})

test('the jobs of a bulk operation are deleted before the operation that leads to them', async () => {
  await leaveBehind()
  const monitor = await admin.monitor()
  const deleted: string[] = []
  monitor.on('monitor', (_time: string, [name, key]: string[]) => {
    if (name === 'hdel' && key?.startsWith(former.kept('bulk'))) deleted.push(key)
  })
  await open().migrate?.()
  await vi.waitFor(() => expect(deleted).toEqual([former.kept('bulk:7'), former.kept('bulk')]))
  monitor.disconnect()
})

test.each([-3, 3])('all of it is moved although Zenith’s own clock is %s days off', async (days) => {
  const now = Date.now
  vi.spyOn(Date, 'now').mockImplementation(() => now() + days * 24 * 3_600_000)
  onTestFinished(() => void vi.restoreAllMocks())
  await leaveBehind()
  const store = open()
  await store.migrate?.()
  expect(await trailOf(store)).toEqual(['move', ...OLD])
  const [told] = await store.listAudit({ before: null, limit: 1 })
  expect(Math.abs((told?.at ?? 0) - now())).toBeLessThan(60_000)
})

test('where nothing is to be moved, nobody waits for a Zenith that ended at its start', async () => {
  await admin.set(keys.lease('move'), 'a Zenith that ended', 'PX', 60_000)
  const store = open(TOKEN)
  await store.appendAudit(line('new'))
  expect(await trailOf(store)).toEqual(['new signed'])
  expect(await admin.pttl(keys.lease('move'))).toBeGreaterThan(30_000)
})

test('keys of another type, of too many documents and lines of the far future are left there', async () => {
  await admin.set(former.audit, 'x')
  await admin.set(former.kept('bulk'), 'x')
  const many = Object.fromEntries(Array.from({ length: 2_001 }, (_, at) => [`${at}`, 'x']))
  await admin.hset(former.kept('scheduler-part'), many)
  await admin.hset(former.kept('scheduler'), 'a', 'x', 'b', 'x'.repeat(1_048_577))
  const store = open(TOKEN)
  await store.migrate?.()
  expect(await store.listDocuments('scheduler')).toEqual(new Map([['a', 'x']]))
  const [told] = await store.listAudit({ before: null, limit: 1 })
  expect(told).toMatchObject({ action: 'move', ok: false })
  expect(told?.detail).toContain('left there, because it is none of Zenith’s: the audit trail')
  expect(await admin.hlen(former.kept('scheduler-part'))).toBe(2_001)
})

test('lines of before bring nothing along that has no place in one, and leave room for those after them', async () => {
  const chained = { ...line('forged'), number: 999, previous: 'f'.repeat(64), sig: 'x' }
  await admin.xadd(former.audit, '1-1', 'data', JSON.stringify(chained))
  await admin.xadd(former.audit, '2-1', 'other', 'x')
  await admin.xadd(former.audit, '18446744073709551615-18446744073709551615', 'data', JSON.stringify(line('last')))
  const store = open(TOKEN)
  await store.appendAudit(line('new'))
  expect(await trailOf(store)).toEqual(['new signed', 'move signed', 'forged before-signing'])
  expect(await store.verifyAudit?.()).toMatchObject({ ok: true, last: 3 })
})

test('an operation that a Zenith of an earlier version works on stays with it', async () => {
  await leaveBehind()
  await admin.set(former.lease('bulk operation 7'), 'an earlier Zenith', 'PX', 60_000)
  const store = open()
  await store.migrate?.()
  expect([await store.listDocuments('bulk'), await store.listDocuments('bulk:7')]).toEqual([new Map(), new Map()])
  expect([await admin.hlen(former.kept('bulk')), await admin.hlen(former.kept('bulk:7'))]).toEqual([1, 2])
  expect((await store.listDocuments('scheduler')).size).toBe(1)
})

test('the rights of the documented operator are enough, and one that only reads moves nothing and shows what there is', async () => {
  await leaveBehind()
  await createAclUser(admin, 'viewer', ['quasar-zenith'])
  await createAclUser(admin, 'actor', ['quasar-operator'])
  const viewer = open(undefined, 'viewer')
  await expect(viewer.migrate?.()).rejects.toMatchObject({ code: 'NOPERM' })
  expect(await trailOf(viewer)).toEqual([])
  expect(await viewer.verifyAudit?.()).toMatchObject({ ok: true, leftBehind: 5 })
  await open(undefined, 'actor').migrate?.()
  await expectMoved(viewer)
  expect(await trailOf(viewer)).toEqual(['move', ...OLD])
  // It may not delete them where they were.
  expect(await viewer.verifyAudit?.()).toMatchObject({ ok: true })
  expect(await admin.xlen(former.audit)).toBe(5)
  // Whoever did it: so the doctor asks.
  for (const prepares of [false, true]) {
    const again = open(undefined, 'actor')
    if (prepares) await again.migrate?.()
    expect(await again.verifyAudit?.()).toMatchObject({ ok: true, leftBehind: 0 })
  }
})

test('it is the same on a Redis Cluster', async () => {
  cluster = await startRedisCluster()
  const client = cluster.client()
  await leaveBehind(client)
  const store = redisStore({ redis: client, token: TOKEN })
  await store.appendAudit(line('new'))
  await expectMoved(store)
  expect(await store.verifyAudit?.()).toMatchObject({ ok: true, last: 7 })
  expect(await client.exists(former.audit)).toBe(0)
  await store.close()
  client.disconnect()
})
