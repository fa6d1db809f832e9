import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { AuditPage } from '../../../src/api/audit.js'
import type { BulkOperation } from '../../../src/api/bulk.js'
import type { FreezeState } from '../../../src/api/freeze.js'
import { referenceOf } from '../../../src/protocol/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { openWay } from '../queues/bulk/support/way.js'
import type { Problem } from '../support/acting.js'
import { sightedZenith } from '../support/sighted.js'
import { actionsOf, filledQueue, type GuardedZenith, guardedZenith, HOUR, short } from './support.js'

const DAY = 24 * HOUR
const KEY = 'gravito-zenith/gravito%3Aquasar/kept/freeze'
const [TOKEN, OTHER] = ['a-token-of-zenith', 'a-token-of-others']

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())
beforeEach(async () => {
  await redis.client().flushall()
})

const state = async (zenith: GuardedZenith) => (await zenith.ask<FreezeState>('/api/freeze')).body
const set = (zenith: GuardedZenith, change: object = {}) =>
  zenith.post<FreezeState & Problem>('/api/freeze', {
    ...{ action: 'set', until: Date.now() + HOUR, reason: 'year-end sale' },
    ...change,
  })
const lift = (zenith: GuardedZenith) => zenith.post<FreezeState>('/api/freeze', { action: 'lift' })
const NONE = { freeze: null, active: false, untrusted: false }

async function pause(zenith: GuardedZenith): Promise<string> {
  return short(await zenith.post<object>(actionsOf(await zenith.keyOf('mail')), { action: 'pause' }))
}

describe('a freeze', () => {
  it('is set, replaced and lifted, at every Zenith of the store at once, with lines in the trail', async () => {
    await filledQueue(redis, 'mail', 1)
    const [one, two] = [guardedZenith(redis), guardedZenith(redis)]
    await Promise.all([one.keyOf('mail'), two.keyOf('mail')])
    expect(await state(two)).toEqual(NONE)
    const until = Date.now() + HOUR
    const { body } = await set(one, { until })
    expect(body).toMatchObject({
      active: true,
      untrusted: false,
      freeze: { until, reason: 'year-end sale', by: 'admin' },
    })
    expect(await state(two)).toEqual(body)
    expect([await pause(one), await pause(two)]).toEqual(['409 frozen', '409 frozen'])
    expect((await set(two, { until: until + HOUR, reason: 'longer' })).status).toBe(200)
    expect((await state(one)).freeze).toMatchObject({ until: until + HOUR, reason: 'longer' })
    expect(await redis.client().hlen(KEY)).toBe(1)
    expect(await lift(two)).toEqual({ status: 200, body: NONE })
    expect([await pause(one), short(await lift(one))]).toEqual(['200', '404 not_found'])
    const { items } = (await one.ask<AuditPage>('/api/audit')).body
    const oldestFirst = [...items].reverse()
    expect(oldestFirst.map(({ action, step, ok }) => [action, step, ok])).toEqual([
      ...['freeze', 'freeze', 'freeze lift', 'pause'].flatMap((action) => [
        [action, 'intent', null],
        [action, 'result', true],
      ]),
    ])
    expect(oldestFirst[0]?.target).toBe(
      `${new Date(body.freeze?.from ?? 0).toISOString()} to ${new Date(until).toISOString()}: year-end sale`,
    )
  })

  it('may begin later, and ends by itself', async () => {
    await filledQueue(redis, 'mail', 1)
    const zenith = guardedZenith(redis)
    const from = Date.now() + HOUR
    expect((await set(zenith, { from, until: from + DAY })).body).toMatchObject({ active: false, freeze: { from } })
    expect(await pause(zenith)).toBe('200')
    const stored = { from: Date.now() - DAY, until: Date.now() - 1, reason: 'over', by: 'ada', at: 1 }
    await redis.client().hset(KEY, 'current', JSON.stringify(stored))
    expect(await state(zenith)).toEqual(NONE)
    expect(await pause(zenith)).toBe('200')
  })

  it.each([
    ['no end', { until: undefined }, '`until`'],
    ['no reason', { reason: '' }, '`reason` takes a text of 1 to 300 characters.'],
    ['a long reason', { reason: 'x'.repeat(301) }, '`reason`'],
    ['an end that has passed', { until: Date.now() - 1 }, '`until` takes a time at least a minute after the start.'],
    [
      'an end before the start',
      { from: Date.now() + 2 * HOUR, until: Date.now() + HOUR },
      '`until` takes a time at least',
    ],
    [
      'more than 30 days',
      { until: Date.now() + 30 * DAY + HOUR },
      '`until` takes a time at most 30 days after the start.',
    ],
    [
      'a start in 31 days',
      { from: Date.now() + 31 * DAY, until: Date.now() + 32 * DAY },
      '`from` takes a time within the next 30 days.',
    ],
    ['another name', { by: 'eve' }, '`by` is not known'],
  ])('with %s is refused', async (_, change, words) => {
    const zenith = guardedZenith(redis)
    const { status, body } = await set(zenith, change)
    expect([status, body.error.message]).toEqual([400, expect.stringContaining(words)])
    expect(await state(zenith)).toEqual(NONE)
  })

  it('that can’t be read lets no change through', async () => {
    await filledQueue(redis, 'mail', 1)
    const zenith = guardedZenith(redis)
    const key = await zenith.keyOf('mail')
    await redis.client().hset(KEY, 'current', 'x'.repeat(5_000_000))
    const { status, body } = await zenith.post<Problem>(actionsOf(key), { action: 'pause' })
    expect([status, body.error.code]).toEqual([503, 'store_unavailable'])
    expect(short(await zenith.ask('/api/freeze'))).toBe('503 store_unavailable')
    await redis.client().del(KEY)
    expect(await pause(zenith)).toBe('200')
  })

  it('is for admins of the whole cluster; everyone sees it', async () => {
    const { keys, asker } = await sightedZenith(redis)
    const [admin, operator] = [
      await asker([{ queues: null, role: 'admin' }]),
      await asker([{ queues: null, role: 'operator' }]),
    ]
    const ofMail = await asker([{ queues: ['mail*'], role: 'admin' }])
    const change = { action: 'set', until: Date.now() + HOUR, reason: 'year-end sale' }
    for (const user of [operator, ofMail]) expect((await user.post('/api/freeze', change)).status).toBe(403)
    expect((await admin.post('/api/freeze', change)).status).toBe(200)
    for (const user of [operator, ofMail]) {
      expect((await user.get('/api/freeze')).json()).toMatchObject({
        active: true,
        freeze: { reason: 'year-end sale' },
      })
      expect((await user.post('/api/freeze', { action: 'lift' })).status).toBe(403)
    }
    for (const user of [admin, operator, ofMail]) {
      const { status, json } = await user.post(`/api/queues/${referenceOf(keys.mail)}/actions`, { action: 'pause' })
      expect([status, json<Problem>().error.code]).toEqual([409, 'frozen'])
    }
    // What a user does not see stays unknown.
    expect((await ofMail.post(`/api/queues/${referenceOf(keys.hidden)}/actions`, { action: 'pause' })).status).toBe(404)
  })
})

