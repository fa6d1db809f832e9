import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BulkOperation } from '../../../src/api/bulk.js'
import { CONFIRMED } from '../../../src/api/safety.js'
import { referenceOf } from '../../../src/protocol/index.js'
import type { ZenithOptions } from '../../../src/runtime/create-zenith.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import type { Problem } from '../support/acting.js'
import { documentOf } from '../support/api.js'
import { sightedZenith } from '../support/sighted.js'
import { actionsOf, CLEAN, filledQueue, guardedZenith, jobsOf, short } from './support.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())
beforeEach(async () => {
  await redis.client().flushall()
})

async function open(options: ZenithOptions = { environment: 'production' }) {
  const [mail, orders] = [await filledQueue(redis, 'mail', 30), await filledQueue(redis, 'orders', 10)]
  const zenith = guardedZenith(redis, options)
  const keys = { mail: await zenith.keyOf('mail'), orders: await zenith.keyOf('orders') }
  return { mail, orders, zenith, keys }
}

const REMOVE = { action: 'remove', ids: ['j0', 'j1'] }

describe('in production', () => {
  it.each([
    ['clean', CLEAN, 10],
    ['empty', { action: 'empty' }, 30],
  ])('%s takes the name of the queue', async (_, change, removed) => {
    const { mail, zenith, keys } = await open()
    const ask = (confirm?: unknown) =>
      zenith.post<Problem>(actionsOf(keys.mail), { ...change, ...(confirm !== undefined && { confirm }) })
    const missing = await ask()
    expect(short(missing)).toBe('409 confirmation_needed')
    expect(missing.body.error.message).toBe('This is production. `confirm` takes the name of the queue: `mail`.')
    const wrong = await ask('orders')
    expect(short(wrong)).toBe('409 confirmation_wrong')
    expect(wrong.body.error.message).toContain('`mail`')
    for (const other of ['Mail', ' mail', 'mail ', keys.mail])
      expect(short(await ask(other))).toBe('409 confirmation_wrong')
    expect(short(await ask(5))).toBe('400 bad_body')
    expect(await mail.getWaitingCount()).toBe(30)
    expect(await ask('mail')).toEqual({ status: 200, body: { removed } })
    expect(await mail.getWaitingCount()).toBe(30 - removed)
  })

  it('removing several jobs at once takes it, and removing one does not', async () => {
    const { mail, zenith, keys } = await open()
    expect(short(await zenith.post<object>(jobsOf(keys.mail), REMOVE))).toBe('409 confirmation_needed')
    expect(short(await zenith.post<object>(jobsOf(keys.mail), { ...REMOVE, confirm: 'orders' }))).toBe(
      '409 confirmation_wrong',
    )
    expect(await mail.getWaitingCount()).toBe(30)
    expect(short(await zenith.post<object>(jobsOf(keys.mail), { ...REMOVE, confirm: 'mail' }))).toBe('200')
    expect(short(await zenith.post<object>(jobsOf(keys.mail), { action: 'remove', ids: ['j2', 'j2'] }))).toBe('200')
    expect(await mail.getWaitingCount()).toBe(27)
    expect(short(await zenith.post<object>(jobsOf(keys.mail), { action: 'retry', ids: ['j3', 'j4'] }))).toBe('200')
    expect(short(await zenith.post<object>(actionsOf(keys.mail), { action: 'pause' }))).toBe('200')
  })

  it('the start of a bulk removal takes the name of its queue, or for several the number of jobs', async () => {
    const { mail, orders, zenith, keys } = await open()
    const start = (id: string, body: object) => zenith.post<Problem & BulkOperation>(`/api/bulk/${id}/start`, body)
    const one = await zenith.counted('remove', keys.mail)
    expect(short(await start(one.id, {}))).toBe('409 confirmation_needed')
    expect(short(await start(one.id, { confirm: 'remove 30 jobs' }))).toBe('409 confirmation_wrong')
    expect((await zenith.ask<BulkOperation>(`/api/bulk/${one.id}`)).body.phase).toBe('ready')
    expect(short(await start(one.id, { confirm: 'mail' }))).toBe('200')
    await zenith.reached(one.id, 'done')
    expect(await mail.getWaitingCount()).toBe(0)

    await filledQueue(redis, 'mail', 5)
    const both = await zenith.counted('remove', keys.mail, keys.orders)
    const needed = await start(both.id, {})
    expect(needed.body.error).toMatchObject({
      code: 'confirmation_needed',
      message: expect.stringContaining('`remove 15 jobs`.'),
    })
    for (const confirm of ['mail', 'orders', 'remove 14 jobs'])
      expect(short(await start(both.id, { confirm }))).toBe('409 confirmation_wrong')
    expect([await mail.getWaitingCount(), await orders.getWaitingCount()]).toEqual([5, 10])
    expect(short(await start(both.id, { confirm: 'remove 15 jobs' }))).toBe('200')
    await zenith.reached(both.id, 'done')
    expect([await mail.getWaitingCount(), await orders.getWaitingCount()]).toEqual([0, 0])
  })

  it('a bulk retry takes none', async () => {
    const { zenith, keys } = await open()
    const { id } = await zenith.counted('promote', keys.mail)
    expect(short(await zenith.post<object>(`/api/bulk/${id}/start`, {}))).not.toContain('confirmation')
  })

  it('deleting from the archive takes the search once more, and counting does not', async () => {
    const { zenith } = await open()
    const forget = (body: object) =>
      zenith.post<Problem>('/api/archive/forget', { q: 'state:failed', dryRun: false, ...body })
    expect(short(await forget({ dryRun: true }))).toBe('200')
    expect(short(await forget({}))).toBe('409 confirmation_needed')
    expect(short(await forget({ confirm: 'queue:mail' }))).toBe('409 confirmation_wrong')
    expect(short(await forget({ confirm: 'state:failed' }))).toBe('200')
  })

  it('a program with a token needs the field like everyone, and the rights come first', async () => {
    const { keys, asker } = await sightedZenith(redis, { environment: 'production' })
    const path = `/api/queues/${referenceOf(keys.mail)}/actions`
    const codeOf = async (grants: Parameters<typeof asker>[0], body: object) => {
      const { status, json } = await (await asker(grants)).post(path, body)
      return short({ status, body: json() })
    }
    const [admin, operator] = [[{ queues: ['mail*'], role: 'admin' }], [{ queues: ['mail*'], role: 'operator' }]]
    expect(await codeOf(operator, { action: 'empty', confirm: 'mail-out' })).toBe('403 forbidden')
    expect(await codeOf([{ queues: ['orders'], role: 'admin' }], { action: 'empty' })).toBe('404 not_found')
    expect(await codeOf(admin, { action: 'empty' })).toBe('409 confirmation_needed')
    expect(await codeOf(admin, { action: 'empty', confirm: 'mail-out' })).toBe('200')
  })
})

