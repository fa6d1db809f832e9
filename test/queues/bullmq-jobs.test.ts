import { describe, expect, test } from 'vitest'
import { BullRedis, bullmqOf, readOne, the, VERSIONS } from '../support/bullmq-redis.js'

const bull = new BullRedis()
const PAGE = { offset: 0, limit: 50, order: 'oldest' } as const

describe('jobs', () => {
  test.each(VERSIONS)('of version %s are shown whole', async (version) => {
    const bench = bull.bench(version)
    const source = bull.source({ queues: ['mail'] })
    const options = { attempts: 2, backoff: { type: 'fixed', delay: 0 }, jobId: 'with/slash-朝', keepLogs: 5 }
    await bench.queue('mail').add('send', { to: 'ada' }, options)
    const job = await bench.take('mail')
    await job.updateProgress(40)
    await job.log('one')
    await job.log('two')
    await job.log('three')
    await job.moveToFailed(new Error('Refused'), job.token ?? '', false)
    await bench.fail('mail', 'No stock')
    const detail = await the(source, 'job')('mail', 'with/slash-朝')
    expect(detail).toMatchObject({
      id: 'with/slash-朝',
      name: 'send',
      state: 'failed',
      attempts: 2,
      maxAttempts: 2,
      priority: 0,
      error: 'No stock',
      failure: 'No stock',
      progress: 40,
      progressText: '40',
      data: '{"to":"ada"}',
      dataBytes: 12,
      result: null,
      parent: null,
      scheduler: null,
      runAt: null,
      children: null,
    })
    expect(detail?.options).toMatchObject({ attempts: 2, keepLogs: 5, backoff: { type: 'fixed', delay: 0 } })
    expect(detail?.stacks.map((stack) => stack.split('\n')[0])).toEqual(['Error: Refused', 'Error: No stock'])
    expect(detail?.finishedAt).toBeGreaterThanOrEqual(detail?.startedAt ?? Number.POSITIVE_INFINITY)
    const logs = await the(source, 'logs')('mail', 'with/slash-朝', { offset: 1, limit: 2 })
    expect(logs).toEqual({ total: 3, lines: ['two', 'three'] })
    await bench.queue('mail').add('send', {}, { jobId: 'returns' })
    await bench.complete('mail', { sent: true })
    expect(await the(source, 'job')('mail', 'returns')).toMatchObject({ state: 'completed', result: '{"sent":true}' })
  })

  test('that are gone while their ids are not are left out and counted', async () => {
    const bench = bull.bench()
    for (let number = 0; number < 4; number++) {
      await bench.queue('mail').add('send', { number })
      await bench.fail('mail', 'Refused')
    }
    await bull.client.del('bull:mail:2', 'bull:mail:4')
    const source = bull.source({ queues: ['mail'], bullmq: bullmqOf('6') })
    const listing = await the(source, 'jobs')('mail', { state: 'failed', ...PAGE })
    expect([listing.total, listing.missing, listing.jobs.map(({ id }) => id)]).toEqual([4, 2, ['1', '3']])
    expect(await the(source, 'job')('mail', '2')).toBeNull()
    expect(await the(source, 'flow')('mail', '2')).toBeNull()
    const search = { state: 'failed', text: 'send', maxMatches: 9, maxScanned: 9, maxMs: 9_000 } as const
    expect((await the(source, 'search')('mail', search)).jobs.map(({ id }) => id)).toEqual(['3', '1'])
    const outcomes = await the(source, 'retry')('mail', ['1', '2', '3'])
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true])
    // Removing takes what is left of it out of the list.
    await bull.client.lpush('bull:mail:wait', 'no-hash')
    expect(await the(source, 'remove')('mail', ['no-hash'])).toEqual([{ id: 'no-hash', ok: true, reason: null }])
    expect(await bull.client.lpos('bull:mail:wait', 'no-hash')).toBeNull()
    expect(await the(source, 'remove')('mail', ['2'])).toEqual([{ id: '2', ok: true, reason: null }])
    expect((await the(source, 'jobs')('mail', { state: 'failed', ...PAGE })).total).toBe(1)
  })

  test('delayed by a retry are shown for when they are due, not for when they first were', async () => {
    const bench = bull.bench()
    const timestamp = Date.now() - 3_600_000
    await bench.queue('mail').add('send', {}, { timestamp, attempts: 2, backoff: 600_000 })
    await bench.fail('mail', 'Refused')
    const { jobs } = await the(bull.source(), 'jobs')('mail', { state: 'delayed', ...PAGE })
    expect(jobs[0]?.runAt).toBeGreaterThan(Date.now() + 500_000)
    expect(jobs[0]).toMatchObject({ addedAt: timestamp, attempts: 1, error: 'Refused' })
  })

  test('a scan goes on where it was when jobs are taken out in between, and among many of one time', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `job-${String(index).padStart(2, '0')}`)
    const now = Date.now()
    for (const id of ids) {
      await bull.client.zadd('bull:mail:failed', now, id)
      await bull.client.hset(`bull:mail:${id}`, 'name', 'send', 'timestamp', now, 'finishedOn', now, 'opts', '{}')
      await bull.client.lpush('bull:mail:wait', id)
    }
    const source = bull.source()
    const partOf = async (state: 'failed' | 'waiting', cursor: string | null) => {
      return the(source, 'scan')('mail', { state, asOf: now, cursor, limit: 10 })
    }
    const first = await partOf('failed', null)
    await bull.client.zrem('bull:mail:failed', ...ids.slice(5, 12))
    const second = await partOf('failed', first.cursor)
    expect([...first.jobs, ...second.jobs].map(({ id }) => id)).toEqual([...ids.slice(0, 10), ...ids.slice(12, 22)])

    const taken = await partOf('waiting', null)
    await bull.client.rpop('bull:mail:wait', 4)
    await bull.client.lpush('bull:mail:wait', 'late')
    const next = await partOf('waiting', taken.cursor)
    expect([...taken.jobs, ...next.jobs].map(({ id }) => id)).toEqual(ids.slice(0, 20))
    // All that was given is gone: what is left comes after it.
    await bull.client.rpop('bull:mail:wait', 16)
    expect((await partOf('waiting', next.cursor)).jobs.map(({ id }) => id)).toEqual(ids.slice(20))
  })
})

