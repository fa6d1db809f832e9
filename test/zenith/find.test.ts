import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { Finds } from '../../src/api/search.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { actingZenith } from './support/acting.js'
import { openQueue } from './support/bullmq.js'
import { beatOf, exceptionOf, report, rollupOf, slowOf } from './support/records.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

async function filled() {
  await redis.client().flushall()
  for (const name of ['mail', 'reports']) await openQueue(redis, name).add('send', {}, { jobId: `${name}-7f3a` })
  const source = bullmqQueues({ connection: redis.url, queues: ['mail', 'reports'] })
  onTestFinished(() => source.close())
  const store = memoryStore()
  const now = Date.now()
  await report(store, beatOf('shop', 'web-1'), {
    exceptions: [
      exceptionOf('shop', 'web-1', { fingerprint: 'f1', requestId: 'req-0042', message: 'no stock' }),
      exceptionOf('shop', 'web-1', { fingerprint: 'f2', requestId: 'req-0043', name: 'PaymentError' }),
    ],
    slow: [slowOf('shop', 'web-1', { requestId: 'req-0042', traceId: 'abc123' })],
    history: [
      rollupOf(
        'web-1',
        now - 120_000,
        now - 60_000,
        [{ key: 'GET /orders/:id', durations: [5] }],
        [{ key: 'send-mail', durations: [5], queue: 'mail' }],
      ),
    ],
  })
  const acting = actingZenith({ store, queues: [source] })
  for (const name of ['mail', 'reports']) await acting.keyOf(name)
  return async (text: string) => (await acting.ask<Finds>(`/api/search?text=${encodeURIComponent(text)}`)).body
}

it('finds routes, job names, request ids, exceptions and jobs by id, and says what was searched', async () => {
  const find = await filled()
  const everything = { routes: [], exceptions: [], slow: [], jobs: [], late: [] }
  const searched = { services: 1, queues: 2, queuesLeft: 0 }
  expect(await find('orders')).toMatchObject({
    routes: [{ service: 'shop', kind: 'request', name: 'GET /orders/:id', queue: null }],
  })
  expect(await find('SEND-')).toMatchObject({ routes: [{ service: 'shop', kind: 'job', name: 'send-mail' }] })
  expect(await find('req-0042')).toMatchObject({
    exceptions: [{ service: 'shop', fingerprint: 'f1', requestId: 'req-0042' }],
    slow: [{ service: 'shop', requestId: 'req-0042', traceId: 'abc123' }],
    searched,
  })
  expect(await find('paymenterror')).toMatchObject({ exceptions: [{ fingerprint: 'f2' }] })
  expect(await find('reports-7f3a')).toEqual({
    ...everything,
    jobs: [
      {
        queue: expect.stringContaining('reports'),
        queueName: 'reports',
        id: 'reports-7f3a',
        name: 'send',
        state: 'waiting',
      },
    ],
    searched,
  })
  expect(await find('nothing of that name')).toEqual({
    ...everything,
    searched: { ...searched, queues: 0, queuesLeft: 2 },
  })
})
