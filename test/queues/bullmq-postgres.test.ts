import { createRequire } from 'node:module'
import * as bullmq from 'bullmq'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { JOB_STATES, QUEUE_CAPABILITIES } from '../../src/protocol/index.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
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

interface SqlClient {
  connect(): Promise<void>
  query(text: string, values: readonly string[]): Promise<{ rows: { data: string }[] }>
  end(): Promise<void>
}

/** Without types of its own. */
const { Client } = createRequire(import.meta.url)('pg') as {
  Client: new (options: { connectionString: string }) => SqlClient
}

/** What the table has of a payload. */
async function stored(queue: string, id: string): Promise<string | undefined> {
  const client = new Client({ connectionString: postgres.url })
  await client.connect()
  try {
    const { rows } = await client.query('SELECT data::text FROM bullmq.job WHERE queue = $1 AND id = $2', [queue, id])
    return rows[0]?.data
  } finally {
    await client.end()
  }
}

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

  test('adds a payload as it is written, as far as jsonb keeps it, and copies none that its API has rounded', async () => {
    const { system, bench } = await makeBoth()
    const [name] = system.queues
    const { source } = system
    const add = (data: string) =>
      the(source, 'add')(name, { name: 'send', data, delay: null, priority: null, attempts: null })
    const { id } = await add('{"n":9007199254740993,"price":1.0,"huge":1e400}')
    expect(await stored(name, id)).toBe(`{"n": 9007199254740993, "huge": 1${'0'.repeat(400)}, "price": 1.0}`)
    await expect(the(source, 'duplicate')(name, id)).rejects.toThrow('may have rounded it')
    const fine = await add('{"2":1.5,"1":[9007199254740991]}')
    const copy = await the(source, 'duplicate')(name, fine.id)
    expect(await stored(name, copy.id)).toBe('{"1": [9007199254740991], "2": 1.5}')
    await bench
      .queue(name)
      .upsertJobScheduler('nightly', { pattern: '0 3 * * *' }, { name: 'send', data: { n: 2 ** 60 } })
    await expect(the(source, 'runScheduler')(name, 'nightly')).rejects.toThrow('may have rounded it')
    await expect(the(source, 'snapshotScheduler')(name, 'nightly')).rejects.toThrow('may have rounded it')
    const [known] = await the(source, 'schedulers')(name)
    const definition = {
      ...known,
      id: 'nightly',
      name: 'send',
      cron: '0 4 * * *',
      every: null,
      timezone: null,
      limit: null,
    }
    const save = (data: string) =>
      the(source, 'saveScheduler')(name, { ...definition, from: null, until: null, data, options: {} })
    await expect(save(known?.data ?? '')).rejects.toThrow('may have rounded it')
    await save('{"n":9007199254740995}')
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

  test('a copy has the priority, the delay and the payload that the job has now', async () => {
    const { system, bench } = await makeBoth()
    const [name] = system.queues
    const queue = bench.queue(name)
    const copy = async (id = '') => {
      const made = await the(system.source, 'duplicate')(name, id)
      return the(system.source, 'job')(name, made.id)
    }
    const urgent = await queue.add('send', {}, { priority: 3 })
    await urgent.changePriority({ priority: 8 })
    await urgent.updateData({ to: 'grace' })
    expect(await copy(urgent.id)).toMatchObject({ state: 'prioritized', priority: 8, data: '{"to":"grace"}' })
    const late = await queue.add('send', {}, { delay: 60_000 })
    await late.changeDelay(7_200_000)
    expect((await copy(late.id))?.runAt).toBeGreaterThan(Date.now() + 7_000_000)
    await late.promote()
    expect(await copy(late.id)).toMatchObject({ state: 'waiting' })
  })

  test('a parent is not run again before its children have completed', async () => {
    const { system, bench } = await makeBoth()
    const [pages, books] = system.queues
    const flows = new bullmq.FlowProducer(
      { connection: { connectionString: postgres.url, max: 2 } },
      bullmq.createPostgresBackend,
    )
    const child = { name: 'page', queueName: pages, data: {}, opts: { failParentOnFailure: true } }
    const { job } = await flows.add({ name: 'book', queueName: books, data: {}, children: [child] })
    await flows.close()
    const { id: failed = '' } = await bench.fail(pages, 'No paper')
    await bench.fail(books, 'A child failed')
    const retry = async (queue: string, id = '') => (await the(system.source, 'retry')(queue, [id]))[0]
    expect((await retry(books, job.id))?.reason).toContain('waits for 1 job')
    await retry(pages, failed)
    expect((await retry(books, job.id))?.reason).toContain('waits for 1 job')
    await bench.complete(pages)
    expect(await retry(books, job.id)).toMatchObject({ ok: true })
  })

  test('a scheduler is taken away only where it can come back as it was', async () => {
    const { system, bench } = await makeBoth()
    const [name] = system.queues
    const queue = bench.queue(name)
    await queue.upsertJobScheduler(
      'nightly',
      { pattern: '0 3 * * *', tz: 'Asia/Tokyo' },
      { name: 'send', data: { a: 1 } },
    )
    await queue.upsertJobScheduler('often', { every: 3_600_000 })
    await queue.upsertJobScheduler('thrice', { pattern: '0 4 * * *', limit: 3 })
    const snapshot = the(system.source, 'snapshotScheduler')
    await expect(snapshot(name, 'often')).rejects.toThrow('another rhythm')
    await expect(snapshot(name, 'thrice')).rejects.toThrow('anew')
    const before = await queue.getJobScheduler('nightly')
    const nightly = await snapshot(name, 'nightly')
    expect(await the(system.source, 'restoreScheduler')(name, nightly)).toBe(false)
    expect(await the(system.source, 'removeScheduler')(name, 'nightly', nightly)).toBe(true)
    expect(await queue.getJobScheduler('nightly')).toBeFalsy()
    expect(await the(system.source, 'restoreScheduler')(name, JSON.parse(JSON.stringify(nightly)))).toBe(true)
    expect(await queue.getJobScheduler('nightly')).toEqual(before)
    await queue.upsertJobScheduler('nightly', { pattern: '0 5 * * *' })
    expect(await the(system.source, 'removeScheduler')(name, 'nightly', nightly)).toBe(false)
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

  test('what is no job is neither shown nor touched, and costs its own result alone', async () => {
    const { system, bench } = await makeBoth()
    const [name, other] = system.queues
    await bench.queue(name).upsertJobScheduler('nightly', { every: 86_400_000 }, { name: 'report' })
    await bench.queue(name).add('good', {}, { jobId: 'good/job ✓ 朝' })
    await bench.queue(other).add('other', {}, { jobId: 'elsewhere' })
    const bad = ['meta', 'id', 'wait', 'repeat:nightly', 'a:lock', 'elsewhere', 'null\0', '']
    for (const id of bad) expect([id, await the(system.source, 'job')(name, id)]).toEqual([id, null])
    const outcomes = await the(system.source, 'remove')(name, [...bad, 'good/job ✓ 朝'])
    expect(outcomes.map(({ ok }) => ok)).toEqual([...bad.map(() => false), true])
    for (const { reason } of outcomes.slice(0, -1)) expect(reason).toMatch(/There is no/)
    expect(await bench.queue(name).getJobSchedulersCount()).toBe(1)
    expect(await bench.queue(other).getJobState('elsewhere')).toBe('waiting')
  })
})