describe('a flow', () => {
  test.each(VERSIONS)('of version %s is shown whole from wherever it is looked at', async (version) => {
    const bench = bull.bench(version)
    const { FlowProducer } = bullmqOf(version)
    const flows = new FlowProducer({ connection: { host: '127.0.0.1', port: bull.redis.port } })
    const child = (name: string, queueName: string, opts = {}) => ({ name, queueName, data: {}, opts })
    const { job } = await flows.add({
      ...child('order', 'orders'),
      children: [
        child('pay', 'mail'),
        { ...child('pack', 'pack'), children: [child('fetch', 'mail')] },
        child('bill', 'bills', { ignoreDependencyOnFailure: true }),
      ],
    })
    await flows.close()
    await bench.complete('mail')
    await bench.fail('bills', 'No paper')
    const source = bull.source()
    const { jobs } = await the(source, 'jobs')('mail', { state: 'completed', ...PAGE })
    const root = { queue: 'orders', id: job.id ?? '' }
    expect(jobs[0]?.parent?.queue).toMatch(/^(orders|pack)$/)
    const tree = await the(source, 'flow')('mail', jobs[0]?.id ?? '')
    expect(tree).toMatchObject({ ...root, name: 'order', state: 'waitingChildren', more: 0 })
    const flat = (tree?.children ?? []).flatMap((one) => [one, ...one.children])
    expect(flat.map(({ queue, name }) => `${queue} ${name}`).sort()).toEqual([
      'bills bill',
      'mail fetch',
      'mail pay',
      'pack pack',
    ])
    expect(flat.find(({ name }) => name === 'bill')?.state).toBe('failed')
    expect(flat.filter(({ state }) => state === 'completed')).toHaveLength(1)
    expect((await the(source, 'job')('orders', root.id))?.children?.total).toBe(3)
    expect(await the(source, 'flow')('orders', root.id)).toEqual(tree)
    // One of them is gone.
    await bull.client.del(`bull:${flat[0]?.queue}:${flat[0]?.id}`)
    expect((await the(source, 'flow')('orders', root.id))?.children[0]).toMatchObject({ name: '', state: null })
  })
})

test('of a flow with many children some are shown, and how many more there are', async () => {
  const { FlowProducer } = bullmqOf('6')
  const flows = new FlowProducer({ connection: { host: '127.0.0.1', port: bull.redis.port } })
  const one = { name: 'page', queueName: 'pages', data: {} }
  const children = Array.from({ length: 60 }, () => ({ ...one, children: [one, one] }))
  const { job } = await flows.add({ name: 'book', queueName: 'books', data: {}, children })
  await flows.close()
  const tree = await the(bull.source(), 'flow')('books', job.id ?? '')
  expect([tree?.children.length, tree?.more]).toEqual([50, 10])
  const grandchildren = (tree?.children ?? []).map(({ children: below, more }) => below.length + more)
  expect(grandchildren).toEqual(Array(50).fill(2))
})