it.each([undefined, 'staging', 'development', 'prod'])(
  'nothing is to be confirmed in the environment %s',
  async (environment) => {
    const { mail, zenith, keys } = await open(environment === undefined ? {} : { environment })
    expect(short(await zenith.post<object>(jobsOf(keys.mail), REMOVE))).toBe('200')
    expect(short(await zenith.post<object>(actionsOf(keys.mail), { action: 'empty' }))).toBe('200')
    expect(await mail.getWaitingCount()).toBe(0)
  },
)

it('the API’s description says what takes a confirmation, as the table does', async () => {
  const { zenith } = guardedZenith(redis)
  const { paths } = await documentOf(zenith)
  const told = Object.values(paths).flatMap(({ post }) => descriptionsIn(post?.requestBody))
  expect(new Set(told)).toEqual(
    new Set(
      Object.values(CONFIRMED).map(
        ({ from, takes }) => `In production${from > 1 ? ` with ${from} or more jobs` : ''}: ${takes}.`,
      ),
    ),
  )
})

/** Of all fields `confirm` in a schema. */
function descriptionsIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([name, value]) =>
    name === 'confirm'
      ? [...JSON.stringify(value).matchAll(/"description":"([^"]*)"/g)].map(([, text = '']) =>
          text.replaceAll('\\', ''),
        )
      : descriptionsIn(value),
  )
}
