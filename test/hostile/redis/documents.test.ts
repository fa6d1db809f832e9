import type { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Overview } from '../../../src/api/overview.js'
import type { SchedulerListing } from '../../../src/api/schedulers.js'
import { keysOf } from '../../../src/protocol/index.js'
import { redisStore } from '../../../src/stores/redis/index.js'
import { BullRedis } from '../../support/bullmq-redis.js'
import { schedulersOf } from '../../zenith/queues/schedulers/support/schedulers-zenith.js'

/** What Zenith keeps, when there is far more of it, or far larger, than Zenith ever kept. */

const keys = keysOf()
const TOKEN = 'a-token-of-the-fleet'
const MEGABYTE = 1_048_576
const MANY = 200_000
const bull = new BullRedis()

/** A Zenith of a queue with a scheduler. */
async function open(token?: string) {
  await bull.bench().queue('mail').upsertJobScheduler('nightly', { pattern: '0 12 * * *' }, { name: 'send', data: {} })
  return schedulersOf('mail', { redis: bull.redis.url, ...(token && { token }), queues: [bull.source()] })
}

async function pausedScheduler(token?: string) {
  const zenith = await open(token)
  expect(await zenith.do('pause', 'nightly')).toMatchObject({ status: 200 })
  return { zenith, id: `${await zenith.keyOf('mail')}/nightly` }
}

async function fillWith(client: Redis, count: number, document: string, kinds = ['scheduler', 'bulk']): Promise<void> {
  const script = `for i = ARGV[1], ARGV[2] do redis.call('HSET', KEYS[1], 'x' .. i, ARGV[3]) end`
  // In parts, so that Redis answers others meanwhile.
  for (const kind of kinds)
    for (let from = 1; from <= count; from += PART)
      await client.eval(script, 1, keys.kept(kind), from, Math.min(count, from + PART - 1), document)
}

const PART = 20_000

interface Answer {
  readonly items: readonly unknown[]
  readonly leftOut?: number | null
}

const SLOW = 'by some that are slow to be parsed'
/** The text of 1 MB that takes longest to be parsed. */
const SLOW_TO_PARSE = `{"a":[${'{},'.repeat(340_000)}{}]}`

describe('what is kept is bounded, and what is left out is said', () => {
  it.each<[string, (client: Redis) => Promise<void>, number]>([
    ['by 200,000 tiny documents', (client) => fillWith(client, MANY, '{}'), MANY - 2_000],
    ['by some that are larger than any', (client) => fillWith(client, 3, 'x'.repeat(40 * MEGABYTE)), 3],
    ['by more than may be read at once', (client) => fillWith(client, 40, 'x'.repeat(3 * MEGABYTE)), 40 - 21],
    [SLOW, (client) => fillWith(client, 60, SLOW_TO_PARSE), 60],
  ])('%s', async (what, fill, leftOut) => {
    const { zenith } = await pausedScheduler()
    await fill(bull.client)
    for (const path of ['/api/schedulers', '/api/bulk', '/api/audit']) {
      const { status, body } = await zenith.ask<Answer>(path)
      expect(status, path).toBe(200)
      // What can be read and not understood is none of the audit's affairs.
      if (path !== '/api/audit' || what !== SLOW) expect(body.leftOut, path).toBeGreaterThanOrEqual(leftOut)
    }
    // What this Zenith paused is found among all others, and can be put back.
    expect(await zenith.one('nightly')).toMatchObject({ state: 'paused', isKept: true })
    expect(await zenith.do('resume', 'nightly')).toMatchObject({ status: 200 })
    expect(await bull.bench().queue('mail').getJobScheduler('nightly')).toMatchObject({ pattern: '0 12 * * *' })
  })

  it('also to a Zenith that starts then, when it has a token and the trail tells of it', async () => {
    const { zenith } = await pausedScheduler(TOKEN)
    const queues = [bull.source()]
    await fillWith(bull.client, MANY, '{}')
    expect(await zenith.one('nightly')).toMatchObject({ state: 'paused' })
    const later = await schedulersOf('mail', { redis: bull.redis.url, token: TOKEN, queues })
    expect(await later.one('nightly')).toMatchObject({ state: 'paused' })
    const { body } = await later.ask<SchedulerListing>('/api/schedulers')
    expect(body.leftOut).toBeGreaterThan(0)
    expect(body.untrusted).toHaveLength(100)
  })

  it('in the overview and in the metrics, before anybody asks for it', async () => {
    await fillWith(bull.client, 2_500, '{}', ['scheduler'])
    await fillWith(bull.client, 2, 'x'.repeat(5 * MEGABYTE), ['bulk'])
    const zenith = await open()
    const { body } = await zenith.ask<Overview>('/api/overview')
    expect(body.leftOut).toEqual({ documents: 502 })
    const metrics = await zenith.zenith.fetch(new Request('http://localhost/metrics'))
    expect(await metrics.text()).toContain('quasar_left_out{kind="documents"} 502\n')
  })
})