describe('retry', () => {
  test.each(VERSIONS)('keeps the priority, with version %s', async (version) => {
    const bench = bull.bench(version)
    const source = bull.source({ bullmq: bullmqOf(version) })
    await bench.queue('mail').add('urgent', {}, { priority: 3 })
    await bench.fail('mail', 'Refused')
    await bench.queue('mail').add('plain', {})
    await bench.fail('mail', 'Refused')
    expect(await the(source, 'retry')('mail', ['1', '2'])).toEqual([
      { id: '1', ok: true, reason: null },
      { id: '2', ok: true, reason: null },
    ])
    expect((await readOne(source, 'mail')).metrics).toMatchObject({ waiting: 1, prioritized: 1, failed: 0 })
    expect(await the(source, 'job')('mail', '1')).toMatchObject({ state: 'prioritized', priority: 3 })
    expect((await bench.take('mail')).name).toBe('plain')
    expect((await bench.take('mail')).name).toBe('urgent')
  })
})

describe('remove', () => {
  test('leaves what is worked on, and the next run of a scheduler', async () => {
    const bench = bull.bench()
    await bench.queue('mail').upsertJobScheduler('nightly', { pattern: '0 3 * * *' }, { name: 'report' })
    const { id = '' } = await bench.queue('mail').add('send', {})
    await bench.take('mail')
    const source = bull.source({ bullmq: bullmqOf('6') })
    const [next] = (await the(source, 'jobs')('mail', { state: 'delayed', ...PAGE })).jobs
    expect(next?.scheduler).toBe('nightly')
    const outcomes = await the(source, 'remove')('mail', [id, next?.id ?? ''])
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, false])
    expect(outcomes[0]?.reason).toContain('is being worked on')
    expect(outcomes[1]?.reason).toContain('scheduler')
    const promoted = await the(source, 'promote')('mail', [next?.id ?? ''])
    expect(promoted[0]?.reason).toContain('"nightly": run the scheduler instead')
    expect((await readOne(source, 'mail')).metrics).toMatchObject({ active: 1, delayed: 1 })
  })
})

describe('duplicate', () => {
  test('adds a second job with its data and options, and not its id, parent, schedule or deduplication', async () => {
    const bench = bull.bench()
    const queue = bench.queue('mail')
    const options = { jobId: 'first', attempts: 4, priority: 2, timestamp: 1_000, deduplication: { id: 'once' } }
    await queue.add('send', { to: 'ada', list: [1, null] }, options)
    const source = bull.source({ bullmq: bullmqOf('6') })
    const copy = await the(source, 'duplicate')('mail', 'first')
    const detail = await the(source, 'job')('mail', copy.id)
    expect(detail).toMatchObject({ name: 'send', data: '{"to":"ada","list":[1,null]}', maxAttempts: 4, priority: 2 })
    expect(detail?.id).not.toBe('first')
    expect(detail?.addedAt).toBeGreaterThan(1_000)
    await queue.upsertJobScheduler('nightly', { pattern: '0 3 * * *' }, { name: 'report', opts: { attempts: 3 } })
    const [next] = (await the(source, 'jobs')('mail', { state: 'delayed', ...PAGE })).jobs
    const run = await the(source, 'duplicate')('mail', next?.id ?? '')
    expect(await the(source, 'job')('mail', run.id)).toMatchObject({
      scheduler: null,
      state: 'waiting',
      maxAttempts: 3,
    })
  })
})

