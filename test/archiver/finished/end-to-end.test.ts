import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue, Worker } from 'bullmq'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { ArchivedJobListing, Completeness } from '../../../src/api/archived-jobs.js'
import { sqliteDriver } from '../../../src/archive/sqlite/driver.js'
import { monitorWorker } from '../../../src/integrations/bullmq/index.js'
import type { QueueSource } from '../../../src/ports/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { redisListQueues } from '../../../src/queues/redis-list/index.js'
import { createZenith } from '../../../src/runtime/create-zenith.js'
import { inlineArchive } from '../../support/inline-archive.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { askApi } from '../../zenith/support/api.js'

const TOKEN = 'a-token-for-the-end-to-end-test'
const PATIENCE = { timeout: 60_000, interval: 200 }
let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  await redis.client().flushall()
})

/** A queue and a worker in which each third job fails. */
function workOn(name: string, url = redis.url) {
  const connection = { url, maxRetriesPerRequest: null }
  const queue = new Queue(name, { connection })
  const run = async (job: { data: { number: number } }) => {
    if (job.data.number % 3 === 0) throw new Error('No stock')
  }
  const worker = new Worker(name, run, { connection, concurrency: 5 })
  ends.push(
    () => queue.close(),
    () => worker.close(),
  )
  return { queue, worker }
}

async function addAll(queue: Queue, count: number, opts = {}): Promise<void> {
  await queue.addBulk(Array.from({ length: count }, (_, number) => ({ name: 'send', data: { number }, opts })))
  await vi.waitFor(async () => expect(await queue.getJobCountByTypes('waiting', 'active', 'delayed')).toBe(0), PATIENCE)
}

async function zenithOf(source: QueueSource = bullmqQueues({ connection: redis.url })) {
  const dir = await mkdtemp(join(tmpdir(), 'quasar-listed-'))
  const archive = inlineArchive(sqliteDriver({ dir }), [TOKEN])
  const options = { redis: redis.url, queues: [source], archive, token: TOKEN } as const
  const zenith = createZenith({ ...options, auth: () => 'admin', logger: false })
  ends.push(
    () => rm(dir, { recursive: true, force: true }),
    () => source.close(),
    () => zenith.close(),
  )
  return {
    archive,
    jobs: async () => (await askApi<ArchivedJobListing>(zenith, '/api/archive/jobs?limit=1000')).body.items,
    keys: async () =>
      (await askApi<{ queues: { key: string }[] }>(zenith, '/api/overview')).body.queues.map(({ key }) => key),
    completeness: async () => (await askApi<Completeness>(zenith, `/api/archive/completeness?${lastHour()}`)).body,
  }
}

function lastHour(): string {
  return `from=${Date.now() - 3_600_000}&to=${Date.now() + 60_000}`
}

test('jobs that nobody recorded are found under the key of their queue', async () => {
  const { queue } = workOn('mail')
  await addAll(queue, 30)
  const { jobs, keys } = await zenithOf()
  await vi.waitFor(async () => expect(await jobs()).toHaveLength(30), PATIENCE)
  const found = await jobs()
  expect(new Set(found.map(({ queue: key }) => key))).toEqual(new Set(await keys()))
  expect(found.filter(({ outcome }) => outcome === 'failed')).toHaveLength(10)
})

test('an attempt that a worker recorded and its queue lists is one', async () => {
  // The worker reaches its queue by another address than Zenith.
  const { queue, worker } = workOn('mail', redis.url.replace('127.0.0.1', 'localhost'))
  const options = { redis: redis.url, service: 'shop', interval: 1_000, token: TOKEN, archiveJobs: 'payloads' } as const
  const monitored = monitorWorker(worker, options)
  await addAll(queue, 30, { attempts: 2 })
  await monitored.stop()
  const { archive, jobs, keys } = await zenithOf()
  // Each third job has a first attempt, too, that only the recorder knows.
  await vi.waitFor(async () => expect((await jobs()).length).toBeGreaterThanOrEqual(40), PATIENCE)
  const [key] = await keys()
  for (const state of ['completed', 'failed'])
    await vi.waitFor(async () => expect(await archive.cursor(`finished:${key}:${state}`)).not.toBeNull(), PATIENCE)
  const found = await jobs()
  expect(found).toHaveLength(40)
  expect(new Set(found.map(({ queue: own }) => own))).toEqual(new Set([key]))
  expect(found.filter(({ outcome }) => outcome === 'retried')).toHaveLength(10)
  expect(found.every(({ node, service }) => node !== null && service === 'shop')).toBe(true)
})

test('jobs that are removed at once are in no list, and the completeness says how many are missing', async () => {
  const { queue, worker } = workOn('mail')
  const monitored = monitorWorker(worker, { redis: redis.url, service: 'shop', interval: 1_000, token: TOKEN })
  await addAll(queue, 30, { removeOnComplete: true })
  await monitored.stop()
  const { jobs, completeness } = await zenithOf()
  await vi.waitFor(async () => expect(await jobs()).toHaveLength(10), PATIENCE)
  await vi.waitFor(async () => {
    const { queues } = await completeness()
    const [whole] = queues.filter(({ counted }) => counted !== null)
    expect(whole).toMatchObject({ queueName: 'mail', counted: 30 })
    expect(queues.reduce((sum, { archived }) => sum + archived, 0)).toBe(10)
  }, PATIENCE)
})

test('the completeness names queues whose jobs can’t be listed', async () => {
  await redis.client().lpush('orders', 'a job')
  const source = redisListQueues({ redis: redis.url, queues: ['orders'] })
  const { completeness } = await zenithOf(source)
  const nothing = { queueName: 'orders', service: null, archived: 0, counted: null }
  await vi.waitFor(async () => expect((await completeness()).queues).toEqual([nothing]), PATIENCE)
})
