import type { Queue } from 'bullmq'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SchedulerListing, SchedulerView } from '../../../../src/api/schedulers.js'
import type { QueueSource, Store } from '../../../../src/ports/index.js'
import { bullmqQueues } from '../../../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../../../src/queues/gravito-stream/index.js'
import type { ZenithOptions } from '../../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../../src/stores/memory/index.js'
import { redisStore } from '../../../../src/stores/redis/index.js'
import { startRedis, type TestRedis } from '../../../support/redis.js'
import { actingZenith, trailOf } from '../../support/acting.js'
import { openQueue } from '../../support/bullmq.js'
import { closing as opened, type SchedulersZenith, schedulersOf } from './support/schedulers-zenith.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())
beforeEach(() => redis.client().flushall())

const NEW_YEAR = '0 0 1 1 *'
const TEMPLATE = { name: 'send', data: { to: 'all', password: 'hunter2' }, opts: { priority: 3, attempts: 5 } }

function mailSource(): QueueSource {
  return opened(bullmqQueues({ connection: redis.url, queues: ['mail'] }))
}

/** Zeniths that are ended and started again keep what they keep in this. */
function redisKept() {
  return opened(redisStore({ redis: redis.url, prefix: 'zenith:' }))
}

async function mailWith(id: string, pattern = NEW_YEAR): Promise<Queue> {
  const queue = openQueue(redis, 'mail')
  await queue.upsertJobScheduler(id, { pattern, tz: 'Asia/Taipei', limit: 10 }, TEMPLATE)
  return queue
}

function mailZenith(options: ZenithOptions): Promise<SchedulersZenith> {
  return schedulersOf('mail', { queues: [mailSource()], ...options })
}

describe('the list of schedulers', () => {
  it('has those of all queues, without secrets, and with what can be done', async () => {
    await mailWith('nightly')
    const other = openQueue(redis, 'reports')
    await other.upsertJobScheduler('weekly', { every: 7 * 86_400_000 }, { name: 'report', data: {} })
    const source = opened(bullmqQueues({ connection: redis.url, queues: ['mail', 'reports'] }))
    const acting = actingZenith({ store: memoryStore(), queues: [source] })
    await acting.keyOf('mail')
    const { body } = await acting.ask<{ items: SchedulerView[]; failed: unknown[] }>('/api/schedulers')
    expect(body.failed).toEqual([])
    expect(body.items.map(({ queueName, id }) => `${queueName} ${id}`).sort()).toEqual([
      'mail nightly',
      'reports weekly',
    ])
    const nightly = body.items.find(({ id }) => id === 'nightly')
    expect(nightly).toMatchObject({
      cron: NEW_YEAR,
      timezone: 'Asia/Taipei',
      limit: 10,
      state: 'active',
      isKept: false,
    })
    expect(nightly?.actions).toEqual(['run', 'pause', 'save', 'remove'])
    expect(JSON.parse(nightly?.data.text ?? '')).toEqual({ to: 'all', password: '***' })
  })

  it('names a queue that can’t be read, and has the others', async () => {
    await mailWith('nightly')
    await redis.client().set('bull:broken:repeat', 'no set')
    await redis.client().hset('bull:broken:meta', 'version', 'bullmq:6')
    const source = opened(bullmqQueues({ connection: redis.url, queues: ['mail', 'broken'] }))
    const acting = actingZenith({ store: memoryStore(), queues: [source] })
    const key = await acting.keyOf('broken')
    const { body } = await acting.ask<{ items: SchedulerView[]; failed: { key: string; error: string }[] }>(
      '/api/schedulers',
    )
    expect(body.items.map(({ id }) => id)).toEqual(['nightly'])
    expect(body.failed).toEqual([{ key, error: expect.stringContaining('WRONGTYPE') }])
  })

  it('has all of 1,101, and says how many it has not where there are more than it lists', async () => {
    const queue = await mailWith('s-0')
    const client = redis.client()
    const next = Number(await client.zscore('bull:mail:repeat', 's-0'))
    const pipeline = client.pipeline()
    for (let n = 1; n <= 1_100; n++) pipeline.zadd('bull:mail:repeat', next + n, `s-${n}`)
    await pipeline.exec()
    const zenith = await mailZenith({ store: memoryStore() })
    expect(await zenith.list()).toHaveLength(1_101)
    const more = client.pipeline()
    for (let n = 0; n < 9_000; n++) more.zadd('bull:mail:repeat', next + 2_000 + n, `t-${n}`)
    await more.exec()
    const key = await zenith.keyOf('mail')
    await vi.waitFor(async () => {
      const { body } = await zenith.ask<SchedulerListing>('/api/schedulers')
      expect(body.items).toHaveLength(10_000)
      expect(body.partial).toEqual([{ key, looked: 10_000, total: 10_101 }])
    })
    // What is not listed can be acted on.
    expect(await zenith.do('remove', 't-8999')).toMatchObject({ status: 200 })
    expect(await queue.getJobSchedulersCount()).toBe(10_100)
  })

  it('says which need attention and why, and what can be done with those', async () => {
    const queue = await mailWith('gone')
    const next = await redis.client().zscore('bull:mail:repeat', 'gone')
    await redis.client().del(`bull:mail:repeat:gone:${next}`)
    await redis.client().zrem('bull:mail:delayed', `repeat:gone:${next}`)
    const zenith = await mailZenith({ store: memoryStore() })
    expect(await zenith.one('gone')).toMatchObject({
      state: 'stopped',
      attention: expect.stringContaining('its next job is gone'),
      actions: ['run', 'save', 'remove'],
    })
    expect(await zenith.do('pause', 'gone')).toMatchObject({ status: 409, message: expect.stringContaining('gone') })
    expect(await zenith.do('save', 'gone', { name: 'send', cron: NEW_YEAR })).toMatchObject({ status: 200 })
    expect(await zenith.one('gone')).toMatchObject({ state: 'active', attention: null })
    expect(await queue.getDelayedCount()).toBe(1)
  })

  it('only lists and removes legacy ones and orphans', async () => {
    const queue = openQueue(redis, 'mail')
    await queue.waitUntilReady()
    const client = redis.client()
    await client.zadd('bull:mail:repeat', Date.now() + 1_000_000, 'orphan')
    await client.zadd('bull:mail:repeat', Date.now() + 1_000_000, 'old:::UTC:0 0 1 1 *')
    const zenith = await mailZenith({ store: memoryStore() })
    expect((await zenith.list()).map(({ state, actions }) => [state, actions])).toEqual(
      expect.arrayContaining([
        ['orphan', ['remove']],
        ['legacy', ['remove']],
      ]),
    )
    expect(await zenith.do('pause', 'orphan')).toMatchObject({
      status: 409,
      message: expect.stringContaining('orphan'),
    })
    expect(await zenith.do('remove', 'orphan')).toMatchObject({ status: 200 })
    expect((await zenith.list()).map(({ state }) => state)).toEqual(['legacy'])
  })
})

