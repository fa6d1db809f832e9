import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { QueuesSearch } from '../../../src/api/search.js'
import type { QueueSource } from '../../../src/ports/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import type { ZenithOptions } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { actingZenith } from '../support/acting.js'
import { failJobs, openQueue } from '../support/bullmq.js'

const NAMES = ['billing', 'mail', 'reports']
let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

async function filled(
  options: Partial<ZenithOptions> = {},
  change: (source: QueueSource) => QueueSource = (one) => one,
) {
  await redis.client().flushall()
  for (const name of NAMES) {
    const queue = openQueue(redis, name)
    await queue.add('send', { customer: `ada-${name}`, password: 'Zq7vKx3pWm' }, { jobId: `${name}-1` })
    await queue.add('send', { customer: 'someone else' }, { jobId: `${name}-2`, delay: 3_600_000 })
  }
  await failJobs(redis, openQueue(redis, 'failing'), [{ id: 'f1', message: 'no customer ada-failing' }])
  const source = change(bullmqQueues({ connection: redis.url, queues: [...NAMES, 'failing'] }))
  onTestFinished(() => source.close())
  const acting = actingZenith({ store: memoryStore(), queues: [source], ...options })
  for (const name of [...NAMES, 'failing']) await acting.keyOf(name)
  return async (query: string) => (await acting.ask<QueuesSearch>(`/api/search/jobs?${query}`)).body
}

const idsIn = ({ jobs }: QueuesSearch) => jobs.map(({ queueName, job }) => `${queueName} ${job.id}`).sort()

it('finds jobs in all queues and states, and says how far it searched each', async () => {
  const search = await filled()
  const found = await search('text=ADA-')
  expect(idsIn(found)).toEqual(['billing billing-1', 'failing f1', 'mail mail-1', 'reports reports-1'])
  expect(found).toMatchObject({ total: 4, left: 0, perQueue: 5_000 })
  expect(found).not.toHaveProperty('next')
  expect(Object.fromEntries(found.queues.map(({ name, key, ...rest }) => [name, rest]))).toEqual(
    Object.fromEntries(
      [...NAMES, 'failing'].map((name) => {
        const jobs = name === 'failing' ? 1 : 2
        return [name, { scanned: jobs, total: jobs, skipped: 0, stopped: null, error: null }]
      }),
    ),
  )
  expect(idsIn(await search('text=send&state=delayed'))).toEqual(NAMES.map((name) => `${name} ${name}-2`))
})

it('goes on after the queue at which it stopped', async () => {
  const search = await filled()
  const { queues } = await search('text=ada-')
  const rest = await search(`text=ada-&after=${encodeURIComponent(queues[1]?.key ?? '')}`)
  expect(rest.queues).toEqual(queues.slice(2))
  expect(rest.jobs).toHaveLength(2)
  expect(rest.total).toBe(4)
})

it('matches no masked value, and no payload for who may not see payloads', async () => {
  const search = await filled()
  expect((await search('text=Zq7v')).jobs).toEqual([])
  const ofViewer = await filled({ auth: () => 'viewer' })
  expect(idsIn(await ofViewer('text=ada-'))).toEqual(['failing f1'])
  expect((await ofViewer('text=someone')).jobs).toEqual([])
  expect(idsIn(await ofViewer('text=mail-1'))).toEqual(['mail mail-1'])
})

it('names the queue that does not answer, and searches the others', async () => {
  const search = await filled({}, (source) => ({
    ...source,
    search: (queue, query) =>
      queue.includes('mail')
        ? Promise.reject(new Error('connect ECONNREFUSED'))
        : (source.search?.(queue, query) as never),
  }))
  const found = await search('text=ada-')
  expect(idsIn(found)).toEqual(['billing billing-1', 'failing f1', 'reports reports-1'])
  const errors = found.queues.filter(({ error }) => error !== null)
  expect(errors.map(({ name }) => name)).toEqual(['mail'])
})

it('stops in a queue at its bound, and says so', async () => {
  const asked: number[] = []
  const search = await filled({}, (source) => ({
    ...source,
    search: async (_queue, { maxScanned }) => {
      asked.push(maxScanned)
      return { jobs: [], scanned: maxScanned, total: 9_000, skipped: 1, stopped: 'scanned', next: maxScanned }
    },
  }))
  const { queues } = await search('text=ada-')
  for (const queue of queues) expect(queue).toMatchObject({ scanned: 5_000, skipped: 1, stopped: 'scanned' })
  expect(Math.max(...asked)).toBe(5_000)
})
