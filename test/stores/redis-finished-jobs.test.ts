import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Store, StoreRecord } from '../../src/ports/index.js'
import { FINISHED_JOBS_LIFE_MS, type FinishedJobs, keysOf, MIN_FINISHED_ENTRIES } from '../../src/protocol/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { maskedReader } from '../../src/zenith/store/masked-reader.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { createAclUser } from '../support/redis-acl.js'
import { finishedJobsOf, heartbeatOf } from './samples.js'

const KEY = keysOf().jobs('shop')
const TOKEN = 'a-token-of-the-test'
const HOUR = 60 * 60_000
let server: TestRedis
let admin: Redis
let store: Store

beforeAll(async () => {
  server = await startRedis()
  admin = server.client()
})
afterAll(() => server?.stop())
beforeEach(async () => {
  await admin.flushall()
  store = redisStore({ redis: server.url })
})
afterEach(() => store.close())

const entryOf = (record: FinishedJobs, clockOrigin?: number): StoreRecord => ({
  type: 'jobs',
  record,
  ...(clockOrigin !== undefined && { clockOrigin }),
})

async function write(records: readonly StoreRecord[], to = store, canWait = true): Promise<void> {
  const heartbeat = heartbeatOf('shop', 'n1')
  expect((await to.write({ service: 'shop', node: 'n1', heartbeat, records: [] })).error).toBeNull()
  const batch = { service: 'shop', node: 'n1', heartbeat: null, records, canWait }
  expect(await to.write(batch)).toEqual({ unwritten: [], error: null })
}

const read = async (from = store) => (await from.finishedJobs?.({ service: 'shop', since: 0 }))?.records ?? []

test('an entry is kept for an hour, and the key of a service that is gone expires', async () => {
  const old = Date.now() - FINISHED_JOBS_LIFE_MS - 60_000
  // Whole nodes of a stream are trimmed alone.
  for (let index = 0; index < 300; index++) await admin.xadd(KEY, `${old}-${index + 1}`, 'data', '{}')
  await write([entryOf(finishedJobsOf())])
  expect(await admin.xlen(KEY)).toBeLessThan(150)
  expect(await admin.pttl(KEY)).toBeGreaterThan(FINISHED_JOBS_LIFE_MS)
  expect(await admin.pttl(KEY)).toBeLessThanOrEqual(2 * FINISHED_JOBS_LIFE_MS)
})

test('the stream is bounded in bytes: the larger the entries, the fewer', async () => {
  const context = ''
  for (let seq = 1; seq <= MIN_FINISHED_ENTRIES + 200; seq += 50) {
    const records = Array.from({ length: 50 }, (_, index) => {
      const payloads = { bytes: Buffer.alloc(150_000), context }
      return entryOf(finishedJobsOf({ seq: seq + index, payloads }))
    })
    await write(records)
  }
  expect(await admin.xlen(KEY)).toBeLessThan(MIN_FINISHED_ENTRIES + 150)
  expect(await admin.xlen(KEY)).toBeGreaterThanOrEqual(MIN_FINISHED_ENTRIES)
})

test.each([true, false])('times are by the clock of the store (off the event loop: %s)', async (canWait) => {
  const record = finishedJobsOf()
  const ahead = Date.now() - performance.now() + HOUR
  const shifted = {
    ...record,
    from: record.from + HOUR,
    to: record.to + HOUR,
    jobs: record.jobs.map((job) => ({
      ...job,
      addedAt: (job.addedAt ?? 0) + HOUR,
      startedAt: (job.startedAt ?? 0) + HOUR,
      finishedAt: job.finishedAt + HOUR,
    })),
  }
  await write([entryOf(shifted, ahead)], store, canWait)
  const [seen] = await read()
  const [job] = seen?.jobs ?? []
  for (const [one, other] of [
    [seen?.from, record.from],
    [job?.addedAt, record.jobs[0]?.addedAt],
    [job?.startedAt, record.jobs[0]?.startedAt],
    [job?.finishedAt, record.jobs[0]?.finishedAt],
  ])
    expect(Math.abs((one ?? 0) - (other ?? 0))).toBeLessThan(2_000)
})

test('a node whose clock is off and that does not correct it is corrected by the reader, its jobs as well', async () => {
  const text = (record: FinishedJobs) => {
    const { from, to } = record
    return JSON.stringify({
      ...{ v: 2, node: 'n9', seq: 1, from: from + HOUR, to: to + HOUR, queues: [{ name: 'mail' }] },
      jobs: [[0, '1', 'welcome', 'completed', 1, 0, 10, 20, 0, 10]],
    })
  }
  await admin.xadd(KEY, '*', 'data', text(finishedJobsOf()))
  const [seen] = await read()
  expect(Math.abs((seen?.to ?? 0) - Date.now())).toBeLessThan(60_000)
  expect(seen?.jobs[0]?.startedAt).toBe((seen?.from ?? 0) + 10)
  expect(seen?.jobs[0]?.finishedAt).toBe((seen?.from ?? 0) + 20)
})

test('an entry that was written twice counts once, and records of one moment are apart', async () => {
  const one = finishedJobsOf()
  await write([entryOf(one), entryOf(one), entryOf({ ...one, seq: 2 })])
  expect((await read()).map(({ seq }) => seq)).toEqual([1, 2])
  const page = await store.follow?.({ stream: 'jobs', service: 'shop', after: null })
  expect(page?.records.map(({ seq }) => seq)).toEqual([1, 2])
})

test('records are signed, and one that is changed is not admitted', async () => {
  const signing = redisStore({ redis: server.url, token: TOKEN })
  const requiring = redisStore({ redis: server.url, token: TOKEN, requireToken: true })
  await write([entryOf(finishedJobsOf())], signing)
  await write([entryOf(finishedJobsOf({ seq: 2 }))])
  expect((await read(requiring)).map(({ seq }) => seq)).toEqual([1])
  await signing.close()
  await requiring.close()
})

test('what others wrote without masking is masked when it is read', async () => {
  const [job] = finishedJobsOf().jobs
  const secret = 'postgres://ada:s3cretPassw0rd@db/shop'
  const jobs = [{ ...(job as NonNullable<typeof job>), id: 'order-1', name: secret, error: `no ${secret}` }]
  await write([entryOf(finishedJobsOf({ jobs }))])
  const masked = maskedReader(store)
  const page = await masked.finishedJobs?.({ service: 'shop', since: 0 })
  const followed = await masked.follow?.({ stream: 'jobs', service: 'shop', after: null })
  for (const text of [page, followed].map((seen) => JSON.stringify(seen))) {
    expect(text).toContain('order-1')
    expect(text).not.toContain('s3cretPassw0rd')
  }
})

test('the documented rules are enough to write finished jobs and to read them', async () => {
  await createAclUser(admin, 'reporter', ['quasar-reporter'])
  await createAclUser(admin, 'reader', ['quasar-zenith'])
  const [reporter, reader] = ['reporter', 'reader'].map((user) => {
    return redisStore({ redis: `redis://${user}:secret@127.0.0.1:${server.port}` })
  }) as [Store, Store]
  await admin.call('acl', 'log', 'reset')
  await write([entryOf(finishedJobsOf())], reporter)
  expect(await read(reader)).toHaveLength(1)
  expect((await reader.follow?.({ stream: 'jobs', service: 'shop', after: null }))?.records).toHaveLength(1)
  expect(await admin.call('acl', 'log')).toEqual([])
  for (const one of [reporter, reader]) await one.close()
})
