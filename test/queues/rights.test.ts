import { Queue } from 'bullmq'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { QueueSource } from '../../src/ports/index.js'
import { bullQueues } from '../../src/queues/bull/index.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../src/queues/gravito-stream/index.js'
import { laravelQueues } from '../../src/queues/laravel/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { documentedAclRules } from '../support/redis-acl.js'

let redis: TestRedis
let url: string

beforeAll(async () => {
  redis = await startRedis()
  const [[user, words] = ['', []]] = documentedAclRules('queues.md')
  const admin = redis.client()
  await admin.call('acl', 'setuser', user, ...words)
  url = `redis://${user}:secret@127.0.0.1:${redis.port}`
  const queue = new Queue('mail', { connection: { url: redis.url } })
  await queue.add('send', { to: 'ada' }, { jobId: 'job' })
  await queue.close()
  await admin.lpush('queue:orders', JSON.stringify({ id: 'job', type: 'json', data: '{}', createdAt: 1, attempts: 0 }))
  const payload = { uuid: 'job', displayName: 'Send', job: 'x@call', data: {}, attempts: 0, createdAt: 1 }
  await admin.rpush('laravel-database-queues:default', JSON.stringify(payload))
  await admin.lpush('bull:old:wait', '1')
  await admin.hset('bull:old:1', { name: 'send', data: '{}', opts: '{}', timestamp: 1 })
  await admin.set('bull:old:id', 1)
})
afterAll(() => redis?.stop())

describe('the Redis user of docs/queues.md', () => {
  const sources: Record<string, [queue: string, make: () => QueueSource]> = {
    BullMQ: ['mail', () => bullmqQueues({ connection: url })],
    Bull: ['old', () => bullQueues({ redis: url })],
    'Gravito Stream': ['orders', () => gravitoStreamQueues({ redis: url })],
    Laravel: ['default', () => laravelQueues({ redis: url, prefix: 'laravel-database-' })],
  }

  it.each(Object.entries(sources))('may look at queues of %s and at their jobs', async (_, [queue, make]) => {
    const source = make()
    try {
      const reading = (await source.read()).queues.find(({ name }) => name === queue)
      expect(reading).toMatchObject({ error: null, metrics: { waiting: 1 } })
      const listing = await source.jobs?.(queue, { state: 'waiting', offset: 0, limit: 10, order: 'oldest' })
      expect(listing).toMatchObject({ total: 1, missing: 0 })
      const [job] = listing?.jobs ?? []
      expect(await source.job?.(queue, job?.id ?? '')).toMatchObject({ id: job?.id })
    } finally {
      await source.close()
    }
  })

  it('may change nothing', async () => {
    const source = gravitoStreamQueues({ redis: url })
    const [outcome] = (await source.remove?.('orders', ['job'])?.catch(() => [{ ok: false }])) ?? []
    expect(outcome?.ok).toBe(false)
    expect(await redis.client().llen('queue:orders')).toBe(1)
    await source.close()
  })
})
