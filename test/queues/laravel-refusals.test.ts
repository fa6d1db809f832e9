import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { memoryStore } from '../../src/stores/memory/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { documentedAclRules } from '../support/redis-acl.js'
import { actingZenith } from '../zenith/support/acting.js'
import { type HorizonApp, horizonApp } from './laravel/horizon-app.js'
import { type WholeSource, wholeSource } from './laravel/whole-source.js'
import { redisContents } from './support.js'

let server: TestRedis
let admin: Redis
let app: HorizonApp
beforeAll(async () => {
  server = await startRedis()
  admin = server.client()
})
afterAll(() => server?.stop())
beforeEach(async () => {
  await admin.flushall()
  app = horizonApp(admin)
  await app.push('mail', { name: 'Waits', data: null })
})

const SOMEBODY_ELSE = /has just retried|no failed job|has not ended/

async function failed(): Promise<string> {
  const id = await app.push('mail', { name: 'SendMail', data: null }, ['vip'])
  await app.fail('mail', await app.reserve('mail', 'r'))
  return id
}

function open(url: string): WholeSource {
  const source = wholeSource({ redis: url })
  onTestFinished(() => source.close())
  return source
}

/** A source whose user has these rights. */
async function as(...rules: readonly string[]): Promise<WholeSource> {
  await admin.call('acl', 'setuser', 'somebody', 'reset', 'on', '>secret', ...rules)
  return open(server.url.replace('//', '//somebody:secret@'))
}

const LOOKER =
  [...documentedAclRules('queues.md').entries()].find(([user]) => user === 'quasar-queue-looker')?.[1] ?? []
const ALL = ['~*', '+@all']

describe.each(['retry', 'remove'] as const)(
  '%s that Redis refuses is told as what it is, and changes nothing',
  (action) => {
    const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
      ['who may look alone', LOOKER.slice(2), /lacks a right that docs\/queues\.md lists: .*NOPERM/],
      ['who may run scripts, and write nothing in them', [...ALL, '-@write', '+eval'], /lacks a right/],
      ['who may write, and not hashes', [...ALL, '-hset', '-hdel', '-del'], /lacks a right/],
      ['who may read no jobs', [...ALL, '-hmget'], /lacks a right/],
      ['who may read the keys alone', ['%R~*', '+@all'], /lacks a right/],
    ]

    test.each(cases)('for a user %s', async (_, rules, reason) => {
      const id = await failed()
      const source = await as(...rules)
      await source.read()
      const before = await redisContents(admin)
      const outcomes = await source[action]('mail', [id]).catch((error: Error) => [
        { ok: false, reason: error.message },
      ])
      expect(outcomes).toMatchObject([{ ok: false }])
      expect(outcomes[0]?.reason).toMatch(reason)
      expect(outcomes[0]?.reason).not.toMatch(SOMEBODY_ELSE)
      expect(await redisContents(admin)).toEqual(before)
    })
  },
)

test('a user who may not push leaves no note of a retry', async () => {
  const id = await failed()
  const source = await as('~laravel_horizon:*', '%R~*', '+@all')
  const before = await redisContents(admin)
  const [outcome] = await source.retry('mail', [id])
  expect(outcome).toMatchObject({
    ok: false,
    reason: expect.stringMatching(/^The Redis user of this source lacks a right/),
  })
  expect(await redisContents(admin)).toEqual(before)
})

test('a replica says that it is one', async () => {
  const id = await failed()
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(server.port)] })
  onTestFinished(() => replica.stop())
  const reader = replica.client()
  await vi.waitFor(async () => expect(await reader.exists(app.key(id))).toBe(1), { timeout: 15_000 })
  const source = open(replica.url)
  expect((await source.jobs('mail', { state: 'failed', offset: 0, limit: 5, order: 'newest' })).total).toBe(1)
  expect(await source.retry('mail', [id])).toMatchObject([
    { ok: false, reason: expect.stringMatching(/read-only replica/) },
  ])
  expect(await source.remove('mail', [id])).toMatchObject([
    { ok: false, reason: expect.stringMatching(/read-only replica/) },
  ])
})

test('a Redis that is full says so, and takes no half of a retry', async () => {
  const id = await failed()
  const source = open(server.url)
  await source.read()
  const before = await redisContents(admin)
  await admin.config('SET', 'maxmemory', '1')
  onTestFinished(async () => void (await admin.config('SET', 'maxmemory', '0')))
  expect(await source.retry('mail', [id])).toMatchObject([
    { ok: false, reason: expect.stringMatching(/out of memory/) },
  ])
  await admin.config('SET', 'maxmemory', '0')
  expect(await redisContents(admin)).toEqual(before)
  expect(await source.retry('mail', [id])).toMatchObject([{ ok: true }])
})

test('the API and the audit trail give the reason', async () => {
  const id = await failed()
  const store = memoryStore()
  const zenith = actingZenith({ store, queues: [await as(...LOOKER.slice(2))] })
  const key = encodeURIComponent(await zenith.keyOf('mail'))
  const { status, body } = await zenith.post(`/api/queues/${key}/jobs`, { action: 'retry', ids: [id] })
  expect([status, body]).toMatchObject([
    200,
    { outcomes: [{ ok: false, reason: expect.stringMatching(/lacks a right/) }] },
  ])
  const [newest] = await store.listAudit({ before: null, limit: 1 })
  expect(newest).toMatchObject({ step: 'result', ok: false, detail: expect.stringMatching(/lacks a right/) })
})

test('with exactly the documented rights every view and action of Horizon works', async () => {
  const rules = documentedAclRules('queues.md')
  const words = (user: string) => rules.get(user) ?? []
  for (const user of ['quasar-queue-looker', 'quasar-horizon-actor'])
    await admin.call('acl', 'setuser', user, 'reset', ...words(user))
  await admin.call('acl', 'log', 'reset')
  const ids = [await failed(), await failed()] as const
  await app.master('app-1', 'running')
  await app.supervisor('app-1:one', { 'redis:mail': 3 })
  await admin.sadd(app.key('monitoring'), 'vip')
  await app.push('mail', { name: 'Waits', data: null })
  await app.succeed('mail', await app.reserve('mail'))
  for (const user of ['quasar-queue-looker', 'quasar-horizon-actor']) {
    const source = open(server.url.replace('//', `//${user}:secret@`))
    const { queues } = await source.read()
    expect(queues).toMatchObject([
      { name: 'mail', error: null, workers: 3, metrics: { failed: 2 }, meta: { horizon: 'running' } },
    ])
    for (const state of ['waiting', 'delayed', 'active', 'failed', 'completed'] as const) {
      await source.jobs('mail', { state, offset: 0, limit: 5, order: 'newest' })
      await source.search('mail', { state, text: 'x', maxMatches: 5, maxScanned: 5, maxMs: 1_000 })
      await source.scan('mail', { state, asOf: Date.now(), cursor: null, limit: 5 })
    }
    expect(await source.job('mail', ids[0])).toMatchObject({ state: 'failed' })
  }
  const actor = open(server.url.replace('//', '//quasar-horizon-actor:secret@'))
  expect(await actor.retry('mail', [ids[0]])).toEqual([{ id: ids[0], ok: true, reason: null }])
  expect(await admin.zcard(app.key('vip'))).toBe(1)
  expect(await actor.retry('mail', [ids[0]])).toMatchObject([{ reason: expect.stringMatching(/has not ended yet/) }])
  expect(await actor.remove('mail', [ids[1]])).toEqual([{ id: ids[1], ok: true, reason: null }])
  expect((await admin.call('acl', 'log')) as unknown[]).toEqual([])
})
