import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue, Worker } from 'bullmq'
import { expect, test, vi } from 'vitest'
import type { ArchivedJobDetail, ArchivedJobListing, Completeness } from '../../src/api/archived-jobs.js'
import type { ArchiveView } from '../../src/api/history.js'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import { Archiver } from '../../src/archiver/archiver.js'
import { monitorWorker } from '../../src/integrations/bullmq/index.js'
import { createZenith } from '../../src/runtime/create-zenith.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { maskedReader } from '../../src/zenith/store/masked-reader.js'
import { inlineArchive } from '../support/inline-archive.js'
import { startRedis } from '../support/redis.js'
import { askApi } from '../zenith/support/api.js'

const TOKEN = 'a-token-for-the-end-to-end-test'

test('a finished job that Redis no longer has is found by a value of its payload', async () => {
  const redis = await startRedis()
  const dir = await mkdtemp(join(tmpdir(), 'quasar-end-to-end-'))
  const connection = { url: redis.url, maxRetriesPerRequest: null }
  const queue = new Queue('mail', { connection })
  const worker = new Worker('mail', async () => 'done', { connection, concurrency: 20 })
  const options = { redis: redis.url, service: 'shop', interval: 1_000, token: TOKEN, archiveJobs: 'payloads' } as const
  const monitored = monitorWorker(worker, options)
  const jobs = Array.from({ length: 300 }, (_, index) => ({
    name: 'send',
    data: { to: `user${index}@example.com`, password: 'hunter2-planted' },
    opts: { removeOnComplete: true },
  }))
  await queue.addBulk(jobs)
  await vi.waitFor(async () => expect(await queue.getJobCountByTypes('waiting', 'active', 'completed')).toBe(0), {
    timeout: 60_000,
  })
  await monitored.stop()

  // A Zenith that starts when the app has left.
  const archive = inlineArchive(sqliteDriver({ dir }), [TOKEN])
  const zenith = createZenith({ redis: redis.url, auth: () => 'admin', archive, token: TOKEN, logger: false })
  const find = async (q: string) => {
    const { body } = await askApi<ArchivedJobListing>(zenith, `/api/archive/jobs?q=${encodeURIComponent(q)}`)
    return body.items
  }
  await vi.waitFor(async () => expect(await find('to:user217@example.com')).toHaveLength(1), { timeout: 60_000 })
  const [found] = await find('to:user217@example.com state:completed queue:mai* after:1h')
  expect(found).toMatchObject({ queueName: 'mail', name: 'send', outcome: 'completed', attempt: 1, service: 'shop' })
  expect(await find('hunter2-planted')).toEqual([])
  const path = `/api/archive/queues/${encodeURIComponent(found?.queue ?? '')}/jobs/${found?.id}`
  const { body } = await askApi<ArchivedJobDetail>(zenith, path)
  expect(body.attempts[0]?.payload?.text).toContain('user217@example.com')
  expect(body.attempts[0]?.payload?.text).not.toContain('hunter2')

  await zenith.close()
  await worker.close()
  await queue.close()
  await redis.stop()
  await rm(dir, { recursive: true, force: true })
})

test.each([
  ['no token', undefined],
  ['another token', 'another-token-than-the-workers'],
])('a Zenith with %s says of which services it can not open payloads', async (_, token) => {
  const redis = await startRedis()
  const dir = await mkdtemp(join(tmpdir(), 'quasar-unopened-'))
  const connection = { url: redis.url, maxRetriesPerRequest: null }
  const queue = new Queue('mail', { connection })
  const worker = new Worker('mail', async () => 'done', { connection })
  const options = { redis: redis.url, service: 'shop', interval: 1_000, token: TOKEN, archiveJobs: 'payloads' } as const
  const monitored = monitorWorker(worker, options)
  await queue.addBulk(Array.from({ length: 5 }, (_, number) => ({ name: 'send', data: { number } })))
  await vi.waitFor(async () => expect(await queue.getJobCountByTypes('completed')).toBe(5), { timeout: 60_000 })
  await monitored.stop()

  const lines: string[] = []
  const logger = { info() {}, warn() {}, error: (line: string) => lines.push(line) }
  const archive = inlineArchive(sqliteDriver({ dir }), token === undefined ? [] : [token])
  // Signatures aside: it reads all records, and opens none of the payloads.
  const zenith = createZenith({ store: redisStore({ redis: redis.url }), auth: () => 'admin', archive, logger })
  const jobs = async () => (await askApi<ArchivedJobListing>(zenith, '/api/archive/jobs')).body.items
  await vi.waitFor(async () => expect(await jobs()).toHaveLength(5), { timeout: 60_000 })
  const cause = token === undefined ? 'it has no token' : 'they have another token'
  const line = `Zenith archives finished jobs of shop without their payloads, because it can't open what the workers sealed: ${cause}.`
  expect(lines.filter((one) => one.startsWith(line))).toHaveLength(1)
  expect(lines.join()).toContain('QUASAR_TOKEN')
  const { body } = await askApi<ArchiveView>(zenith, '/api/archive')
  expect(body.unopened).toMatchObject([{ service: 'shop' }])
  const time = `from=${Date.now() - 3_600_000}&to=${Date.now()}`
  const completeness = await askApi<Completeness>(zenith, `/api/archive/completeness?${time}`)
  expect(completeness.body.unopened).toEqual(['shop'])

  await zenith.close()
  await worker.close()
  await queue.close()
  await redis.stop()
  await rm(dir, { recursive: true, force: true })
})

test('after FLUSHALL every job is archived once, in the rounds that follow', async () => {
  const redis = await startRedis()
  const dir = await mkdtemp(join(tmpdir(), 'quasar-flushed-'))
  const archive = inlineArchive(sqliteDriver({ dir }), [TOKEN])
  const store = redisStore({ redis: redis.url })
  // It starts before the app, and so reads no node in its first round.
  const archiver = new Archiver({ reader: maskedReader(store), store, archive, logger: undefined, every: 200 })
  archiver.start()
  await vi.waitFor(() => expect(archiver.status.state).toBe('archiving'), { timeout: 60_000 })
  const connection = { url: redis.url, maxRetriesPerRequest: null }
  const queue = new Queue('mail', { connection })
  const worker = new Worker('mail', async () => 'done', { connection, concurrency: 5 })
  const options = { redis: redis.url, service: 'shop', interval: 1_000, token: TOKEN, archiveJobs: 'payloads' } as const
  const monitored = monitorWorker(worker, options)
  const numbers = async () => {
    const { items } = await archive.jobs({ from: 0, to: 8e15, conditions: [], limit: 1_000, withPayloads: true })
    return items.map(({ payload }) => JSON.parse(payload?.text ?? '{}').number).sort((a, b) => a - b)
  }
  const rounds = 3
  for (let round = 1; round <= rounds; round++) {
    const jobs = Array.from({ length: 50 }, (_, index) => ({ name: 'send', data: { number: round * 1_000 + index } }))
    await queue.addBulk(jobs.map((job) => ({ ...job, opts: { removeOnComplete: true } })))
    await vi.waitFor(async () => expect(await numbers()).toHaveLength(round * 50), { timeout: 30_000 })
    await redis.client().flushall()
  }
  expect(new Set(await numbers()).size).toBe(rounds * 50)

  await monitored.stop()
  await archiver.close()
  await archive.close()
  await store.close()
  await worker.close()
  await queue.close()
  await redis.stop()
  await rm(dir, { recursive: true, force: true })
})