describe('with a token', () => {
  it.each([
    ['unsigned', async (text: string) => redis.client().hset(KEY, 'current', text)],
    [
      'signed with another token',
      async (text: string) => {
        const store = redisStore({ redis: redis.url, token: OTHER }) as ReturnType<typeof redisStore> & {
          putDocument(kind: string, id: string, text: string): Promise<void>
        }
        await store.putDocument('freeze', 'current', text)
        await store.close()
      },
    ],
  ])('a freeze that is %s freezes nothing, is told of, and can be removed', async (_, write) => {
    await filledQueue(redis, 'mail', 1)
    const zenith = guardedZenith(redis, { token: TOKEN })
    await zenith.keyOf('mail')
    const now = Date.now()
    await write(JSON.stringify({ from: now, until: now + HOUR, reason: 'forged', by: 'ada', at: now }))
    expect(await state(zenith)).toEqual({ ...NONE, untrusted: true })
    expect(await pause(zenith)).toBe('200')
    const { documents } = (await zenith.ask<AuditPage>('/api/audit')).body
    expect(documents).toMatchObject([{ kind: 'freeze', id: 'current' }])
    expect(await lift(zenith)).toEqual({ status: 200, body: NONE })
  })

  it('a freeze of its own holds, and holds after the token was replaced', async () => {
    await filledQueue(redis, 'mail', 1)
    const before = guardedZenith(redis, { token: OTHER })
    expect((await set(before)).body).toMatchObject({ active: true })
    const between = guardedZenith(redis, { token: [TOKEN, OTHER] })
    expect(await pause(between)).toBe('409 frozen')
    // It signs anew what the old token signed, at its start.
    const after = guardedZenith(redis, { token: TOKEN })
    await vi.waitFor(async () => expect(await state(after)).toMatchObject({ active: true, untrusted: false }), 15_000)
    expect(await pause(after)).toBe('409 frozen')
  })
})

it('a running bulk operation stops when a freeze begins, and is resumed after it', { timeout: 120_000 }, async () => {
  const queue = await filledQueue(redis, 'mail', 5_000)
  const way = await openWay(redis)
  onTestFinished(() => way.close())
  const source = bullmqQueues({ connection: way.url })
  onTestFinished(() => source.close())
  const [one, two] = [guardedZenith(redis, { queues: [source] }), guardedZenith(redis)]
  const { id } = await one.counted('remove', await one.keyOf('mail'))
  // Another Zenith freezes, in the middle of it.
  const frozen = way.when(
    async () => (await queue.getWaitingCount()) < 4_500,
    async () => expect((await set(two)).status).toBe(200),
  )
  expect(short(await one.post<object>(`/api/bulk/${id}/start`, {}))).toBe('200')
  await frozen
  const stopped = await one.reached(id, 'interrupted')
  expect(stopped).toMatchObject({
    ...{ resumable: true, unknown: 0, error: expect.stringMatching(/^Changes are frozen until /) },
  })
  const left = await queue.getWaitingCount()
  // Only what was in hand was done.
  expect(left).toBeGreaterThan(4_000)
  expect(stopped.succeeded).toBe(5_000 - left)
  await two.keyOf('mail')
  const resume = (zenith: GuardedZenith) => zenith.post<BulkOperation>(`/api/bulk/${id}/resume`, {})
  expect([short(await resume(one)), short(await resume(two))]).toEqual(['409 frozen', '409 frozen'])
  expect(await queue.getWaitingCount()).toBe(left)
  expect((await lift(two)).status).toBe(200)
  expect(short(await resume(two))).toBe('200')
  expect(await two.reached(id, 'done')).toMatchObject({ succeeded: 5_000 })
  expect(await queue.getWaitingCount()).toBe(0)
})

it('a store that keeps no data of Zenith has no freeze', async () => {
  const { appendAudit: _, ...store } = memoryStore()
  const zenith = guardedZenith(redis, { store })
  expect(await state(zenith)).toEqual(NONE)
  expect(short(await set(zenith))).toBe('409 not_supported')
})
