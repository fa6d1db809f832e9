import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { FailureListing } from '../../src/api/failures.js'
import type { QueueView } from '../../src/api/queues.js'
import type { JobListing, JobSearch } from '../../src/protocol/index.js'
import { laravelQueues } from '../../src/queues/laravel/index.js'
import { JobIndex } from '../../src/queues/laravel/job-index.js'
import { openRedis } from '../../src/queues/shared/redis.js'

import { memoryStore } from '../../src/stores/memory/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { actingZenith } from '../zenith/support/acting.js'
import { horizonApp } from './laravel/horizon-app.js'
import { exceptionText } from './laravel/php.js'

let server: TestRedis
let admin: Redis
beforeAll(async () => {
  server = await startRedis()
  admin = server.client()
})
afterAll(() => server?.stop())
beforeEach(() => admin.flushall())

/** One for all failures, so that their order is that of their places however long it takes to write them. */
const NOW = Date.now() / 1_000

/** Failures of one queue, as Horizon keeps them. @param from the place of the newest */
async function fail(queue: string, count: number, from: number): Promise<void> {
  const app = horizonApp(admin)
  for (let start = 0; start < count; start += 1_000) {
    const pipeline = admin.pipeline()
    for (let job = start; job < Math.min(count, start + 1_000); job++) {
      const [id, at] = [`${queue}-${job}`, (NOW - 60 - (from + job) / 1_000).toFixed(4)]
      const fields = {
        id,
        queue,
        status: 'failed',
        name: 'SendMail',
        failed_at: at,
        exception: exceptionText('No stock'),
      }
      pipeline.zadd(app.key('failed_jobs'), `-${at}`, id)
      pipeline.hset(app.key(id), { ...fields, payload: JSON.stringify({ uuid: id, displayName: 'SendMail' }) })
    }
    await pipeline.exec()
  }
}

test('12,000 newer failures of one queue do not hide the 300 of another', async () => {
  const app = horizonApp(admin)
  for (const queue of ['other', 'mail']) await app.push(queue, { name: 'SendMail', data: null })
  await fail('other', 12_000, 0)
  await fail('mail', 300, 12_000)
  const source = laravelQueues({ redis: server.url })
  const zenith = actingZenith({ store: memoryStore(), queues: [source] })
  const key = encodeURIComponent(await zenith.keyOf('mail'))
  const list = () => zenith.ask<JobListing>(`/api/queues/${key}/jobs?state=failed&limit=5`)
  await expect.poll(async () => (await list()).body.total).toBe(300)
  expect((await list()).body).not.toHaveProperty('partial')
  const search = await zenith.ask<JobSearch>(`/api/queues/${key}/search?state=failed&text=mail-299`)
  expect(search.body).toMatchObject({ total: 300, scanned: 300, stopped: null, jobs: [{ id: 'mail-299' }] })
  // Unknown until the queue is read again.
  const failed = async () => (await zenith.ask<{ view: QueueView }>(`/api/queues/${key}`)).body.view.metrics.failed
  await expect.poll(failed).toBe(300)
  const groups = async () => (await zenith.ask<FailureListing>('/api/failures')).body
  await expect
    .poll(async () => (await groups()).groups[0]?.queues.find(({ name }) => name === 'mail')?.count, {
      timeout: 30_000,
    })
    .toBe(300)
  await source.close()
})

test('an index says how far it looked, and goes on from there', async () => {
  await fail('other', 2_500, 0)
  await fail('mail', 30, 2_500)
  const { connection } = openRedis('laravelQueues', server.url)
  const index = new JobIndex(connection, 'laravel_horizon:', 'failed_jobs', { read: 1_000, deep: 2_000 })
  await index.refresh()
  expect([index.isWhole, index.looked, index.total, index.of('mail')]).toEqual([false, 1_000, 2_530, []])
  await index.deepen(10_000)
  expect([index.isWhole, index.looked, index.of('other').length]).toEqual([false, 2_000, 2_000])
  const whole = new JobIndex(connection, 'laravel_horizon:', 'failed_jobs', { read: 1_000, deep: 5_000 })
  await whole.refresh()
  await whole.deepen(10_000)
  expect([whole.isWhole, whole.looked, whole.of('mail').length]).toEqual([true, 2_530, 30])
  await fail('new', 3, -1_000)
  await whole.refresh()
  expect([whole.of('new').length, whole.of('mail').length, whole.total]).toEqual([3, 30, 2_533])
  connection.close()
})

test('what an index may not read is an error, and not a queue without jobs', async () => {
  await fail('mail', 3, 0)
  await admin.call('acl', 'setuser', 'half', 'on', '>secret', '~*', '+@all', '-hget')
  const { connection } = openRedis('laravelQueues', server.url.replace('//', '//half:secret@'))
  const index = new JobIndex(connection, 'laravel_horizon:', 'failed_jobs')
  await expect(index.refresh()).rejects.toMatchObject({ code: 'NOPERM' })
  connection.close()
})