describe('what could not be read', () => {
  function openStore() {
    const store = redisStore({ redis: bull.redis.url, token: TOKEN })
    onTestFinished(() => store.close())
    return store
  }

  it('is not taken for removed', async () => {
    const store = openStore()
    await store.putDocument('scheduler', 'a', 'kept')
    const text = (await bull.client.hget(keys.kept('scheduler'), 'a')) ?? ''
    await bull.client.hset(keys.kept('scheduler'), 'a', 'x'.repeat(40 * MEGABYTE))
    expect(await store.inspectDocuments?.('scheduler')).toEqual({
      documents: new Map(),
      untrusted: new Map(),
      leftOut: 1,
    })
    await bull.client.hset(keys.kept('scheduler'), 'a', text)
    expect(await store.listDocuments('scheduler')).toEqual(new Map([['a', 'kept']]))
  })

  it('is neither replaced nor removed', async () => {
    const { zenith, id } = await pausedScheduler()
    await bull.client.hset(keys.kept('scheduler'), id, 'x'.repeat(40 * MEGABYTE))
    for (const action of ['resume', 'remove', 'pause']) {
      const { status, message } = await zenith.do(action, 'nightly')
      expect([action, status]).toEqual([action, 503])
      expect(message).toContain('too large to be read')
    }
    expect(await bull.client.hstrlen(keys.kept('scheduler'), id)).toBe(40 * MEGABYTE)
  })

  it('is none of what an earlier version left to be moved in its place', async () => {
    await bull.client.hset(keys.former.kept('scheduler'), 'a', 'former')
    await bull.client.hset(keys.kept('scheduler'), 'a', 'x'.repeat(40 * MEGABYTE))
    await openStore().migrate?.()
    expect(await bull.client.hstrlen(keys.kept('scheduler'), 'a')).toBe(40 * MEGABYTE)
  })
})

it('parses what is kept of bulk operations one after the other, with turns of the event loop between', async () => {
  for (let index = 0; index < 60; index++) {
    const selection = { state: 'failed', queues: ['q'], ids: null, name: null, fingerprint: null, text: null }
    const operation = { id: `${index}`, action: 'retry', phase: 'done', selection, error: 'x'.repeat(900_000) }
    const document = { zenith: 'z', at: 1, going: 0, blocks: 0, operation }
    await bull.client.hset(keys.kept('bulk'), `${index}`, JSON.stringify(document))
  }
  const zenith = await open()
  const parse = vi.spyOn(JSON, 'parse')
  onTestFinished(() => parse.mockRestore())
  const charsByTurn: number[] = []
  let isOver = false
  const turn = () => {
    charsByTurn.push(parse.mock.calls.reduce((sum, [text]) => sum + String(text).length, 0))
    parse.mockClear()
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  const { status, body } = await zenith.ask<Answer>('/api/bulk')
  isOver = true
  await new Promise((resolve) => setImmediate(resolve))
  expect([status, body.items.length]).toEqual([200, 20])
  expect(Math.max(...charsByTurn)).toBeLessThan(2 * MEGABYTE)
})
