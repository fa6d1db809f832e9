import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { BulkOperation } from '../../../../src/api/bulk.js'
import { isWhole } from '../../../support/extent.js'
import { ensureBuilt } from '../../../support/pack.js'
import { startRedis, type TestRedis } from '../../../support/redis.js'
import type { Problem } from '../../support/acting.js'
import { openQueue } from '../../support/bullmq.js'
import { openWay } from './support/way.js'
import { addJobs, atOnce, kill, sumOf, type ZenithProcess, zenithProcess } from './support/zeniths.js'

let redis: TestRedis
beforeAll(async () => {
  await ensureBuilt()
  redis = await startRedis()
})
afterAll(() => redis?.stop())

type Started = { status: number; body: BulkOperation & Problem }

/** Both are told to start at the same moment. */
async function race(zeniths: readonly ZenithProcess[], keys: readonly string[]) {
  const counted = await Promise.all(zeniths.map((zenith, index) => zenith.counted({ queues: [keys[index] ?? ''] })))
  const started = await Promise.all(
    zeniths.map((zenith, index) => zenith.post<BulkOperation & Problem>(`bulk/${counted[index]?.id}/start`)),
  )
  const ended = await Promise.all(
    zeniths.map((zenith, index) =>
      started[index]?.status === 200 ? zenith.reached(counted[index]?.id ?? '', 'done') : null,
    ),
  )
  return { started: started as Started[], ended: ended.filter((one) => one !== null) }
}

it('of two Zeniths that start in one queue one does', async () => {
  const queue = openQueue(redis, 'mail')
  // By two addresses of one server.
  const zeniths = await Promise.all([
    zenithProcess({ store: redis.url }),
    zenithProcess({ store: redis.url, queues: redis.url.replace('127.0.0.1', 'localhost') }),
  ])
  await addJobs(queue, 1)
  const keys = await Promise.all(zeniths.map((zenith) => zenith.keyOf(queue.name)))
  let refused = 0
  for (let round = 0; round < 12; round++) {
    await addJobs(queue, 400, round * 1_000)
    const { started, ended } = await race(zeniths, keys)
    for (const { status, body } of started.filter((one) => one.status !== 200)) {
      refused += 1
      expect({ status, message: body.error.message }).toMatchObject({ status: 409 })
      expect(body.error.message).toContain(`Another operation is running in ${queue.name}`)
    }
    // Where both answered 200 one had ended before the other began.
    const [first, second] = ended.sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0))
    if (first && second) expect(first.endedAt ?? 0).toBeLessThanOrEqual(second.startedAt ?? 0)
    expect(ended.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(400)
  }
  expect(refused).toBeGreaterThan(0)
})

const CLOCKS = [
  [-3_600_000, 'an hour behind'],
  [-25_000, '25 s behind'],
  [25_000, '25 s ahead'],
  [3_600_000, 'an hour ahead'],
] as const

it.runIf(isWhole)(
  'a Zenith whose clock is off leaves the queue to another that works in it, and sees when that has ended',
  {
    timeout: 600_000,
  },
  () => atOnce(Object.fromEntries(CLOCKS.map(([off, name]) => [name, () => leavesTheQueue(off)]))),
)

async function leavesTheQueue(off: number): Promise<void> {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const queue = openQueue(redis, 'mail')
  await addJobs(queue, 6_000)
  const way = await openWay(redis)
  onTestFinished(() => way.close())
  const [right, wrong] = await Promise.all([
    zenithProcess({ store: redis.url, queues: way.url }),
    zenithProcess({ store: redis.url, off }),
  ])
  const key = await right.keyOf(queue.name)
  const { id } = await right.counted({ queues: [key] })
  const mine = await wrong.counted({ queues: [await wrong.keyOf(queue.name)] })
  const isKilled = way.when(
    async () => (await queue.getWaitingCount()) < 5_500,
    async () => {
      const refused = await wrong.post<Problem>(`bulk/${mine.id}/start`)
      expect(refused).toMatchObject({ status: 409, body: { error: { code: 'not_possible' } } })
      expect((await wrong.get<BulkOperation>(`bulk/${id}`)).body.phase).toBe('running')
      await kill(right)
    },
  )
  await right.post(`bulk/${id}/start`)
  await isKilled
  expect((await wrong.get<BulkOperation>(`bulk/${id}`)).body.phase).toBe('running')
  await wrong.reached(id, 'interrupted')
  expect((await wrong.post(`bulk/${id}/resume`)).status).toBe(200)
  const done = await wrong.reached(id, 'done')
  expect(done.succeeded + sumOf(done)).toBe(6_000)
  expect(await queue.getWaitingCount()).toBe(0)
}