describe('a scheduler that is paused', () => {
  it('stays so when Zenith is started again, and comes back as it was', async () => {
    const queue = await mailWith('nightly')
    const before = (await queue.getJobScheduler('nightly')) as object
    const first = await mailZenith({ store: redisKept() })
    expect(await first.do('pause', 'nightly')).toMatchObject({ status: 200, job: null })
    expect(await queue.getJobSchedulersCount()).toBe(0)
    expect(await queue.getDelayedCount()).toBe(0)
    await first.zenith.close()

    const store = redisKept()
    const second = await mailZenith({ store })
    const paused = await second.one('nightly')
    expect(paused).toMatchObject({
      state: 'paused',
      isKept: true,
      isRegisteredAgain: false,
      next: null,
      cron: NEW_YEAR,
    })
    expect(paused?.pausedAt).toBeGreaterThan(0)
    expect(paused?.actions).toEqual(['run', 'resume', 'save', 'remove'])
    expect(await second.do('pause', 'nightly')).toMatchObject({ status: 409 })

    expect(await second.do('resume', 'nightly')).toMatchObject({ status: 200 })
    expect(await second.one('nightly')).toMatchObject({ state: 'active', isKept: false, pausedAt: null })
    const { pattern, tz, limit, template } = before as Record<string, unknown>
    expect(await queue.getJobScheduler('nightly')).toMatchObject({ pattern, tz, limit, template })
    const trail = (await trailOf(store)).map(({ action, step, target, ok }) => [action, step, target, ok])
    expect(trail).toEqual([
      ['scheduler pause', 'intent', 'nightly', null],
      ['scheduler pause', 'result', 'nightly', true],
      ['scheduler resume', 'intent', 'nightly', null],
      ['scheduler resume', 'result', 'nightly', true],
    ])
  })

  it('is not lost when the process ends between keeping and removing', async () => {
    const queue = await mailWith('nightly')
    const source = mailSource()
    const dying = { ...source, removeScheduler: () => Promise.reject(new Error('the process ended')) }
    const store = redisKept()
    const first = await mailZenith({ store, queues: [dying] })
    expect(await first.do('pause', 'nightly')).toMatchObject({ status: 503 })
    await first.zenith.close()
    expect(await queue.getJobSchedulersCount()).toBe(1)
    const second = await mailZenith({ store })
    expect(await second.one('nightly')).toMatchObject({ state: 'active', isKept: true })
    expect(await second.do('pause', 'nightly')).toMatchObject({ status: 200 })
    expect(await second.one('nightly')).toMatchObject({ state: 'paused' })
  })

  it('is not removed when it can’t be kept', async () => {
    const queue = await mailWith('nightly')
    const store: Store = { ...memoryStore(), putDocument: () => Promise.reject(new Error('ECONNREFUSED')) }
    const zenith = await mailZenith({ store })
    expect(await zenith.do('pause', 'nightly')).toMatchObject({ status: 503 })
    expect(await queue.getJobSchedulersCount()).toBe(1)
  })

  it('is shown as registered again when the app did that, and both ways lead on', async () => {
    const queue = await mailWith('nightly')
    const store = memoryStore()
    const zenith = await mailZenith({ store })
    await zenith.do('pause', 'nightly')
    await mailWith('nightly', '0 5 1 1 *')
    const both = await zenith.one('nightly')
    expect(both).toMatchObject({ state: 'active', cron: '0 5 1 1 *', isKept: true, isRegisteredAgain: true })
    expect(both?.actions).toEqual(['run', 'pause', 'resume', 'save', 'remove'])

    // Paused again it is the app's newer definition that is kept; resumed it is the newer that stays.
    expect(await zenith.do('pause', 'nightly')).toMatchObject({ status: 200 })
    expect(await zenith.one('nightly')).toMatchObject({ state: 'paused', cron: '0 5 1 1 *', isRegisteredAgain: false })
    await mailWith('nightly', '0 6 1 1 *')
    expect(await zenith.do('resume', 'nightly')).toMatchObject({ status: 200 })
    expect(await zenith.one('nightly')).toMatchObject({ state: 'active', cron: '0 6 1 1 *', isKept: false })
    expect(await queue.getJobSchedulersCount()).toBe(1)
  })

  it('can be run, edited and removed', async () => {
    const queue = await mailWith('nightly')
    const zenith = await mailZenith({ store: memoryStore() })
    await zenith.do('pause', 'nightly')

    const { job } = await zenith.do('run', 'nightly')
    const added = await queue.getJob(job?.id ?? '')
    expect(added).toMatchObject({ name: 'send', data: TEMPLATE.data, priority: 3, opts: { attempts: 5 } })
    expect(await zenith.one('nightly')).toMatchObject({ state: 'paused' })

    expect(await zenith.do('save', 'nightly', { name: 'send', cron: 'never' })).toMatchObject({ status: 409 })
    expect(await zenith.do('save', 'nightly', { name: 'post', cron: '0 7 1 1 *' })).toMatchObject({ status: 200 })
    expect(await zenith.one('nightly')).toMatchObject({
      state: 'paused',
      name: 'post',
      cron: '0 7 1 1 *',
      timezone: null,
    })
    await zenith.do('resume', 'nightly')
    // What was not said stays as it was.
    expect(await queue.getJobScheduler('nightly')).toMatchObject({ name: 'post', template: { data: TEMPLATE.data } })

    await zenith.do('pause', 'nightly')
    expect(await zenith.do('remove', 'nightly')).toMatchObject({ status: 200 })
    expect(await zenith.list()).toEqual([])
    expect(await zenith.do('resume', 'nightly')).toMatchObject({ status: 404 })
  })

  it('has only its remaining runs when an earlier version of Zenith kept it', async () => {
    const store = memoryStore()
    const queue = await mailWith('nightly')
    const zenith = await mailZenith({ store })
    await zenith.do('pause', 'nightly')
    const [[id, document] = ['', '{}']] = await store.listDocuments('scheduler')
    const { snapshot, definition, ...kept } = JSON.parse(document)
    const earlier = { ...kept, definition: { ...definition, data: snapshot.data }, runs: 4 }
    await store.putDocument('scheduler', id, JSON.stringify(earlier))
    await zenith.do('resume', 'nightly')
    expect(await queue.getJobScheduler('nightly')).toMatchObject({ limit: 6 })
  })
})

