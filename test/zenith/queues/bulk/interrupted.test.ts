import { type Queue, Worker } from 'bullmq'
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import type { BulkOperation } from '../../../../src/api/bulk.js'
import { isWhole } from '../../../support/extent.js'
import { ensureBuilt } from '../../../support/pack.js'
import { startRedis, type TestRedis } from '../../../support/redis.js'
import type { Problem } from '../../support/acting.js'
import { failJobs, openQueue, rowOf } from '../../support/bullmq.js'
import { openWay, type Way } from './support/way.js'
import {
  addJobs,
  atOnce,
  kill,
  outcomesOf,
  sumOf,
  trailOf,
  type ZenithProcess,
  zenithProcess,
} from './support/zeniths.js'

/** As many jobs as the Zenith that is killed may have had in its hands. */
const CHUNK = 200

beforeAll(() => ensureBuilt())

/** Of each case its own: every Zenith takes up what one before it left in its store. */
async function openRedis(): Promise<{ redis: TestRedis; queue: Queue; way: Way }> {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const way = await openWay(redis)
  onTestFinished(() => way.close())
  return { redis, queue: openQueue(redis, 'mail'), way }
}

/** A queue, and two Zeniths, of which the first reaches it on a way of its own. */
async function open() {
  const { redis, queue, way } = await openRedis()
  const zeniths = [{ store: redis.url, queues: way.url }, { store: redis.url }].map(zenithProcess)
  const [one, two] = (await Promise.all(zeniths)) as [ZenithProcess, ZenithProcess]
  return { redis, queue, way, one, two }
}

it('what a Zenith leaves that is killed or stopped', { timeout: 600_000 }, () =>
  atOnce({
    'a killed removal is known within one portion, and another Zenith ends it': killedRemoval,
    'nothing runs twice when a killed retry is taken up': killedRetry,
    ...(isWhole && {
      'a killed operation is cancelled by another Zenith, and none goes on with it': killedAndCancelled,
      'a Zenith that was stopped for too long leaves an operation to the one that went on with it': stoppedForTooLong,
    }),
  }),
)

async function killedRemoval(): Promise<void> {
  const { queue, way, one, two } = await open()
  await addJobs(queue, 5_000)
  const { id } = await one.counted({ queues: [await one.keyOf(queue.name)] })
  expect((await two.post(`bulk/${id}/resume`)).status).toBe(409)
  const isKilled = way.when(
    async () => (await queue.getWaitingCount()) < 3_500,
    async () => {
      expect((await two.post<Problem>(`bulk/${id}/resume`)).body.error.message).toContain('running')
      await kill(one)
    },
  )
  expect(await one.post(`bulk/${id}/start`)).toMatchObject({ status: 200, body: { id } })
  await isKilled

  const left = await two.reached(id, 'interrupted')
  const removed = 5_000 - (await queue.getWaitingCount())
  expect(removed).toBeGreaterThanOrEqual(1_500)
  expect(left.succeeded).toBeLessThanOrEqual(removed)
  expect(left.succeeded + left.unknown).toBeGreaterThanOrEqual(removed)
  expect(left.unknown).toBeLessThanOrEqual(CHUNK)
  expect(left).toMatchObject({ resumable: true, eligible: 5_000 })
  expect(left.succeeded + sumOf(left)).toBe(5_000)
  expect((await outcomesOf(two, id)).filter(({ ok }) => ok).length).toBeGreaterThanOrEqual(left.succeeded)

  expect((await two.post<Problem>(`bulk/${id}/start`)).body.error.message).toContain('resume')
  expect(await two.post(`bulk/${id}/resume`)).toMatchObject({ status: 200, body: { phase: 'running' } })
  const done = await two.reached(id, 'done')
  expect(await queue.getWaitingCount()).toBe(0)
  expect(done.succeeded + sumOf(done)).toBe(5_000)
  expect(sumOf(done)).toBe(done.unknown)
  expect(done.unknown).toBeLessThanOrEqual(CHUNK)
  const outcomes = await outcomesOf(two, id)
  expect(new Set(outcomes.map((one) => one.id)).size).toBe(5_000)
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(done.succeeded)
  await vi.waitFor(async () => {
    const steps = (await trailOf(two, id)).map(({ step }) => step)
    expect(steps).toEqual(['intent', 'intent', 'result'])
  })
  expect((await two.post(`bulk/${id}/resume`)).status).toBe(409)
}

