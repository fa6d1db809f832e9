import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { NewAuditEntry, Store } from '../../src/ports/index.js'
import { keysOf } from '../../src/protocol/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { createAclUser } from '../support/redis-acl.js'

const TOKEN = 'a-token-of-documents'
const NEXT = 'the-token-after-that-one'
const keys = keysOf()
const KIND = 'scheduler'
const KEY = keys.kept(KIND)

let server: TestRedis
let admin: Redis
const stores: Store[] = []

beforeAll(async () => {
  server = await startRedis()
  admin = server.client()
})
afterAll(() => server?.stop())
beforeEach(() => admin.flushall())
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
})

function open(token?: string | string[]): Store {
  const store = redisStore({ redis: server.url, token })
  stores.push(store)
  return store
}

const line: NewAuditEntry = {
  ...{ operation: 'op', step: 'intent', at: 1_767_225_600_000, user: 'ada', role: 'admin', action: 'scheduler pause' },
  ...{ queue: null, queueName: null, ok: null, detail: null, target: 'nightly' },
}

async function found(store: Store, kind = KIND) {
  const untrusted = (await store.inspectDocuments?.(kind))?.untrusted
  return { kept: Object.fromEntries(await store.listDocuments(kind)), untrusted: Object.fromEntries(untrusted ?? []) }
}

const textOf = async (id: string) => (await admin.hget(KEY, id)) ?? ''

test('a document that was signed is the one that was kept, to every Zenith with the token', async () => {
  await open(TOKEN).putDocument(KIND, 'a', '{"name":"nightly"}')
  await open(TOKEN).putDocument(KIND, 'a', '{"name":"weekly"}')
  for (const store of [open(TOKEN), open([NEXT, TOKEN])]) {
    expect(await found(store)).toEqual({ kept: { a: '{"name":"weekly"}' }, untrusted: {} })
  }
  expect(await found(open(NEXT))).toEqual({ kept: {}, untrusted: { a: 'forged' } })
  // Without a token nothing is verified, and nothing of the signature is left in it.
  expect(await found(open())).toEqual({ kept: { a: '{"name":"weekly"}' }, untrusted: {} })
})

const FORGERIES: Record<string, readonly [(signed: string) => string, string]> = {
  'is not signed': [() => '{"name":"evil"}', 'unsigned'],
  'has the signature of another': [(signed) => signed.replace('nightly', 'evil'), 'forged'],
  'has a version that was not signed': [
    (signed) => signed.replace(/^~(\d+)/, (_, version) => `~${Number(version) + 5}`),
    'forged',
  ],
  'was cut': [(signed) => signed.slice(0, -1), 'forged'],
  'has a signature of another form': [(signed) => signed.replace(/^~\d+ \w+\.\w+/, '~1 x'), 'unsigned'],
  'is empty': [() => '', 'unsigned'],
}

test.each(Object.entries(FORGERIES))(
  'a document that %s is not given, and said to be there',
  async (_what, [forge, doubt]) => {
    const store = open(TOKEN)
    await store.putDocument(KIND, 'a', '{"name":"nightly"}')
    await admin.hset(KEY, 'a', forge(await textOf('a')), 'b', forge(await textOf('a')))
    for (const one of [store, open(TOKEN)])
      expect(await found(one)).toEqual({ kept: {}, untrusted: { a: doubt, b: doubt } })
    await store.putDocument(KIND, 'a', '{"name":"daily"}')
    expect(await found(store)).toEqual({ kept: { a: '{"name":"daily"}' }, untrusted: { b: doubt } })
  },
)

test('a signed document is good under its own id, in its own kind, in its own namespace alone', async () => {
  const store = open(TOKEN)
  await store.putDocument(KIND, 'a', '{}')
  const text = await textOf('a')
  await admin.hset(KEY, 'b', text)
  await admin.hset(keys.kept('bulk'), 'a', text)
  await admin.hset(keysOf('other:').kept(KIND), 'a', text)
  expect(await found(store)).toEqual({ kept: { a: '{}' }, untrusted: { b: 'forged' } })
  expect(await found(store, 'bulk')).toEqual({ kept: {}, untrusted: { a: 'forged' } })
  const other = redisStore({ redis: server.url, prefix: 'other:', token: TOKEN })
  stores.push(other)
  expect(await found(other)).toEqual({ kept: {}, untrusted: { a: 'forged' } })
})

