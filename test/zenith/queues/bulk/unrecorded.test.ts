import type { Queue } from 'bullmq'
import { beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { isWhole } from '../../../support/extent.js'
import { ensureBuilt } from '../../../support/pack.js'
import { startRedis, type TestRedis } from '../../../support/redis.js'
import type { Problem } from '../../support/acting.js'
import { openQueue } from '../../support/bullmq.js'
import { openWay, type Way } from './support/way.js'
import { addJobs, sumOf, trailOf, type ZenithProcess, zenithProcess } from './support/zeniths.js'

/** Two servers: what Zenith keeps may be elsewhere than the queues. */
let store: TestRedis
let queue: Queue
let zenith: ZenithProcess
let way: Way
beforeAll(() => ensureBuilt())
beforeEach(async () => {
  store = await startRedis()
  const queues = await startRedis()
  onTestFinished(async () => {
    await store.stop()
    await queues.stop()
  })
  queue = openQueue(queues, 'mail')
  await addJobs(queue, 6_000)
  way = await openWay(queues)
  onTestFinished(() => way.close())
  zenith = await zenithProcess({ store: store.url, queues: way.url })
})

const full = (isFull: boolean) => store.client().config('SET', 'maxmemory', isFull ? '1' : '0')

/** Starts one. @param meanwhile what happens in the middle of it */
async function running(meanwhile: () => unknown): Promise<string> {
  const { id } = await zenith.counted({ queues: [await zenith.keyOf('mail')] })
  const isDone = way.when(async () => (await queue.getWaitingCount()) < 5_800, meanwhile)
  expect((await zenith.post(`bulk/${id}/start`)).status).toBe(200)
  await isDone
  return id
}

async function endsWhole(id: string): Promise<void> {
  const left = await zenith.reached(id, 'interrupted')
  const waiting = await queue.getWaitingCount()
  expect(waiting).toBeGreaterThan(0)
  expect(left).toMatchObject({ succeeded: 6_000 - waiting, unknown: 0, resumable: true })
  expect(left.succeeded + sumOf(left)).toBe(6_000)
  await vi.waitFor(async () => expect(await zenith.post(`bulk/${id}/resume`)).toMatchObject({ status: 200 }), {
    timeout: 60_000,
  })
  expect(await zenith.reached(id, 'done')).toMatchObject({ succeeded: 6_000, unknown: 0, skipped: [] })
  expect(await queue.getWaitingCount()).toBe(0)
}

it('a store whose memory is full ends an operation where it is, and has its trail when it has room', {
  timeout: 240_000,
}, async () => {
  const id = await running(() => full(true))
  const ended = await zenith.reached(id, 'interrupted')
  expect(ended.error).toMatch(/memory/i)
  expect((await trailOf(zenith, id)).map(({ step }) => step)).toEqual(['intent'])
  await full(false)
  await vi.waitFor(
    async () => {
      expect(await trailOf(zenith, id)).toMatchObject([{ step: 'intent' }, { step: 'result', ok: false }])
    },
    { timeout: 60_000 },
  )
  await endsWhole(id)
})

it.runIf(isWhole)('a store that is gone does the same', async () => {
  const id = await running(() => store.pause())
  await vi.waitFor(
    async () => {
      const before = await queue.getWaitingCount()
      await new Promise((resolve) => setTimeout(resolve, 9_000))
      expect(await queue.getWaitingCount()).toBe(before)
    },
    { timeout: 120_000 },
  )
  store.resume()
  await vi.waitFor(
    async () => expect((await trailOf(zenith, id)).map(({ step }) => step)).toEqual(['intent', 'result']),
    { timeout: 60_000 },
  )
  await endsWhole(id)
})

it('nothing is begun that the store has no room for', async () => {
  const { id } = await zenith.counted({ queues: [await zenith.keyOf('mail')] })
  await full(true)
  const refused = await zenith.post<Problem>(`bulk/${id}/start`)
  expect(refused.status).toBe(503)
  expect(await queue.getWaitingCount()).toBe(6_000)
  await full(false)
  expect((await zenith.post(`bulk/${id}/start`)).status).toBe(200)
  expect(await zenith.reached(id, 'done')).toMatchObject({ succeeded: 6_000 })
})
