import { hostname } from 'node:os'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import type { ProcessHistory } from '../../src/api/process-history.js'
import { referenceOf } from '../../src/protocol/reference.js'
import { leaseRecorder } from '../../src/runtime/start-quasar.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { askApi } from './support/api.js'
import { openZenith, seen } from './support/zenith.js'

const AN_HOUR = 3_600_000

/** How far the clock that never jumps went on without the test having to wait, ms. */
const skipped = vi.hoisted(() => ({ ms: 0 }))
vi.mock('../../src/lib/clock.js', async (original) => {
  const clock = await original<typeof import('../../src/lib/clock.js')>()
  return { ...clock, monotonic: () => clock.monotonic() + skipped.ms }
})

let redis: TestRedis

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis?.stop())

it('an idle process writes its minute to Redis, and Zenith reads it', async () => {
  const options = { service: 'idle', redis: redis.url, interval: AN_HOUR, logger: false } as const
  const { recorder, release } = leaseRecorder(options, null)
  onTestFinished(release)
  await recorder.flush()
  skipped.ms = 61_000
  await recorder.flush()
  expect(recorder.status().error).toBeNull()
  const store = redisStore({ redis: redis.url })
  onTestFinished(() => store.close())
  const zenith = openZenith({ redis: redis.url })
  const { node } = recorder.status()
  await seen(zenith, ({ nodes }) => expect(nodes.map(({ id }) => id)).toEqual([node]))
  const path = `/api/services/${referenceOf('idle')}/nodes/${referenceOf(node)}/history?period=5m`
  const { status, body } = await askApi<ProcessHistory>(zenith, path)
  expect(status, JSON.stringify(body)).toBe(200)
  expect(body.minutes).toHaveLength(1)
  const [minute] = body.minutes
  expect((minute?.at ?? 0) - (minute?.from ?? 0)).toBeGreaterThanOrEqual(61_000)
  expect(minute?.rss).toBeGreaterThan(1_048_576)
  expect(minute?.heapUsed).toBeGreaterThan(1_048_576)
  expect(minute?.cpu).not.toBeNull()
  expect(minute?.gcCount).not.toBeNull()
  expect(minute?.diskPct).toBeGreaterThan(0)
  expect(minute?.requests).toBe(0)
  const [record] = (await store.history({ service: 'idle', since: 0 })).records
  expect(record?.system).toMatchObject({
    ...{ host: hostname(), cpu: expect.any(Number), memory: expect.any(Number), memoryLimit: expect.any(Number) },
    ...{ heapLimit: expect.any(Number), diskFree: expect.any(Number), load: expect.any(Number) },
  })
})
