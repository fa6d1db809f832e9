import type { Queue } from 'bullmq'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BulkOperation } from '../../../src/api/bulk.js'
import type { FailureListing } from '../../../src/api/failures.js'
import type { Overview } from '../../../src/api/overview.js'
import type { Listing } from '../../../src/api/part.js'
import type { SchedulerListing } from '../../../src/api/schedulers.js'
import type { ServicePeriod } from '../../../src/api/services.js'
import type { AuditEntry, ExceptionRecord, SlowEntry } from '../../../src/protocol/index.js'
import { extent } from '../../support/extent.js'
import { ensureBuilt } from '../../support/pack.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { addJobs, type ZenithProcess, zenithProcess } from '../queues/bulk/support/zeniths.js'
import { failJobs, openQueue, rowOf } from '../support/bullmq.js'
import { type OffApp, startOffApp } from './app.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const SHIFTS = [
  ['1 h ahead', HOUR],
  ['1 h behind', -HOUR],
  ['26 h ahead', 26 * HOUR],
  ['26 h behind', -26 * HOUR],
] as const
/** What is told of the last hour is written once a minute. */
const patient = { timeout: 90_000, interval: 200 }

let redis: TestRedis
let app: OffApp

beforeAll(async () => {
  await ensureBuilt()
  redis = await startRedis()
  app = await startOffApp('shop', 0, redis.url)
  await app.work()
})

afterAll(async () => {
  app?.program.child.kill('SIGTERM')
  await app?.program.ended
  await redis?.stop()
})

/** Within a few minutes of now: all of it happens in this test. */
function expectNow(time: number | null | undefined, what: string): void {
  expect(Math.abs((time ?? Number.NaN) - Date.now()), what).toBeLessThan(10 * MINUTE)
}

describe.each(extent(SHIFTS, ([, off]) => off === -26 * HOUR))('a Zenith whose own clock is %s', (_, off) => {
  let zenith: ZenithProcess
  let queue: Queue
  let number = 0

  // Another one each time: queues that are new are found once a minute, and at the start.
  beforeEach(async () => {
    zenith = await zenithProcess({ store: redis.url, off })
    queue = openQueue(redis, `mail-${off}-${number++}`)
  })

  const get = async <T>(path: string) => (await zenith.get<T>(path)).body

  it('shows the app as what it is', async () => {
    await vi.waitFor(async () => {
      const overview = await get<Overview>('overview')
      expectNow(overview.at, 'overview')
      expect(overview.nodes).not.toEqual([])
      for (const node of overview.nodes) {
        expect(node).toMatchObject({ state: 'live', clockAhead: 0 })
        expectNow(node.lastSeen, 'last seen')
      }
      expect(overview.services[0]?.health.reasons.filter(({ text }) => /clock|lost|silent/.test(text))).toEqual([])
    }, patient)
    for (const period of ['5m', '15m', '1h'])
      await vi.waitFor(async () => {
        const [view] = (await get<Listing<ServicePeriod>>(`services?period=${period}&service=shop`)).items
        const count = view?.routes.find(({ key }) => key === 'GET /ok')?.count
        expect(count, period).toBe(app.done())
        for (const { at } of view?.traffic ?? []) expect(Math.abs(at - Date.now())).toBeLessThan(HOUR + 10 * MINUTE)
      }, patient)
    for (const path of ['errors', 'slow']) {
      const { items } = await get<Listing<ExceptionRecord | SlowEntry>>(`${path}?service=shop`)
      expect(items.length, path).toBeGreaterThan(0)
      for (const { ts } of items) expectNow(ts, path)
    }
  })

  it('writes the times of what people do by the clock of Redis', async () => {
    await queue.upsertJobScheduler('often', { pattern: '*/9 * * * *' }, { name: 'send' })
    const key = await zenith.keyOf(queue.name)
    const scheduler = async () => (await get<SchedulerListing>(`schedulers?queue=${encodeURIComponent(key)}`)).items[0]
    const doWith = async (action: string) => {
      expect((await zenith.post('schedulers', { queue: key, action, id: 'often' })).status).toBe(200)
      return scheduler()
    }
    expect(await scheduler()).toMatchObject({ state: 'active', attention: null })
    expectNow((await doWith('pause'))?.pausedAt, 'paused')
    const resumed = await doWith('resume')
    expect(resumed).toMatchObject({ state: 'active', attention: null })
    expectNow(resumed?.next, 'next run')
    await addJobs(queue, 3)
    const { id } = await zenith.counted({ queues: [key] })
    await zenith.post(`bulk/${id}/start`)
    const done = await zenith.reached(id, 'done')
    for (const part of ['asOf', 'startedAt', 'endedAt'] as const) expectNow(done[part], part)
    const trail = await vi.waitFor(async () => {
      const lines = (await get<{ items: AuditEntry[] }>('audit')).items.filter((line) => line.queue === key)
      expect(lines).toHaveLength(6)
      return lines
    })
    for (const { at, action } of trail) expectNow(at, action)
  })

  it('removes no job that is younger than it should, and tells when jobs failed', async () => {
    await failJobs(redis, queue, rowOf(3, 'a'))
    const key = await zenith.keyOf(queue.name)
    const clean = { action: 'clean', state: 'failed', olderThanMs: 10 * MINUTE, limit: 100 }
    const { status, body } = await zenith.post<{ removed: number }>(`queues/${encodeURIComponent(key)}/actions`, clean)
    expect({ status, body }).toMatchObject({ status: 200, body: { removed: 0 } })
    const { groups } = await get<FailureListing>('failures')
    const group = groups.find(({ queues }) => queues.some((one) => one.key === key))
    const count = group?.queues.reduce((sum, one) => sum + one.count, 0)
    expect(group).toMatchObject({ hour: count, day: count, week: count })
  })

  it('forgets no bulk operation of another Zenith that has just ended', async () => {
    const other = await zenithProcess({ store: redis.url })
    await addJobs(queue, 3)
    const { id } = await other.counted({ queues: [await other.keyOf(queue.name)] })
    await other.post(`bulk/${id}/start`)
    await other.reached(id, 'done')
    await addJobs(queue, 3, 10)
    const own = await zenith.counted({ queues: [await zenith.keyOf(queue.name)] })
    await zenith.post(`bulk/${own.id}/start`)
    await zenith.reached(own.id, 'done')
    const listed = (await get<Listing<BulkOperation>>('bulk')).items.map((operation) => operation.id)
    expect(listed).toEqual(expect.arrayContaining([id, own.id]))
  })
})
