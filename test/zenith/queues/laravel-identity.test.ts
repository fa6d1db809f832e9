import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import type { QueueView } from '../../../src/api/queues.js'
import type { JobListing } from '../../../src/protocol/index.js'
import { laravelQueues } from '../../../src/queues/laravel/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { laravelApp, uuidOf } from '../../queues/laravel/app.js'
import { horizonApp } from '../../queues/laravel/horizon-app.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { type ActingZenith, actingZenith, type Problem } from '../support/acting.js'
import { snapshotOf } from '../support/changes.js'

let server: TestRedis
let admin: Redis
beforeAll(async () => {
  server = await startRedis()
  admin = server.client()
})
afterAll(() => server?.stop())
beforeEach(() => admin.flushall())

const JOB = { name: 'SendMail', data: null }

function open(store = memoryStore()) {
  const source = laravelQueues({ redis: server.url })
  onTestFinished(() => source.close())
  return actingZenith({ store, queues: [source] })
}

/** Looks for keys again, which is done once a minute. */
function passAMinute(): void {
  const now = performance.now.bind(performance)
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now() + 61_000)
  onTestFinished(() => spy.mockRestore())
}

const seen = (zenith: ActingZenith, count: number) =>
  vi.waitFor(
    async () => {
      const { items } = (await zenith.ask<{ items: QueueView[] }>('/api/queues')).body
      expect(items.map(({ name, place }) => `${name} ${place}`)).toHaveLength(count)
      return items
    },
    { timeout: 15_000 },
  )

async function idsIn(zenith: ActingZenith, key: string): Promise<string[]> {
  const { body } = await zenith.ask<JobListing>(`/api/queues/${encodeURIComponent(key)}/jobs?state=waiting`)
  return body.jobs.map(({ id }) => id)
}

async function push(prefix: string, queue = 'default'): Promise<string> {
  const app = laravelApp(admin, { prefix })
  const payload = app.createPayload(JOB)
  await app.pushRaw(queue, payload)
  return uuidOf(payload)
}

it('a second app neither renames a queue nor takes its page', async () => {
  const own = await push('shop_database_')
  const zenith = open()
  const [before] = await seen(zenith, 1)
  const other = await push('blog_database_')
  passAMinute()
  const views = await seen(zenith, 2)
  expect(views.find(({ key }) => key === before?.key)).toMatchObject({ name: 'default', place: before?.place })
  expect(await idsIn(zenith, before?.key ?? '')).toEqual([own])
  const second = views.find(({ key }) => key !== before?.key)
  expect(await idsIn(zenith, second?.key ?? '')).toEqual([other])
  const again = open()
  await seen(again, 2)
  expect(await idsIn(again, before?.key ?? '')).toEqual([own])
})

it('a Horizon that is found later makes no other queue of it', async () => {
  await push('laravel_database_')
  const zenith = open()
  const [before] = await seen(zenith, 1)
  expect(before).toMatchObject({ driver: 'laravel', actions: ['list', 'get', 'search'] })
  const app = horizonApp(admin)
  await app.push('default', JOB)
  await app.fail('default', await app.reserve('default', 'r'))
  passAMinute()
  await vi.waitFor(async () => {
    const [after] = await seen(zenith, 1)
    expect(after).toMatchObject({
      key: before?.key,
      name: 'default',
      driver: 'laravel-horizon',
      metrics: { failed: 1 },
    })
    expect(after?.actions).toContain('retry')
  })
})

it.each([
  ['laravel-database-', 'laravel_horizon:'],
  ['shop:', 'laravel_horizon:'],
  ['shop:', 'horizon:'],
])('an idle queue of Horizon keeps its key when its first job says that its prefix is %s', async (prefix, horizon) => {
  const app = horizonApp(admin, { prefix, horizon })
  await app.push('mail', JOB)
  await app.fail('mail', await app.reserve('mail'))
  await app.countJob('mail', 1)
  const zenith = open()
  const [before] = await seen(zenith, 1)
  const id = await app.push('mail', JOB)
  passAMinute()
  await vi.waitFor(async () => expect(await idsIn(zenith, before?.key ?? '')).toEqual([id]), { timeout: 10_000 })
  expect((await seen(zenith, 1))[0]).toMatchObject({ key: before?.key, name: 'mail', metrics: { failed: 1 } })
  const again = open()
  await seen(again, 1)
  expect(await idsIn(again, before?.key ?? '')).toEqual([id])
})

it('a name with braces and the same name without them are two queues', async () => {
  const braced = await push('laravel_database_', '{default}')
  const zenith = open()
  const [before] = await seen(zenith, 1)
  const plain = await push('laravel_database_')
  passAMinute()
  const views = await seen(zenith, 2)
  expect(await idsIn(zenith, before?.key ?? '')).toEqual([braced])
  expect(await idsIn(zenith, views.find(({ key }) => key !== before?.key)?.key ?? '')).toEqual([plain])
})

it('what an app reports of a queue is the queue that this Zenith finds itself, and leads to it', async () => {
  const id = await push('shop_database_')
  await push('blog_database_')
  const reporter = laravelQueues({ redis: server.url, prefix: 'shop_database_' })
  const { server: run, queues } = await reporter.read()
  const store = memoryStore()
  const entries = queues.map(({ address: _, formerPlaces: __, totals: ___, ...entry }) => {
    return { ...entry, place: `redis.internal:6379/0 shop_database_`, server: run, throughput: null }
  })
  await store.writeQueues(snapshotOf('shop', entries), 1)
  await reporter.close()
  const zenith = open(store)
  const views = await seen(zenith, 2)
  const reported = views.find(({ services }) => services.includes('shop'))
  expect(await idsIn(zenith, reported?.key ?? '')).toEqual([id])
  await admin.flushall()
  const later = open(store)
  const [idle] = await seen(later, 1)
  expect(await idsIn(later, idle?.key ?? '')).toEqual([])
})

it('a key of no queue says that there is none', async () => {
  await push('shop_database_')
  const zenith = open()
  await seen(zenith, 1)
  const answer = await zenith.ask<Problem>('/api/queues/laravel%3A00000000%3Adefault/jobs?state=waiting')
  expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
})
