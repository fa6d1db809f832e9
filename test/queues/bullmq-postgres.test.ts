import * as bullmq from 'bullmq'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { JOB_STATES, QUEUE_CAPABILITIES } from '../../src/protocol/index.js'
import { bullmqQueues } from '../../src/queues/bullmq.js'
import { queueSourceConformance } from '../conformance/queue-source.js'
import { the } from '../support/bullmq-redis.js'
import { BullBench, bullSystem } from '../support/bullmq-system.js'
import { startPostgres, type TestPostgres } from '../support/postgres.js'

let postgres: TestPostgres
let systems = 0

beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres.stop())

queueSourceConformance('BullMQ on PostgreSQL', makeSystem, {
  capabilities: QUEUE_CAPABILITIES.filter((capability) => capability !== 'flow'),
  counts: JOB_STATES,
  lists: JOB_STATES,
  cleans: ['waiting', 'delayed', 'failed'],
  takesIds: true,
})

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** For the cases of this file. */
async function makeBoth() {
  const { bench, ...system } = await makeSystem()
  ends.push(() => system.end())
  return { system, bench }
}

/** Queues that no other case has. */
async function makeSystem() {
  systems += 1
  const queues = [`mail-${systems}`, `orders-${systems}`] as const
  const connection = { connectionString: postgres.url, max: 2, migrate: true }
  const queueOf = (name: string) =>
    new bullmq.Queue(name, { connection }, bullmq.createPostgresBackend) as unknown as bullmq.Queue
  const workerOf = (name: string) =>
    new bullmq.Worker(
      name,
      async () => {},
      { connection, autorun: false },
      bullmq.createPostgresBackend,
    ) as unknown as bullmq.Worker
  const backend = { bullmq, connection: {}, prefix: '', queueOf, workerOf }
  const watched = new BullBench(backend)
  const source = bullmqQueues({ queues: queues.map((name) => watched.queue(name)) })
  const system = bullSystem(backend, source, queues)
  return {
    ...system,
    bench: watched,
    async end() {
      await system.source.close()
      await system.end()
      await watched.end()
    },
  }
}

describe('BullMQ on PostgreSQL', () => {
  test('tells where it is without secrets, who works, what is paused and what is most urgent', async () => {
    const { system, bench } = await makeBoth()
    const { source } = system
    const [name, other] = system.queues
    expect(source.place).toMatch(/^127\.0\.0\.1:\d+\/postgres bullmq$/)
    const queue = bench.queue(name)
    const at = Date.now() - 3_600_000
    await queue.add('plain', {}, { timestamp: at })
    await queue.add('urgent', {}, { priority: 3, timestamp: at - 60_000, attempts: 2 })
    await queue.pause()
    await bench.worker(name).waitUntilReady()
    const { queues } = await source.read()
    expect(queues[0]).toMatchObject({
      name,
      paused: true,
      metrics: { waiting: 1, prioritized: 1 },
      meta: { version: expect.stringMatching(/^bullmq:6\./) },
      totals: null,
      workers: 1,
    })
    expect(queues[0]?.oldestMs).toBeGreaterThanOrEqual(3_660_000)
    expect(queues[1]).toMatchObject({ name: other, paused: false, workers: 0, oldestMs: null })
    await the(source, 'resume')(name)
    expect((await source.read()).queues[0]?.paused).toBe(false)
    await expect(the(source, 'pause')('another')).rejects.toThrow('was not passed')
  })

  test('retries keep the priority, and a job is shown with its log, its stack and its children', async () => {
    const { system, bench } = await makeBoth()
    const [name] = system.queues
    await bench.queue(name).add('urgent', { to: 'ada' }, { priority: 3, jobId: 'one', keepLogs: 5 })
    const job = await bench.take(name)
    for (const line of ['one', 'two', 'three']) await job.log(line)
    await job.updateProgress(40)
    await job.moveToFailed(new Error('Refused'), job.token ?? '', false)
    const detail = await the(system.source, 'job')(name, 'one')
    expect(detail).toMatchObject({ state: 'failed', failure: 'Refused', progress: 40, children: null, attempts: 1 })
    expect(detail?.stacks[0]).toContain('Error: Refused')
    expect(await the(system.source, 'logs')(name, 'one', { offset: 1, limit: 1 })).toEqual({ total: 3, lines: ['two'] })
    expect(await the(system.source, 'retry')(name, ['one'])).toEqual([{ id: 'one', ok: true, reason: null }])
    expect(await the(system.source, 'job')(name, 'one')).toMatchObject({ state: 'prioritized', priority: 3 })
  })

  test('the next run of a scheduler is neither promoted nor removed, and emptying leaves it', async () => {
    const { system, bench } = await makeBoth()
    const [name] = system.queues
    await bench.queue(name).upsertJobScheduler('nightly', { pattern: '0 3 * * *' }, { name: 'send', data: { a: 1 } })
    const query = { state: 'delayed', offset: 0, limit: 9, order: 'oldest' } as const
    const [next] = (await the(system.source, 'jobs')(name, query)).jobs
    const id = next?.id ?? ''
    expect((await the(system.source, 'promote')(name, [id]))[0]?.reason).toContain('run the scheduler instead')
    expect((await the(system.source, 'remove')(name, [id]))[0]?.ok).toBe(false)
    expect(await the(system.source, 'empty')(name, 10)).toBe(0)
    expect((await the(system.source, 'schedulers')(name))[0]).toMatchObject({ runs: 0, last: null, data: '{"a":1}' })
  })

  test('queues of two databases, or of PostgreSQL and Redis, are no one source', async () => {
    const { bench } = await makeBoth()
    const queue = bench.queue('mail')
    const { Queue } = bullmq
    const elsewhere = new Queue(
      'mail',
      { connection: { connectionString: postgres.url.replace(/\w+$/, 'other'), max: 1 } },
      bullmq.createPostgresBackend,
    )
    elsewhere.on('error', () => {})
    expect(() => bullmqQueues({ queues: [queue, elsewhere] })).toThrow('one database')
    expect(() => bullmqQueues({ queues: [queue, 'orders'] })).toThrow('one database')
    await elsewhere.close().catch(() => {})
  })
})
