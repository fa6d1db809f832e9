import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import type { BulkOperation } from '../../../../src/api/bulk.js'
import { bullmqQueues } from '../../../../src/queues/bullmq/index.js'
import { memoryStore } from '../../../../src/stores/memory/index.js'
import { startRedis, type TestRedis } from '../../../support/redis.js'
import { actingZenith } from '../../support/acting.js'
import { documentOf, validatorOf } from '../../support/api.js'
import { failJobs, openQueue, rowOf } from '../../support/bullmq.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

it('shows nobody a secret that somebody looked for', async () => {
  const queue = openQueue(redis, 'orders')
  await failJobs(redis, queue, rowOf(1, 'a', 'refused: password=hunter2'))
  const source = bullmqQueues({ connection: redis.url, queues: ['orders'] })
  onTestFinished(() => source.close())
  const acting = actingZenith({ store: memoryStore(), queues: [source] })
  const selection = { queues: [await acting.keyOf('orders')], state: 'failed' }
  const kinds = [{ text: 'password=***' }, { text: 'password=hunter2' }, { name: 'send password=hunter2' }]
  for (const kind of kinds) {
    const created = await acting.post<BulkOperation>('/api/bulk', {
      action: 'retry',
      selection: { ...selection, ...kind },
    })
    const path = `/api/bulk/${created.body.id}`
    const ready = await vi.waitFor(async () => {
      const { body } = await acting.ask<BulkOperation>(path)
      expect(body.phase).toBe('ready')
      return body
    })
    expect(ready.eligible).toBe(kind.text === 'password=***' ? 1 : 0)
    if (ready.eligible > 0) await acting.post(`${path}/start`, {})
  }
  for (const path of ['/api/bulk', '/api/audit'])
    expect(JSON.stringify((await acting.ask(path)).body), path).not.toContain('hunter2')
})

it('answers about operations, schedulers and failures are as the API describes them', async () => {
  const queue = openQueue(redis, 'mail')
  await failJobs(redis, queue, rowOf(3, 'a'))
  for (const id of ['daily', 'nightly']) await queue.upsertJobScheduler(id, { pattern: '0 0 1 1 *' }, { name: 'send' })
  const source = bullmqQueues({ connection: redis.url, queues: ['mail', 'broken'] })
  onTestFinished(() => source.close())
  await redis.client().set('bull:broken:repeat', 'no set')
  const acting = actingZenith({ store: memoryStore(), queues: [source] })
  const key = await acting.keyOf('mail')
  const document = await documentOf(acting.zenith)

  async function holds(method: 'get' | 'post', path: string, status: number, asked: { status: number; body: unknown }) {
    const described = (document.paths[path] as unknown as Record<string, (typeof document.paths)[string]['get']>)[
      method
    ]
    const validate = validatorOf(document, described?.responses[status]?.content['application/json']?.schema)
    expect(asked.status, `${method} ${path}`).toBe(status)
    expect(validate(asked.body), `${method} ${path} ${JSON.stringify(validate.errors)}`).toBe(true)
  }
  const change = (action: string, id: string) => acting.post('/api/schedulers', { queue: key, action, id })
  await holds('post', '/api/schedulers', 200, await change('pause', 'nightly'))
  await holds('post', '/api/schedulers', 200, await change('run', 'daily'))
  await holds('post', '/api/schedulers', 404, await change('run', 'nobody'))
  await holds('get', '/api/schedulers', 200, await acting.ask('/api/schedulers'))
  await holds('get', '/api/failures', 200, await acting.ask('/api/failures'))

  const selection = { queues: [key], state: 'failed', text: 'a-' }
  const created = await acting.post<BulkOperation>('/api/bulk', { action: 'retry', selection })
  await holds('post', '/api/bulk', 201, created)
  const path = `/api/bulk/${created.body.id}`
  await vi.waitFor(async () => expect((await acting.ask<BulkOperation>(path)).body.phase).toBe('ready'))
  await queue.remove('a-1')
  await holds('post', '/api/bulk/{id}/start', 200, await acting.post(`${path}/start`, {}))
  await vi.waitFor(async () => expect((await acting.ask<BulkOperation>(path)).body.phase).toBe('done'))
  await holds('get', '/api/bulk/{id}', 200, await acting.ask(path))
  await holds('get', '/api/bulk/{id}/results', 200, await acting.ask(`${path}/results`))
  await holds('get', '/api/bulk', 200, await acting.ask('/api/bulk'))
  await holds('post', '/api/bulk/{id}/cancel', 409, await acting.post(`${path}/cancel`, {}))
  await holds('get', '/api/bulk/{id}', 404, await acting.ask('/api/bulk/nobody'))
})
