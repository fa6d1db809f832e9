import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startRedis, type TestRedis } from '../support/redis.js'
import { seconds } from './laravel/app.js'
import { type HorizonApp, horizonApp } from './laravel/horizon-app.js'
import { type WholeSource, wholeSource } from './laravel/whole-source.js'

let server: TestRedis
let admin: Redis
let app: HorizonApp
let source: WholeSource
beforeAll(async () => {
  server = await startRedis()
  admin = server.client()
})
afterAll(() => server?.stop())
beforeEach(async () => {
  await admin.flushall()
  await source?.close()
  app = horizonApp(admin)
  source = wholeSource({
    redis: server.url,
    prefix: 'laravel_database_',
    horizonPrefix: 'laravel_horizon:',
    queues: ['mail', 'news', 'a:b'],
  })
})

const JOB = { name: 'SendMail', data: null }

async function readingOf(name = 'mail') {
  const reading = (await source.read()).queues.find((queue) => queue.name === name)
  if (!reading) throw new Error(`${name} is not there`)
  return reading
}

async function work(queue: string, count: number) {
  for (let job = 0; job < count; job++) {
    await app.push(queue, JOB)
    await app.succeed(queue, await app.reserve(queue))
  }
}

test('no master: inactive, and no workers', async () => {
  await app.supervisor('app-1:supervisor-1', { 'redis:mail': 3 })
  expect(await readingOf()).toMatchObject({ meta: { horizon: 'inactive' }, workers: 0, paused: null })
})

test.each([
  ['said nothing for 15 s', 15, 'inactive'],
  ['said something 13 s ago', 13, 'running'],
])('a master that %s', async (_, ago, status) => {
  await app.master('app-1', 'running', seconds() - ago)
  expect((await readingOf()).meta).toMatchObject({ horizon: status })
})

test('a master whose hash has gone is dead, whatever its clock said', async () => {
  await app.master('app-1', 'running', seconds() + 3_600)
  await admin.del(app.key('master:app-1'))
  expect((await readingOf()).meta).toMatchObject({ horizon: 'inactive' })
})

test('paused when all masters are', async () => {
  await app.master('app-1', 'paused')
  await app.master('app-2', 'running')
  expect(await readingOf()).toMatchObject({ meta: { horizon: 'running' }, paused: false })
  await app.master('app-2', 'paused')
  expect(await readingOf()).toMatchObject({ meta: { horizon: 'paused' }, paused: true })
})

test('workers are the processes of all living supervisors that serve the queue', async () => {
  await app.master('app-1', 'running')
  await app.supervisor('app-1:one', { 'redis:mail': 3, 'redis:a:b': 2 })
  await app.supervisor('app-1:two', { 'redis:mail,news': 4 })
  await app.supervisor('app-1:dead', { 'redis:mail': 100 }, { at: seconds() - 30 })
  const { queues } = await source.read()
  expect(queues.map(({ name, workers }) => [name, workers])).toEqual([
    ['mail', 7],
    ['news', 4],
    ['a:b', 2],
  ])
})

test('a queue whose supervisors are paused is paused, and no other', async () => {
  await app.master('app-1', 'running')
  await app.supervisor('app-1:one', { 'redis:mail': 3 }, { status: 'paused' })
  await app.supervisor('app-1:two', { 'redis:news': 3 })
  const { queues } = await source.read()
  expect(queues.map(({ name, paused }) => [name, paused])).toEqual([
    ['mail', true],
    ['news', false],
    ['a:b', false],
  ])
})

test('its own figures of waiting are not used', async () => {
  await work('mail', 1)
  await app.push('mail', { ...JOB, fields: { pushedAt: String(seconds() - 300) } })
  await app.snapshot(['mail'])
  const { oldestMs } = await readingOf()
  expect(oldestMs).toBeGreaterThanOrEqual(299_000)
})

test('queues that Horizon measured are there although all their keys are gone', async () => {
  await work('mail', 1)
  await work('a:b', 1)
  const open = wholeSource({ redis: server.url })
  const { queues } = await open.read()
  expect(queues.map(({ name, driver, metrics }) => [name, driver, metrics.waiting])).toEqual([
    ['a:b', 'laravel-horizon', 0],
    ['mail', 'laravel-horizon', 0],
  ])
  await open.close()
})

test('what ended is counted on over snapshots, which take the count away', async () => {
  await work('mail', 3)
  await work('a:b', 1)
  const out = async () => (await readingOf()).totals
  expect(await out()).toEqual({ in: null, out: 3 })
  await work('mail', 2)
  expect(await out()).toEqual({ in: null, out: 5 })
  await work('mail', 1)
  await app.snapshot(['mail'], seconds() - 1)
  expect(await out()).toEqual({ in: null, out: 6 })
  await work('mail', 4)
  expect(await out()).toEqual({ in: null, out: 10 })
  expect((await readingOf('a:b')).totals).toEqual({ in: null, out: 1 })
  expect((await readingOf('news')).totals).toBeNull()
})

test('a reading between the two steps of a snapshot counts nothing twice and nothing back', async () => {
  await work('mail', 3)
  expect((await readingOf()).totals?.out).toBe(3)
  await admin.del(app.key('queue:mail'))
  expect((await readingOf()).totals?.out).toBe(3)
  const snapshot = JSON.stringify({ throughput: '3', runtime: '1', wait: 0, time: seconds() })
  await admin.zadd(app.key('snapshot:queue:mail'), seconds(), snapshot)
  await work('mail', 1)
  expect((await readingOf()).totals?.out).toBe(4)
})