describe('a scheduler', () => {
  it('is run now without moving its schedule', async () => {
    const queue = await mailWith('nightly')
    const next = (await queue.getJobScheduler('nightly'))?.next
    const zenith = await mailZenith({ store: memoryStore() })
    const { job } = await zenith.do('run', 'nightly')
    expect(await queue.getJob(job?.id ?? '')).toMatchObject({ name: 'send', data: TEMPLATE.data })
    expect((await queue.getJobScheduler('nightly'))?.next).toBe(next)
  })

  it('is created and edited, and nothing is saved that makes no sense', async () => {
    const queue = openQueue(redis, 'mail')
    await queue.waitUntilReady()
    const zenith = await mailZenith({ store: memoryStore() })
    const valid = { name: 'send', cron: NEW_YEAR, timezone: 'Europe/Berlin', data: '{"a":1}', options: { attempts: 2 } }
    expect(await zenith.do('save', 'new', valid)).toMatchObject({ status: 200 })
    expect(await queue.getJobScheduler('new')).toMatchObject({
      pattern: NEW_YEAR,
      tz: 'Europe/Berlin',
      template: { data: { a: 1 } },
    })

    const wrong: readonly [string, object][] = [
      ['`definition` takes `cron` or `every`', { cron: null }],
      ['`definition` takes `cron` or `every`', { every: 1_000 }],
      ['`definition.every` takes a whole number from 1', { cron: null, timezone: null, every: 0 }],
      ['`definition.timezone` takes the name of a time zone', { timezone: 'Mars/Olympus' }],
      ['`definition.data` takes a text that is JSON', { data: '{a' }],
      ['`definition.limit` takes', { limit: 0 }],
      ['`definition.until` takes a time after', { from: 2, until: 1 }],
      ['`definition.name` takes a text', { name: '' }],
      ['`definition.when` is not known', { when: 'now' }],
    ]
    for (const [message, change] of wrong) {
      const answer = await zenith.do('save', 'new', { ...valid, ...change })
      expect(answer).toMatchObject({ status: 400, message: expect.stringContaining(message) })
    }
    expect(await zenith.do('save', 'new', { ...valid, cron: '99 99 * * *' })).toMatchObject({ status: 409 })
    expect(await queue.getJobScheduler('new')).toMatchObject({ pattern: NEW_YEAR })
  })

  it('does not lose its secrets when it is saved as it is shown', async () => {
    const queue = await mailWith('nightly')
    const zenith = await mailZenith({ store: memoryStore() })
    const shown = (await zenith.one('nightly'))?.data.text
    const answer = await zenith.do('save', 'nightly', { name: 'send', cron: NEW_YEAR, data: shown })
    expect(answer).toMatchObject({ status: 409, message: expect.stringContaining('masked') })
    expect(await queue.getJobScheduler('nightly')).toMatchObject({ template: { data: TEMPLATE.data } })
  })

  it('is left alone in a read-only queue, and for those who may not', async () => {
    const queue = await mailWith('nightly')
    const locked = await mailZenith({ store: memoryStore(), readOnly: ['mail'] })
    expect((await locked.one('nightly'))?.actions).toEqual([])
    expect(await locked.do('pause', 'nightly')).toMatchObject({
      status: 409,
      message: expect.stringContaining('read-only'),
    })
    const operator = await mailZenith({ store: memoryStore(), auth: () => 'operator' })
    expect(await operator.do('remove', 'nightly')).toMatchObject({ status: 403 })
    expect(await operator.do('save', 'nightly', { name: 'send', every: 1_000 })).toMatchObject({ status: 403 })
    const viewer = await mailZenith({ store: memoryStore(), auth: () => 'viewer' })
    expect(await viewer.do('run', 'nightly')).toMatchObject({ status: 403 })
    expect((await viewer.one('nightly'))?.data).toMatchObject({ text: null, isHidden: true })
    expect(await queue.getJobSchedulersCount()).toBe(1)
    expect(await queue.count()).toBe(1)
  })
})

describe('a scheduler of a system that can pause', () => {
  it('is paused by the system itself, and nothing is kept', async () => {
    const client = redis.client()
    await client.lpush('queue:mail', '{}')
    const source = opened(gravitoStreamQueues({ redis: redis.url, queues: ['mail'] }))
    await source.saveScheduler?.('mail', {
      ...{ id: 'daily', name: 'SendMail', cron: '0 5 * * *', every: null, timezone: null, limit: null },
      ...{ from: null, until: null, data: '{}', options: {} },
    })
    const store = memoryStore()
    const zenith = await mailZenith({ store, queues: [source] })
    expect(await zenith.one('daily')).toMatchObject({ state: 'active' })
    expect(await zenith.do('pause', 'daily')).toMatchObject({ status: 200 })
    expect(await zenith.one('daily')).toMatchObject({ state: 'paused', isKept: false, pausedBy: null })
    expect((await store.listDocuments('scheduler')).size).toBe(0)
    expect(await zenith.do('resume', 'daily')).toMatchObject({ status: 200 })
    expect(await zenith.one('daily')).toMatchObject({ state: 'active' })
  })
})
