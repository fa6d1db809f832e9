import type { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import type { BulkOperation } from '../../../../src/api/bulk.js'
import type { FailureListing } from '../../../../src/api/failures.js'
import { laravelQueues } from '../../../../src/queues/laravel/index.js'
import { memoryStore } from '../../../../src/stores/memory/index.js'
import { horizonApp } from '../../../queues/laravel/horizon-app.js'
import { exceptionText } from '../../../queues/laravel/php.js'
import { startRedis, type TestRedis } from '../../../support/redis.js'
import { type ActingZenith, actingZenith } from '../../support/acting.js'

let server: TestRedis
let admin: Redis
beforeAll(async () => {
  server = await startRedis()
  admin = server.client()
})
afterAll(() => server?.stop())

const ORDERS = ['01ARZ3NDEKTSV4RRFFQ69G5FAV', '01BX5ZZKBKACTAV9WEVGEMMVRZ', '01bx5zzkbkactav9wevgemmvs0']

async function phase(acting: ActingZenith, id: string, wanted: string): Promise<BulkOperation> {
  return vi.waitFor(
    async () => {
      const { body } = await acting.ask<BulkOperation>(`/api/bulk/${id}`)
      expect(body.phase).toBe(wanted)
      return body
    },
    { timeout: 15_000 },
  )
}

async function retryAll(acting: ActingZenith, key: string): Promise<BulkOperation> {
  const selection = { state: 'failed', ids: null, name: null, fingerprint: null, text: null, queues: [key] }
  const { body } = await acting.post<BulkOperation>('/api/bulk', { action: 'retry', selection })
  await phase(acting, body.id, 'ready')
  await acting.post(`/api/bulk/${body.id}/start`, {})
  return phase(acting, body.id, 'done')
}

it('failures of Horizon, and reasons why they are not retried, are one group whatever ids they carry', async () => {
  const app = horizonApp(admin)
  await app.push('mail', { name: 'Waits', data: null })
  for (const order of ORDERS) {
    await app.push('mail', { name: 'SendMail', data: null })
    await app.fail('mail', await app.reserve('mail', 'r'), exceptionText(`Order ${order} is gone`))
  }
  const source = laravelQueues({ redis: server.url })
  onTestFinished(() => source.close())
  const acting = actingZenith({ store: memoryStore(), queues: [source] })
  const key = await acting.keyOf('mail')
  const { groups } = (await acting.ask<FailureListing>('/api/failures')).body
  expect(groups.map(({ queues }) => queues.map(({ count }) => count))).toEqual([[3]])
  expect(await retryAll(acting, key)).toMatchObject({ succeeded: 3, skipped: [] })
  const again = await retryAll(acting, key)
  expect([again.succeeded, again.skipped]).toEqual([0, [{ reason: 'Its retry has not ended yet', count: 3 }]])
})
