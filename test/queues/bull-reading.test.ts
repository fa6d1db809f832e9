import Bull from 'bull'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { describe, expect, it, vi } from 'vitest'
import { bullQueues } from '../../src/queues/bull/index.js'
import { laterThan } from '../conformance/queue-source/samples.js'
import { BullRedis } from '../support/bull-redis.js'
import { bullmqOf, readOne, the, VERSIONS } from '../support/bullmq-redis.js'
import { startRedisCluster } from '../support/redis-cluster.js'
import { contentsOf } from '../support/redis-contents.js'

const bull = new BullRedis()
const HOUR_MS = 3_600_000
const ALL = { offset: 0, limit: 50, order: 'oldest' } as const

async function namesFound(source = bull.source()): Promise<string[]> {
  return (await source.read()).queues.map(({ name }) => name)
}

describe('Bull and BullMQ under one prefix', () => {
  for (const version of VERSIONS)
    it(`finds Bull's queues and none of BullMQ ${version}`, async () => {
      const { Queue } = bullmqOf(version)
      const connection = { host: '127.0.0.1', port: bull.redis.port }
      const declared = new Queue('declared', { connection })
      // Opened as a tool does that leaves no metadata.
      const bare = new Queue('bare', { connection, skipMetasUpdate: true })
      bull.atEnd(() => Promise.all([declared.close(), bare.close()]))
      for (const queue of [declared, bare]) await queue.add('send', {})
      await declared.pause()
      const bench = bull.bench()
      await bench.queue('mail').add('send', {})
      // Bull notes a pause where BullMQ keeps its metadata.
      await bench.queue('idle').pause()
      expect(await bull.client.exists('bull:idle:meta', 'bull:declared:meta')).toBe(2)
      expect(await namesFound()).toEqual(['idle', 'mail'])
    })

  it('says whose a queue is that was named here, and changes nothing in it', async () => {
    const { Queue } = bullmqOf('6')
    const queue = new Queue('orders', { connection: { host: '127.0.0.1', port: bull.redis.port } })
    bull.atEnd(() => queue.close())
    await queue.add('send', {})
    const source = bull.source({ queues: ['orders'] })
    const words = '"orders" is a queue of BullMQ: watch it with bullmqQueues'
    expect(await readOne(source, 'orders')).toMatchObject({ error: words, metrics: { waiting: null } })
    const before = await contentsOf(bull.client)
    const job = { name: 'send', data: '{}', delay: null, priority: null, attempts: null }
    for (const change of [
      the(source, 'pause')('orders'),
      the(source, 'add')('orders', job),
      the(source, 'empty')('orders', 9),
    ])
      await expect(change).rejects.toThrow(words)
    expect(await contentsOf(bull.client)).toEqual(before)
  })

  it('finds names with colons and brackets, and takes no key of a queue for another queue', async () => {
    const bench = bull.bench('bull[1]')
    for (const name of ['mail:[urgent]', 'orders']) await bench.queue(name).add('send', {}, { jobId: 'x:id' })
    await bench.queue('orders').add('send', {}, { debounce: { id: 'z:id' } })
    await bull.client.set('bull[1]:orders:limiter:id', 1)
    await bull.bench('bull1').queue('elsewhere').add('send', {})
    expect(await namesFound(bull.source({ prefix: 'bull[1]' }))).toEqual(['mail:[urgent]', 'orders'])
  })

  it('keeps a queue that was drained, and its prefix to itself', async () => {
    const queue = bull.bench().queue('mail')
    await queue.add('send', {})
    const source = bull.source()
    expect(await namesFound(source)).toEqual(['mail'])
    await queue.obliterate({ force: true })
    await bull.client.flushall()
    expect(await readOne(source, 'mail')).toMatchObject({ metrics: { waiting: 0 }, error: null })
  })

  it('says that it may not look for queues', async () => {
    const redis = await bull.without('scan')
    await expect(bull.source({ redis }).read()).rejects.toThrow(/may not look for queues \(SCAN\).*bullQueues\(/)
    expect((await bull.source({ redis, queues: ['mail'] }).read()).queues).toHaveLength(1)
  })
})

describe('a tick', () => {
  it('reads 500 queues in three calls, the same where scripts are denied', async () => {
    const names = Array.from({ length: 500 }, (_, index) => `queue-${String(index).padStart(3, '0')}`)
    const pipeline = bull.client.pipeline()
    for (const [index, name] of names.entries())
      pipeline.set(`bull:${name}:id`, index + 1).lpush(`bull:${name}:wait`, ...Array((index % 5) + 1).fill('1'))
    await pipeline.exec()
    const source = bull.source()
    await source.read()
    const [scans, scripts] = [await bull.calls('scan'), await bull.calls('evalsha')]
    const { queues } = await source.read()
    expect(queues.map(({ metrics }) => metrics.waiting)).toEqual(names.map((_, index) => (index % 5) + 1))
    expect([await bull.calls('scan'), (await bull.calls('evalsha')) - scripts]).toEqual([scans, 3])
    const evals = await bull.calls('eval')
    const plain = bull.source({ redis: await bull.without('eval', 'evalsha') })
    expect((await plain.read()).queues).toEqual(queues)
    expect(await bull.calls('eval')).toBe(evals)
  })

  it('sees a queue in full, with scripts and without', async () => {
    const bench = bull.bench()
    const at = Date.now() - HOUR_MS
    await bench.addAsOf('mail', at - 9_000, {})
    await bench.complete('mail')
    await bench.addAsOf('mail', at - 9_000, {})
    await bench.fail('mail', 'No stock')
    await bench.addAsOf('mail', at, {})
    await bench.addAsOf('mail', at - 1_000, { priority: 1 })
    await bench.addAsOf('mail', at - 2_000, { priority: 7 })
    for (let number = 0; number < 5; number++) await bench.addAsOf('mail', Date.now(), { priority: 1 })
    await bench.addAsOf('mail', at, { delay: 60_000 })
    await bench.queue('mail').pause()
    await bench.queue('mail').add('later', {})
    expect(await bull.client.llen('bull:mail:paused')).toBe(9)
    const reading = await readOne(bull.source(), 'mail')
    expect(reading).toMatchObject({
      driver: 'bull',
      metrics: { waiting: 9, active: 0, delayed: 1, completed: 1, failed: 1, prioritized: null, waitingChildren: null },
      states: ['waiting', 'active', 'delayed', 'completed', 'failed'],
      paused: true,
      approximate: false,
      totals: { in: 12, out: 0 },
    })
    // The job of the lowest priority has waited longest of those that begin a priority.
    expect(reading.oldestMs).toBeGreaterThanOrEqual(HOUR_MS + 2_000)
    expect(reading.overdueMs).toBeGreaterThanOrEqual(HOUR_MS - 60_000)
    const plain = await readOne(bull.source({ redis: await bull.without('eval', 'evalsha') }), 'mail')
    expect(plain).toEqual({ ...reading, oldestMs: expect.any(Number), overdueMs: expect.any(Number) })
    expect(plain.oldestMs).toBeGreaterThanOrEqual(HOUR_MS + 1_000)
  })

  it('finds the oldest job behind those that have a priority', async () => {
    const bench = bull.bench()
    await bench.addAsOf('mail', Date.now() - HOUR_MS, {})
    await bench.addAsOf('mail', Date.now() - HOUR_MS / 2, {})
    for (let number = 0; number < 5; number++) await bench.addAsOf('mail', Date.now(), { priority: 1 })
    for (const redis of [bull.redis.url, await bull.without('eval', 'evalsha')]) {
      const { oldestMs } = await readOne(bull.source({ redis, queues: ['mail'] }), 'mail')
      expect(oldestMs).toBeGreaterThanOrEqual(HOUR_MS)
    }
  })

  it('finds the oldest job among the most urgent', async () => {
    const bench = bull.bench()
    await bench.addAsOf('mail', Date.now() - HOUR_MS, { priority: 1 })
    await bench.addAsOf('mail', Date.now(), {})
    for (const redis of [bull.redis.url, await bull.without('eval', 'evalsha')]) {
      const { oldestMs } = await readOne(bull.source({ redis, queues: ['mail'] }), 'mail')
      expect(oldestMs).toBeGreaterThanOrEqual(HOUR_MS)
    }
  })

  it('a job that somebody retried waits since then, and a delayed one since its time', async () => {
    const bench = bull.bench()
    const source = bull.source({ queues: ['mail', 'late'] })
    await bench.addAsOf('mail', Date.now() - HOUR_MS, {})
    const failed = await bench.fail('mail', 'No stock')
    await failed.retry()
    expect((await readOne(source, 'mail')).oldestMs).toBeLessThan(HOUR_MS / 2)
    const plain = bull.source({ redis: await bull.without('eval', 'evalsha'), queues: ['mail'] })
    expect((await readOne(plain, 'mail')).oldestMs).toBeLessThan(HOUR_MS / 2)
    await bench.addAsOf('late', Date.now() - HOUR_MS, { delay: HOUR_MS / 2 })
    await bench
      .queue('late')
      .getJob('1')
      .then((job) => job?.promote())
    expect((await readOne(source, 'late')).oldestMs).toBeLessThan(HOUR_MS * 0.6)
  })

  it('counts what came and what ended between two readings', async () => {
    const bench = bull.bench()
    const source = bull.source({ queues: ['mail'] })
    await bench.queue('mail').add('send', {})
    const first = await readOne(source, 'mail')
    for (let number = 0; number < 3; number++) await bench.queue('mail').add('send', {}, { removeOnComplete: true })
    await bench.complete('mail')
    await bench.complete('mail')
    const second = await readOne(source, 'mail')
    expect([first.totals, second.totals]).toEqual([
      { in: 1, out: 0 },
      { in: 4, out: 2 },
    ])
  })

  it('counts what ended where more is retried than ends', async () => {
    const bench = bull.bench()
    const source = bull.source({ queues: ['mail'] })
    for (let number = 0; number < 2; number++) await bench.queue('mail').add('send', {})
    expect((await readOne(source, 'mail')).totals).toEqual({ in: 2, out: 0 })
    const failures = [await bench.fail('mail', 'No stock'), await bench.fail('mail', 'No stock')]
    expect((await readOne(source, 'mail')).totals).toEqual({ in: 2, out: 2 })
    await laterThan(Date.now())
    for (const one of failures) await one.retry()
    await bench.complete('mail')
    expect((await readOne(source, 'mail')).totals).toEqual({ in: 2, out: 3 })
  })

  it('counts workers, at most every 15 s, and knows nothing where it may not ask', async () => {
    const queue = bull.bench().queue('mail')
    void queue.process('send', 1, async () => {})
    await vi.waitFor(async () => expect(String(await bull.client.client('LIST'))).toContain('name=bull:'))
    const source = bull.source({ queues: ['mail', 'idle'] })
    const workers = async () => (await source.read()).queues.map((one) => one.workers)
    expect(await workers()).toEqual([1, 0])
    const asked = await bull.calls('client|list')
    expect(await workers()).toEqual([1, 0])
    expect(await bull.calls('client|list')).toBe(asked)
    const denied = bull.source({ redis: await bull.without('client|list'), queues: ['mail'] })
    expect((await readOne(denied, 'mail')).workers).toBeNull()
  })
})

describe('the way to Redis', () => {
  it('is one connection for all queues, looking or acting, and nothing is left by an action that finds nothing', async () => {
    const source = bull.source({ queues: ['mail', 'orders'] })
    const before = await contentsOf(bull.client)
    await source.read()
    for (const queue of ['mail', 'orders']) {
      await the(source, 'retry')(queue, ['1'])
      await the(source, 'promote')(queue, ['1'])
      await the(source, 'remove')(queue, ['1'])
      await the(source, 'empty')(queue, 10)
      await the(source, 'clean')(queue, { state: 'failed', before: Date.now(), limit: 10 })
      await the(source, 'resume')(queue)
      await the(source, 'removeScheduler')(queue, 'x::::5')
    }
    const clients = String(await bull.client.client('LIST'))
      .trim()
      .split('\n')
    expect(clients).toHaveLength(2)
    expect(await contentsOf(bull.client)).toEqual(before)
  })

  it.each([
    ['5', () => new Redis5(bull.redis.port, '127.0.0.1')],
    ['6', () => new Redis(bull.redis.port, '127.0.0.1')],
    [
      '6 in the newer protocol',
      () => new Redis({ port: bull.redis.port, host: '127.0.0.1', protocol: 3, replyMapping: 'resp3' }),
    ],
  ])('leaves a client of ioredis %s as it was', async (_, make) => {
    const client = make()
    bull.atEnd(() => client.disconnect())
    await bull.bench().queue('mail').add('send', {}, { delay: HOUR_MS })
    const listeners = client.listenerCount('error')
    const source = bull.source({ redis: client as never })
    expect(await namesFound(source)).toEqual(['mail'])
    const job = { name: 'send', data: '{"n":1}', delay: null, priority: 3, attempts: 2 }
    const { id } = await the(source, 'add')('mail', job)
    expect(await the(source, 'promote')('mail', ['1'])).toEqual([{ id: '1', ok: true, reason: null }])
    await the(source, 'pause')('mail')
    expect(await readOne(source, 'mail')).toMatchObject({ metrics: { waiting: 2, delayed: 0 }, paused: true })
    const waiting = await the(source, 'jobs')('mail', { state: 'waiting', ...ALL })
    expect(waiting.jobs.map((one) => [one.id, one.priority, one.maxAttempts])).toEqual([
      [id, 3, 2],
      ['1', 0, 1],
    ])
    expect([client.listenerCount('error'), 'addJob' in client, 'pause' in client]).toEqual([listeners, false, false])
    await source.close()
    expect(await client.ping()).toBe('PONG')
  })

  it("uses the app's queues, their place and their defaults, and closes none of them", async () => {
    const redis = { host: '127.0.0.1', port: bull.redis.port, db: 3 }
    const options = { redis, prefix: 'shop', defaultJobOptions: { attempts: 4 } }
    const [mail, orders] = [new Bull('mail', options), new Bull('orders', options)]
    bull.atEnd(() => Promise.all([mail.close(), orders.close()]))
    const source = bullQueues({ queues: [mail, orders, 'other'], bull: Bull })
    bull.atEnd(() => source.close())
    expect([source.place, source.names]).toEqual([`127.0.0.1:${bull.redis.port}/3 shop`, ['mail', 'orders', 'other']])
    const job = { name: 'send', data: '{}', delay: null, priority: null, attempts: null }
    const added = await the(source, 'add')('mail', job)
    expect((await mail.getJob(added.id))?.opts.attempts).toBe(4)
    const plain = await the(source, 'add')('other', job)
    expect((await the(source, 'job')('other', plain.id))?.maxAttempts).toBe(1)
    await source.close()
    expect((await mail.add('send', {})).id).toBe('2')
    const elsewhere = new Bull('mail', { redis: { ...redis, db: 4 }, prefix: 'shop' })
    bull.atEnd(() => elsewhere.close())
    expect(() => bullQueues({ queues: [mail, elsewhere] })).toThrow(/queues of one Redis and one prefix/)
  })

  it('works on a Cluster, with the hash tag that Bull wants there', async () => {
    const cluster = await startRedisCluster()
    bull.atEnd(() => cluster.stop())
    const client = cluster.client()
    const queue = new Bull('mail', { prefix: '{bull}', createClient: () => client as never })
    await queue.add('send', {}, { priority: 2 })
    await queue.add('send', {}, { delay: HOUR_MS })
    const source = bull.source({ redis: client as never, prefix: '{bull}' })
    expect(await readOne(source, 'mail')).toMatchObject({ metrics: { waiting: 1, delayed: 1 }, paused: false })
    await the(source, 'pause')('mail')
    expect(await the(source, 'promote')('mail', ['2'])).toMatchObject([{ ok: true }])
    expect(await readOne(source, 'mail')).toMatchObject({ metrics: { waiting: 2, delayed: 0 }, paused: true })
  })

  it.each([
    [{ queues: [] }, /option "queues"/],
    [{ queues: [{ name: 'mail', opts: {} }] }, /option "queues".*Bull's Queue/],
    [{ prefix: 5 }, /option "prefix"/],
    [{ redis: 7 }, /option "redis"/],
    [{ bull: {} }, /option "bull"/],
  ])('refuses %o', (options, message) => {
    expect(() => bullQueues(options as never)).toThrow(message)
  })

  it('refuses a client that puts something before every key', () => {
    const client = new Redis({ lazyConnect: true, keyPrefix: 'app:' })
    expect(() => bullQueues({ redis: client as never })).toThrow(/without keyPrefix/)
  })
})