test('an older version of a document is not accepted by who saw a newer one, nor one that was forgotten', async () => {
  const [one, other] = [open(TOKEN), open(TOKEN)]
  await one.putDocument(KIND, 'a', 'first')
  const first = await textOf('a')
  await other.putDocument(KIND, 'a', 'second')
  const second = await textOf('a')
  for (const store of [one, other]) expect((await found(store)).kept).toEqual({ a: 'second' })
  await admin.hset(KEY, 'a', first)
  for (const store of [one, other]) expect(await found(store)).toEqual({ kept: {}, untrusted: { a: 'replayed' } })
  await admin.hset(KEY, 'a', second)
  for (const store of [one, other]) expect((await found(store)).kept).toEqual({ a: 'second' })
  await one.deleteDocument(KIND, 'a')
  expect((await found(other)).kept).toEqual({})
  await admin.hset(KEY, 'a', second)
  for (const store of [one, other]) expect(await found(store)).toEqual({ kept: {}, untrusted: { a: 'replayed' } })
})

test('what is kept again after it was forgotten is new, whichever Zenith does either', async () => {
  const zeniths = [open(TOKEN), open(TOKEN), open(TOKEN)]
  for (let round = 0; round < 12; round++) {
    const [keeper, forgetter] = [zeniths[round % 3], zeniths[(round + 1) % 3]]
    await keeper?.appendAudit(line)
    for (let times = 0; times < 3; times++) await keeper?.putDocument(KIND, 'a', `${round}.${times}`)
    for (const store of zeniths) expect((await found(store)).kept).toEqual({ a: `${round}.2` })
    await forgetter?.appendAudit(line)
    await forgetter?.deleteDocument(KIND, 'a')
    if (round % 2 === 0) for (const store of zeniths) expect(await found(store)).toEqual({ kept: {}, untrusted: {} })
  }
})

test('what an old token signed is signed anew while both are known', async () => {
  await open(TOKEN).putDocument(KIND, 'a', 'paused long ago')
  await open(TOKEN).putDocument('bulk', '7', 'interrupted')
  await open(TOKEN).putDocument('bulk:7', 'jobs-0', 'its jobs')
  await admin.hset(KEY, 'b', 'forged')
  await open([NEXT, TOKEN]).migrate?.()
  const after = open(NEXT)
  expect(await found(after)).toEqual({ kept: { a: 'paused long ago' }, untrusted: { b: 'unsigned' } })
  expect((await found(after, 'bulk')).kept).toEqual({ 7: 'interrupted' })
  expect((await found(after, 'bulk:7')).kept).toEqual({ 'jobs-0': 'its jobs' })
})

test('a Zenith that starts afterwards knows by the trail what was replaced and what was forgotten', async () => {
  const store = open(TOKEN)
  await store.putDocument(KIND, 'a', 'first')
  const first = await textOf('a')
  await store.putDocument(KIND, 'a', 'second')
  await store.appendAudit(line)
  const second = await textOf('a')
  await admin.hset(KEY, 'a', first)
  expect(await found(open(TOKEN))).toEqual({ kept: {}, untrusted: { a: 'replayed' } })
  await admin.hset(KEY, 'a', second)
  expect((await found(open(TOKEN))).kept).toEqual({ a: 'second' })
  await store.deleteDocument(KIND, 'a')
  await store.appendAudit(line)
  await admin.hset(KEY, 'a', second)
  expect(await found(open(TOKEN))).toEqual({ kept: {}, untrusted: { a: 'replayed' } })
  // Who pauses it again has a newer one.
  const other = open(TOKEN)
  await other.appendAudit(line)
  await other.putDocument(KIND, 'a', 'third')
  await other.appendAudit(line)
  for (const one of [store, other, open(TOKEN)]) expect((await found(one)).kept).toEqual({ a: 'third' })
  expect(await store.verifyAudit?.()).toMatchObject({ ok: true })
})

test('a user with the rights of earlier versions reads them all, and asks for no size twice', async () => {
  await open(TOKEN).putDocument(KIND, 'a', 'paused')
  await createAclUser(admin, 'earlier', ['quasar-operator'])
  await admin.call('acl', 'setuser', 'earlier', '-hrandfield', '-hstrlen', '-hmget')
  await admin.call('acl', 'log', 'reset')
  const store = redisStore({ redis: server.url.replace('//', '//earlier:secret@'), token: TOKEN })
  stores.push(store)
  for (let look = 0; look < 3; look++) {
    expect(await found(store)).toEqual({ kept: { a: 'paused' }, untrusted: {} })
    expect(await store.listDocuments(KIND, ['a', 'b'])).toEqual(new Map([['a', 'paused']]))
  }
  const refused = (await admin.call('acl', 'log')) as unknown[][]
  expect(refused.map(([, count]) => count)).toEqual([1, 1, 1])
  // What is too large is told from what is not there.
  await admin.hset(KEY, 'a', 'x'.repeat(40 * 1_048_576))
  await expect(store.listDocuments(KIND, ['a'])).rejects.toThrow('too large to be read')
  expect(await store.inspectDocuments?.(KIND)).toMatchObject({ leftOut: 1 })
})