test('metrics that were cleared begin anew', async () => {
  await work('mail', 3)
  await readingOf()
  await admin.del(app.key('queue:mail'), app.key('snapshot:queue:mail'))
  await readingOf()
  await work('mail', 1)
  expect((await readingOf()).totals?.out).toBe(4)
  await work('mail', 1)
  expect((await readingOf()).totals?.out).toBe(5)
})

test('failed jobs are not among those that Horizon counts', async () => {
  await work('mail', 1)
  await app.push('mail', JOB)
  await app.fail('mail', await app.reserve('mail'))
  expect(await readingOf()).toMatchObject({ totals: { out: 1 }, metrics: { failed: 1 } })
})

test.each([
  [16 * 60, { snapshots: 'none for 16 min' }],
  [14 * 60, {}],
])('the last snapshot was %i s ago', async (ago, expected) => {
  await work('mail', 1)
  await app.master('app-1', 'running')
  await app.snapshot(['mail'], seconds() - ago)
  expect((await readingOf()).meta).toEqual({ horizon: 'running', ...expected })
})

test('a Horizon that never took a snapshot says so once it has something to count', async () => {
  await app.master('app-1', 'running')
  expect((await readingOf()).meta).toEqual({ horizon: 'running' })
  await work('mail', 1)
  expect((await readingOf()).meta).toEqual({ horizon: 'running', snapshots: 'none yet' })
})

test('failed jobs are counted by queue, as they come, are trimmed and forgotten', async () => {
  const fail = async (queue: string) => {
    const id = await app.push(queue, JOB)
    await app.fail(queue, await app.reserve(queue))
    return id
  }
  const failed = async () =>
    Object.fromEntries((await source.read()).queues.map((one) => [one.name, one.metrics.failed]))
  const [oldest] = [await fail('mail'), await fail('mail')]
  await fail('a:b')
  expect(await failed()).toEqual({ mail: 2, news: 0, 'a:b': 1 })
  const forgotten = await fail('news')
  await fail('mail')
  expect(await failed()).toEqual({ mail: 3, news: 1, 'a:b': 1 })
  await admin.zrem(app.key('failed_jobs'), forgotten, oldest)
  await fail('news')
  expect(await failed()).toEqual({ mail: 2, news: 1, 'a:b': 1 })
})

test('a job that is read while Horizon writes it is counted when the next one comes', async () => {
  await app.push('mail', JOB)
  const reserved = await app.reserve('mail')
  const { id } = JSON.parse(reserved)
  const hash = await admin.dumpBuffer(app.key(id))
  await admin.del(app.key(id))
  await admin.zadd(app.key('failed_jobs'), -seconds(), id)
  expect((await readingOf()).metrics.failed).toBe(0)
  await admin.restore(app.key(id), 0, hash)
  await app.push('mail', JOB)
  await app.fail('mail', await app.reserve('mail'))
  expect((await readingOf()).metrics.failed).toBe(2)
})

test('too many failed jobs to tell them apart: unknown by queue, known in all', async () => {
  await work('mail', 1)
  const pipeline = admin.pipeline()
  for (let job = 0; job < 10_001; job++) {
    pipeline.zadd(app.key('failed_jobs'), -(1_000_000 + job), `id-${job}`)
    pipeline.hset(app.key(`id-${job}`), { id: `id-${job}`, queue: 'mail', status: 'failed', name: 'A' })
  }
  await pipeline.exec()
  expect(await readingOf()).toMatchObject({ metrics: { failed: null }, meta: { failedInAllQueues: 10_001 } })
  const page = await source.jobs('mail', { state: 'failed', offset: 0, limit: 2, order: 'newest' })
  expect(page.jobs.map(({ id }) => id)).toEqual(['id-10000', 'id-9999'])
  let scanned = 0
  for (let cursor: string | null = null, turn = 0; turn === 0 || cursor !== null; turn++) {
    const part = await source.scan('mail', { state: 'failed', asOf: Date.now(), cursor, limit: 1_000 })
    scanned += part.jobs.length
    cursor = part.cursor
  }
  expect(scanned).toBe(10_001)
})

test('a scan goes on between jobs of one moment', async () => {
  await work('mail', 1)
  for (let job = 0; job < 25; job++) {
    await admin.zadd(app.key('failed_jobs'), -1_000_000, `id-${job}`)
    await admin.hset(app.key(`id-${job}`), { id: `id-${job}`, queue: 'mail', status: 'failed', name: 'A' })
  }
  const ids: string[] = []
  for (let cursor: string | null = null, turn = 0; turn === 0 || cursor !== null; turn++) {
    const part = await source.scan('mail', { state: 'failed', asOf: Date.now(), cursor, limit: 3 })
    ids.push(...part.jobs.map(({ id }) => id))
    cursor = part.cursor
  }
  expect([ids.length, new Set(ids).size]).toEqual([25, 25])
})

test('queues are read although Horizon can not be', async () => {
  await app.push('mail', JOB)
  await admin.set(app.key('masters'), 'something else')
  expect(await readingOf()).toMatchObject({
    error: null,
    metrics: { waiting: 1, failed: null },
    workers: null,
    meta: { horizon: 'unreadable' },
  })
})

test('a queue of which every job failed is found, with its failures', async () => {
  await app.push('bills', JOB)
  await app.fail('bills', await app.reserve('bills'), 'No such bill')
  const found = wholeSource({ redis: server.url })
  try {
    expect((await found.read()).queues).toMatchObject([{ name: 'bills', metrics: { waiting: 0, failed: 1 } }])
    expect(await found.jobs('bills', { state: 'failed', offset: 0, limit: 10, order: 'newest' })).toMatchObject({
      total: 1,
    })
  } finally {
    await found.close()
  }
})