async function killedRetry(): Promise<void> {
  const { redis, queue, way, one, two } = await open()
  await failJobs(redis, queue, rowOf(1_500, 'a'))
  const { id } = await one.counted({ queues: [await one.keyOf(queue.name)], state: 'failed' }, 'retry')
  const isKilled = way.when(
    async () => (await queue.getWaitingCount()) > 300,
    () => kill(one),
  )
  await one.post(`bulk/${id}/start`)
  await isKilled
  const runs = new Map<string, number>()
  // What is retried fails again at once: were it retried twice, it would run twice.
  const worker = new Worker(
    queue.name,
    async (job) => {
      runs.set(job.id ?? '', (runs.get(job.id ?? '') ?? 0) + 1)
      throw new Error('again')
    },
    { connection: { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null }, concurrency: 100 },
  )
  onTestFinished(() => worker.close())
  await vi.waitFor(() => expect(runs.size).toBeGreaterThan(300))
  const left = await two.reached(id, 'interrupted')
  expect(left.unknown).toBeLessThanOrEqual(CHUNK)
  // What was the last of it is written by the next one that does something.
  expect((await trailOf(two, id)).map(({ step }) => step)).toEqual(['intent'])
  await two.counted({ queues: [await two.keyOf(queue.name)], state: 'completed' })
  await vi.waitFor(async () => {
    const [, result] = await trailOf(two, id)
    expect(result).toMatchObject({ step: 'result', ok: false })
    expect(result?.detail).toContain(`${left.succeeded} done`)
  })
  expect(await two.get(`bulk/${id}`)).toMatchObject({ body: left })
  expect((await two.post(`bulk/${id}/resume`)).status).toBe(200)
  const done = await two.reached(id, 'done')
  expect(done.succeeded + sumOf(done)).toBe(1_500)
  await vi.waitFor(
    async () => expect(await queue.getJobCounts('wait', 'active')).toMatchObject({ wait: 0, active: 0 }),
    { timeout: 60_000 },
  )
  expect([...runs.values()].filter((count) => count > 1)).toEqual([])
  expect(runs.size).toBe(1_500)
}

async function killedAndCancelled(): Promise<void> {
  const { queue, way, one, two } = await open()
  await addJobs(queue, 3_000)
  const { id } = await one.counted({ queues: [await one.keyOf(queue.name)] })
  const isKilled = way.when(
    async () => (await queue.getWaitingCount()) < 2_500,
    () => kill(one),
  )
  await one.post(`bulk/${id}/start`)
  await isKilled
  const left = await two.reached(id, 'interrupted')
  expect(await two.post(`bulk/${id}/cancel`)).toMatchObject({
    status: 200,
    body: { phase: 'cancelled', succeeded: left.succeeded, unknown: left.unknown, resumable: false },
  })
  expect(await two.get(`bulk/${id}`)).toMatchObject({ body: { phase: 'cancelled', succeeded: left.succeeded } })
  expect((await two.post(`bulk/${id}/resume`)).status).toBe(409)
  expect((await two.post(`bulk/${id}/cancel`)).status).toBe(409)
  expect(await queue.getWaitingCount()).toBeGreaterThan(0)
}

async function stoppedForTooLong(): Promise<void> {
  const { redis, queue, way } = await openRedis()
  await addJobs(queue, 4_000)
  const store = redis.url
  // They reach the queue by different addresses.
  const queues = redis.url.replace('127.0.0.1', 'localhost')
  const [one, two, three] = await Promise.all([
    zenithProcess({ store, queues: way.url }),
    zenithProcess({ store, queues }),
    zenithProcess({ store, queues }),
  ])
  const { id } = await one.counted({ queues: [await one.keyOf(queue.name)] })
  await Promise.all([two.keyOf(queue.name), three.keyOf(queue.name)])
  const isStopped = way.when(
    async () => (await queue.getWaitingCount()) < 3_500,
    () => one.child.kill('SIGSTOP'),
  )
  await one.post(`bulk/${id}/start`)
  await isStopped
  await two.reached(id, 'interrupted')
  const resumed = await Promise.all([two.post(`bulk/${id}/resume`), three.post(`bulk/${id}/resume`)])
  expect(resumed.map(({ status }) => status).sort()).toEqual([200, 409])
  one.child.kill('SIGCONT')
  const winner = resumed[0].status === 200 ? two : three
  const done = await winner.reached(id, 'done')
  expect(done.succeeded + sumOf(done)).toBe(4_000)
  expect(done.unknown).toBeLessThanOrEqual(CHUNK)
  expect(await queue.getWaitingCount()).toBe(0)
  // The one that was stopped shows what the other did.
  await vi.waitFor(
    async () => {
      const { body } = await one.get<BulkOperation>(`bulk/${id}`)
      expect(body).toMatchObject({ phase: 'done', succeeded: done.succeeded, unknown: done.unknown })
    },
    { timeout: 30_000 },
  )
}
