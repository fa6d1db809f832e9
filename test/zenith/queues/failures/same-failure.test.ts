import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { FailureListing } from '../../../../src/api/failures.js'
import type { RecordListing } from '../../../../src/api/part.js'
import type { ExceptionGroup } from '../../../../src/api/services.js'
import { bullmqQueues } from '../../../../src/queues/bullmq/index.js'
import { memoryStore } from '../../../../src/stores/memory/index.js'
import { startRedis, type TestRedis } from '../../../support/redis.js'
import { actingZenith } from '../../support/acting.js'
import { failJobs, openQueue } from '../../support/bullmq.js'
import { beatOf, exceptionOf, report } from '../../support/records.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

it.each([
  ['No order 42 of "ada@example.com"', 'No order # of <value>'],
  [`Query 7 failed: ${'select some columns from a table and '.repeat(20)}`, /^Query # failed: select/],
  [`password=Zq7vKx3pWm was refused for ${'customer_'.repeat(40)}`, /was refused/],
])('an exception of a job leads to the group of its failed jobs: %s', async (message, title) => {
  const queue = openQueue(redis, 'mail')
  await queue.obliterate({ force: true })
  await failJobs(redis, queue, [{ id: 'a', message }])
  const store = memoryStore()
  const source = bullmqQueues({ connection: redis.url, queues: ['mail'] })
  await report(store, beatOf('mailer', 'worker-1'), {
    exceptions: [
      exceptionOf('mailer', 'worker-1', { kind: 'job', queue: 'mail', message, fingerprint: 'of-the-job' }),
      exceptionOf('mailer', 'worker-1', { kind: 'request', message, fingerprint: 'of-a-request' }),
    ],
  })
  const acting = actingZenith({ store, queues: [source] })
  await acting.keyOf('mail')
  await vi.waitFor(async () => {
    const { groups } = (await acting.ask<FailureListing>('/api/failures')).body
    expect(groups).toMatchObject([{ title: typeof title === 'string' ? title : expect.stringMatching(title) }])
    const { items } = (await acting.ask<RecordListing<ExceptionGroup>>('/api/errors/groups')).body
    const failures = Object.fromEntries(items.map(({ fingerprint, failure }) => [fingerprint, failure]))
    expect(failures).toEqual({ 'of-the-job': groups[0]?.fingerprint })
  })
  await source.close()
})