describe('clean and empty', () => {
  test.each(VERSIONS)(
    'take many jobs in small scripts, and leave schedulers their next run, with version %s',
    async (version) => {
      const bench = bull.bench(version)
      const queue = bench.queue('mail')
      await queue.addBulk(Array.from({ length: 450 }, (_, number) => ({ name: 'send', data: { number } })))
      await queue.addBulk(Array.from({ length: 20 }, () => ({ name: 'send', data: {}, opts: { priority: 2 } })))
      await queue.addBulk(Array.from({ length: 20 }, () => ({ name: 'send', data: {}, opts: { delay: 9_999_999 } })))
      for (let number = 0; number < 5; number++) await queue.upsertJobScheduler(`s-${number}`, { pattern: '* * * * *' })
      const source = bull.source({ bullmq: bullmqOf(version) })
      expect(await the(source, 'empty')('mail', 440)).toBe(440)
      expect((await readOne(source, 'mail')).metrics).toMatchObject({ waiting: 10, prioritized: 20, delayed: 25 })
      expect(await the(source, 'empty')('mail', 1_000)).toBe(50)
      expect(await the(source, 'empty')('mail', 1_000)).toBe(0)
      expect((await readOne(source, 'mail')).metrics).toMatchObject({ waiting: 0, prioritized: 0, delayed: 5 })
      expect((await the(source, 'schedulers')('mail')).map(({ state }) => state)).toEqual(Array(5).fill('active'))
    },
  )

  test('the old ones among delayed jobs go, whenever they are due', async () => {
    const queue = bull.bench().queue('mail')
    const now = Date.now()
    await queue.addBulk(Array.from({ length: 150 }, () => ({ name: 'new', data: {}, opts: { delay: 60_000 } })))
    await queue.add('old', {}, { delay: 9_999_999, timestamp: now - 3_600_000 })
    const source = bull.source({ bullmq: bullmqOf('6') })
    const query = { state: 'delayed', before: now - 60_000, limit: 100 } as const
    expect(await the(source, 'clean')('mail', query)).toBe(1)
    expect((await readOne(source, 'mail')).metrics.delayed).toBe(150)
  })

  test('jobs that wait for their children are refused in words', async () => {
    const source = bull.source({ bullmq: bullmqOf('6') })
    const query = { state: 'waitingChildren', before: Date.now(), limit: 10 } as const
    await expect(the(source, 'clean')('mail', query)).rejects.toThrow('wait for their children')
  })
})

describe('queues that are passed in', () => {
  test.each(VERSIONS)('of version %s are read and acted on by what they are, and never closed', async (version) => {
    const { Queue } = bullmqOf(version)
    class MailQueue extends Queue {
      constructor() {
        super('mail', { connection: { host: '127.0.0.1', port: bull.redis.port }, prefix: 'app' })
      }
    }
    const queue = new MailQueue()
    const source = bull.source({ connection: undefined, queues: [queue, 'orders'] })
    expect([source.names, source.place]).toEqual([['mail', 'orders'], `127.0.0.1:${bull.redis.port}/0 app`])
    const added = await the(source, 'add')('mail', { name: 'send', data: '{}', delay: null, priority: 4, attempts: 2 })
    // The other is opened by BullMQ's own class, below the app's.
    await the(source, 'add')('orders', { name: 'ship', data: '{}', delay: null, priority: null, attempts: null })
    expect(await queue.getJobCounts('prioritized')).toEqual({ prioritized: 1 })
    expect((await the(source, 'job')('mail', added.id))?.maxAttempts).toBe(2)
    expect((await readOne(source, 'orders')).metrics.waiting).toBe(1)
    expect(await bull.client.hget('app:orders:meta', 'version')).toBeNull()
    await source.close()
    await queue.pause()
    expect(await queue.isPaused()).toBe(true)
    await queue.close()
  })

  test('a client of the app stays as it was', async () => {
    const client = bull.redis.client()
    await client.ping()
    const listeners = () => client.eventNames().map((event) => [String(event), client.listenerCount(event)])
    const before = listeners()
    const { Queue } = bullmqOf('6')
    const queue = new Queue('mail', { connection: client, skipMetasUpdate: true })
    await queue.waitUntilReady()
    const withQueue = listeners()
    const source = bull.source({ connection: undefined, queues: [queue] })
    await the(source, 'pause')('mail')
    expect(await readOne(source, 'mail')).toMatchObject({ paused: true })
    await source.close()
    expect(listeners()).toEqual(withQueue)
    const named = bull.source({ connection: client, queues: ['mail'], bullmq: bullmqOf('6') })
    await the(named, 'resume')('mail')
    await named.close()
    expect(client.status).toBe('ready')
    expect(listeners()).toEqual(withQueue)
    await queue.close()
    expect(listeners()).toEqual(before)
  })

  test('in two places are refused', async () => {
    const { Queue } = bullmqOf('6')
    const connection = { host: '127.0.0.1', port: bull.redis.port }
    const queues = [new Queue('mail', { connection }), new Queue('orders', { connection, prefix: 'other' })]
    expect(() => bull.source({ connection: undefined, queues })).toThrow('one prefix')
    await Promise.all(queues.map((queue) => queue.close()))
  })

  test('without them queues are changed by the bullmq that is installed', async () => {
    const source = bull.source({ queues: ['mail'] })
    const job = await the(source, 'add')('mail', {
      name: 'send',
      data: '{"n":1}',
      delay: null,
      priority: null,
      attempts: null,
    })
    expect(await the(source, 'job')('mail', job.id)).toMatchObject({ name: 'send', data: '{"n":1}' })
    const bad = { name: 'send', data: '{', delay: null, priority: null, attempts: null }
    await expect(the(source, 'add')('mail', bad)).rejects.toThrow('no JSON')
  })
})
