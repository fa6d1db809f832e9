import { Redis } from 'ioredis'
import { describe, expect, test, vi } from 'vitest'
import type { QueueSource } from '../../src/ports/index.js'
import { JOB_STATES } from '../../src/protocol/index.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { laterThan } from '../conformance/queue-source/samples.js'
import { BullRedis, bullmqOf, readOne, VERSIONS } from '../support/bullmq-redis.js'
import { contentsOf } from '../support/redis-contents.js'

const bull = new BullRedis()
const HOUR = 3_600_000

async function plantQueues(count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `queue-${String(index).padStart(3, '0')}`)
  const pipeline = bull.client.pipeline()
  for (const [index, name] of names.entries()) {
    pipeline.hset(`bull:${name}:meta`, 'version', 'bullmq:6.7.0')
    pipeline.lpush(`bull:${name}:wait`, ...Array.from({ length: (index % 5) + 1 }, (_, id) => `${id + 1}`))
    pipeline.set(`bull:${name}:id`, (index % 5) + 1)
  }
  await pipeline.exec()
  return names
}

describe('a tick', () => {
  test('500 queues are three calls of one script, and the same figures where scripts are denied', async () => {
    const names = await plantQueues(500)
    await bull.client.lpush('bull:queue-007:paused', 'a', 'b')
    await bull.client.call('acl', 'setuser', 'plain', 'on', 'nopass', '~*', '+@all', '-evalsha', '-eval')
    const source = bull.source({ queues: names })
    // The first call brings the script.
    await source.read()
    const before = [await bull.calls('evalsha'), await bull.calls('eval')]
    const { queues } = await source.read()
    expect([(await bull.calls('evalsha')) - (before[0] ?? 0), (await bull.calls('eval')) - (before[1] ?? 0)]).toEqual([
      3, 0,
    ])
    expect(queues.map(({ name }) => name)).toEqual(names)
    expect(queues.map(({ metrics }) => metrics.waiting)).toEqual(
      names.map((_, index) => (index % 5) + 1 + (index === 7 ? 2 : 0)),
    )

    const url = `redis://plain:any@127.0.0.1:${bull.redis.port}`
    const denied = await bull.source({ connection: url, queues: names }).read()
    // It is asked once, and not for each part or reading again.
    expect(await bull.client.info('commandstats')).toMatch(/^cmdstat_evalsha:.*rejected_calls=1,/m)
    expect(await bull.calls('eval')).toBe(before[1])
    expect(denied).toEqual({ server: expect.any(String), queues })
  })

  test.each(VERSIONS)('scripts and single commands see the same in a queue of version %s in full', async (version) => {
    const bench = bull.bench(version)
    const queue = bench.queue('mail')
    const at = Date.now() - HOUR
    await queue.add('done', {}, {})
    await bench.complete('mail')
    await queue.add('failed', {})
    await bench.fail('mail', 'No stock')
    await queue.add('held', {})
    await bench.take('mail')
    await queue.add('waits', {}, { timestamp: at })
    await queue.add('urgent', {}, { priority: 5, timestamp: at - 1_000 })
    await queue.add('less', {}, { priority: 9, timestamp: at - 2_000 })
    await queue.add('due', {}, { timestamp: at, delay: 60_000 })
    await queue.setGlobalConcurrency(3)
    await bull.client.call('acl', 'setuser', 'plain', 'on', 'nopass', '~*', '+@all', '-evalsha', '-eval')
    const source = bull.source({ queues: ['mail'] })
    const reading = await readOne(source, 'mail')
    expect(reading.metrics).toEqual({
      waiting: 1,
      prioritized: 2,
      active: 1,
      delayed: 1,
      waitingChildren: 0,
      completed: 1,
      failed: 1,
    })
    // The least urgent has waited longest.
    expect(reading.oldestMs).toBeGreaterThanOrEqual(HOUR + 2_000)
    expect(reading.overdueMs).toBeGreaterThanOrEqual(HOUR - 60_000)
    expect(reading.overdueMs).toBeLessThan(HOUR)
    expect(reading).toMatchObject({ paused: false, workers: 1, totals: { in: 7, out: 0 }, driver: 'bullmq' })
    expect(reading.meta).toEqual({ version: expect.stringMatching(`^bullmq:${version}\\.`), concurrency: 3 })
    const url = `redis://plain:any@127.0.0.1:${bull.redis.port}`
    const plain = await readOne(bull.source({ connection: url, queues: ['mail'] }), 'mail')
    const times = { oldestMs: expect.any(Number), overdueMs: expect.any(Number) }
    expect(plain).toEqual({ ...reading, ...times })
    expect((plain.oldestMs ?? 0) - (reading.oldestMs ?? 0)).toBeLessThan(5_000)
  })

  test('tells which server it is, whatever address it was reached by, and where', async () => {
    const id = /run_id:(\w+)/.exec(await bull.client.info('server'))?.[1]
    const sources = [bull.source({ queues: ['mail'] }), bull.source({ connection: bull.client, queues: ['mail'] })]
    for (const source of sources) expect((await source.read()).server).toBe(id)
    expect(sources.map(({ place }) => place)).toEqual(Array(2).fill(`127.0.0.1:${bull.redis.port}/0 bull`))
    await bull.client.call('acl', 'setuser', 'no-info', 'on', 'nopass', '~*', '+@all', '-info')
    const url = `redis://no-info:any@127.0.0.1:${bull.redis.port}`
    expect((await bull.source({ connection: url, queues: ['mail'] }).read()).server).toBeNull()
  })
})

test('a client of the newer protocol is told the same', async () => {
  const bench = bull.bench()
  await bench.queue('mail').add('send', {}, { priority: 2 })
  await bench.queue('mail').add('late', {}, { delay: HOUR })
  await bench.queue('mail').upsertJobScheduler('nightly', { pattern: '0 3 * * *' })
  await bench.queue('mail').add('first', {})
  await bench.fail('mail', 'Refused')
  const client = new Redis({ port: bull.redis.port, host: '127.0.0.1', protocol: 3, replyMapping: 'resp3' })
  const looks = async (source: QueueSource) => {
    const { metrics, totals } = await readOne(source, 'mail')
    const query = { offset: 0, limit: 50, order: 'oldest' } as const
    const lists = []
    for (const state of JOB_STATES) lists.push(await source.jobs?.('mail', { state, ...query }))
    const scans = []
    for (const state of JOB_STATES)
      scans.push(await source.scan?.('mail', { state, asOf: Date.now(), cursor: null, limit: 1 }))
    const details = [await source.job?.('mail', '1'), await source.job?.('mail', '2')]
    return { metrics, totals, lists, scans, details, schedulers: await source.schedulers?.('mail') }
  }
  const expected = await looks(bull.source())
  expect(expected.metrics).toMatchObject({ prioritized: 1, delayed: 2, failed: 1 })
  expect(await looks(bull.source({ connection: client as never }))).toEqual(expected)
  expect(await bull.source({ connection: client as never }).promote?.('mail', ['2'])).toMatchObject([{ ok: true }])
  expect(await bull.source({ connection: client as never }).removeScheduler?.('mail', 'nightly')).toBe(true)
  client.disconnect()
})

describe('a paused queue', () => {
  test('of version 5 has the jobs that its pause has put aside, for a reader of whatever version', async () => {
    const bench = bull.bench('5')
    for (let number = 1; number <= 5; number++) await bench.queue('mail').add('send', { number })
    await bench.queue('mail').pause()
    expect(await bull.client.llen('bull:mail:paused')).toBe(5)
    // One that version 6 adds meanwhile goes to the other list.
    await bull.bench('6').queue('mail').add('send', { number: 6 })
    const source = bull.source({ queues: ['mail'], bullmq: bullmqOf('6') })
    const { metrics, paused, workers } = await readOne(source, 'mail')
    expect([metrics.waiting, paused, workers]).toEqual([6, true, 0])
    const query = { state: 'waiting', offset: 0, limit: 4, order: 'oldest' } as const
    const oldest = await source.jobs?.('mail', query)
    const rest = await source.jobs?.('mail', { ...query, offset: 4 })
    expect([oldest, rest].flatMap((part) => part?.jobs.map(({ id }) => id))).toEqual(['1', '2', '3', '4', '5', '6'])
    const newest = await source.jobs?.('mail', { ...query, order: 'newest' })
    expect(newest?.jobs.map(({ id }) => id)).toEqual(['6', '5', '4', '3'])
    const found = await source.scan?.('mail', { state: 'waiting', asOf: Date.now(), cursor: null, limit: 100 })
    expect(found?.jobs.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5', '6'])
    await source.resume?.('mail')
    expect(await readOne(source, 'mail')).toMatchObject({ paused: false, metrics: { waiting: 6 } })
    expect(await bull.client.llen('bull:mail:paused')).toBe(0)
  })
})

describe('how long jobs have waited', () => {
  test('a delayed job waits since its delay was over, and one that is tried again since it was started', async () => {
    const bench = bull.bench()
    const source = bull.source({ queues: ['late', 'again', 'by-hand'] })
    await bench.queue('late').add('send', {}, { timestamp: Date.now() - HOUR, delay: HOUR - 60_000 })
    // A worker that looks promotes what is due.
    await bench.queue('late').add('other', {}, { lifo: true })
    await bench.complete('late')
    expect(await bull.client.llen('bull:late:wait')).toBe(1)
    const late = (await readOne(source, 'late')).oldestMs
    expect(late).toBeGreaterThanOrEqual(60_000)
    expect(late).toBeLessThan(120_000)

    await bench.queue('again').add('send', {}, { timestamp: Date.now() - HOUR, attempts: 3 })
    await bench.fail('again', 'Refused')
    const again = (await readOne(source, 'again')).oldestMs
    expect(again).toBeLessThan(60_000)

    await bench.queue('by-hand').add('send', {}, { timestamp: Date.now() - HOUR })
    const job = await bench.fail('by-hand', 'Refused')
    await job.retry()
    expect((await readOne(source, 'by-hand')).oldestMs).toBeNull()
  })
})

describe('what came and ended', () => {
  test.each(VERSIONS)('is told by the difference of two readings of version %s', async (version) => {
    const bench = bull.bench(version)
    const queue = bench.queue('mail')
    const source = bull.source({ queues: ['mail'] })
    let last = (await readOne(source, 'mail')).totals
    const change = async () => {
      const { totals } = await readOne(source, 'mail')
      const difference = [(totals?.in ?? 0) - (last?.in ?? 0), (totals?.out ?? 0) - (last?.out ?? 0)]
      last = totals
      return difference
    }
    for (let number = 0; number < 4; number++) await queue.add('send', { number }, { removeOnComplete: number < 2 })
    expect(await change()).toEqual([4, 0])
    await bench.complete('mail')
    await bench.complete('mail')
    // Both are gone at once, and ended all the same.
    expect([await queue.getCompletedCount(), await change()]).toEqual([0, [0, 2]])
    await bench.complete('mail')
    const failed = await bench.fail('mail', 'Refused')
    expect(await change()).toEqual([0, 2])
    // A retry is no new job; it ends a second time.
    await failed.retry()
    expect(await change()).toEqual([0, 0])
    await bench.complete('mail')
    expect(await change()).toEqual([0, 1])
    // More is retried than ends: what ended is told by when that was.
    for (let number = 0; number < 3; number++) await queue.add('send', {})
    const failures = [await bench.fail('mail', 'Refused'), await bench.fail('mail', 'Refused')]
    expect(await change()).toEqual([3, 2])
    await laterThan(Date.now())
    for (const one of failures) await one.retry()
    await bench.complete('mail')
    expect(await change()).toEqual([0, 1])
    await bench.complete('mail')
    await bench.complete('mail')
    expect(await change()).toEqual([0, 2])
    // What ended and is removed later does not end again.
    await queue.clean(0, 100, 'completed')
    expect(await change()).toEqual([0, 0])
    // An attempt that failed is no end.
    await queue.add('send', {}, { attempts: 2, backoff: 60_000 })
    await bench.fail('mail', 'Refused')
    expect(await change()).toEqual([1, 0])
  })

  test('is not known where something else than BullMQ writes, and begins anew with a queue', async () => {
    await bull.client.lpush('bull:strange:wait', '1')
    const source = bull.source({ queues: ['strange', 'mail'] })
    expect((await readOne(source, 'strange')).totals).toEqual({ in: null, out: null })
    expect((await readOne(source, 'mail')).totals).toEqual({ in: 0, out: 0 })
    const bench = bull.bench()
    for (let number = 0; number < 3; number++) await bench.queue('mail').add('send', {})
    await bench.complete('mail')
    expect((await readOne(source, 'mail')).totals).toEqual({ in: 3, out: 1 })
    await bench.queue('mail').obliterate({ force: true })
    await bench.queue('mail').add('send', {})
    expect((await readOne(source, 'mail')).totals).toEqual({ in: 1, out: 0 })
  })
})

describe('workers', () => {
  test('are counted by their connections, with one CLIENT LIST for all queues and readings', async () => {
    const bench = bull.bench()
    const queue = bench.queue('mail')
    const { Worker } = bullmqOf('6')
    const connection = { host: '127.0.0.1', port: bull.redis.port }
    const workers = [1, 2].map((number) => {
      return new Worker('mail', async () => {}, { connection, ...(number === 2 && { name: 'second' }) })
    })
    await Promise.all([queue.waitUntilReady(), ...workers.map((worker) => worker.waitUntilReady())])
    await vi.waitFor(async () => expect((await queue.getWorkers()).length).toBe(2))
    await bull.client.config('RESETSTAT')
    const source = bull.source({ queues: ['mail', 'orders'] })
    for (let turn = 0; turn < 3; turn++) {
      const { queues } = await source.read()
      expect(queues.map(({ workers: count }) => count)).toEqual([2, 0])
    }
    expect(await bull.calls('client|list')).toBe(1)
    await Promise.all(workers.map((worker) => worker.close(true)))
  })

  test('are unknown where CLIENT LIST is denied, not none', async () => {
    await bull.client.call('acl', 'setuser', 'no-client', 'on', 'nopass', '~*', '+@all', '-client|list')
    const source = bull.source({
      connection: `redis://no-client:any@127.0.0.1:${bull.redis.port}`,
      queues: ['mail'],
    })
    expect(await readOne(source, 'mail')).toMatchObject({ workers: null, error: null, metrics: { waiting: 0 } })
  })
})

describe('queues that nobody names', () => {
  test('are found by their metadata, at most once a minute, and stay when they are empty', async () => {
    const bench = bull.bench()
    await bench.queue('mail').add('send', {})
    await bench.queue('orders').add('meta', {}, { jobId: 'meta-1' })
    await bench.queue('orders').upsertJobScheduler('meta', { every: HOUR })
    await bull.bench('6', 'other').queue('elsewhere').add('send', {})
    // Bull 4 has other metadata.
    await bull.client.set('bull:old:meta-paused', '1')
    const source = bull.source()
    expect(source.names).toBeNull()
    expect((await source.read()).queues.map(({ name }) => name)).toEqual(['mail', 'orders'])
    await bull.client.config('RESETSTAT')
    await bench.queue('mail').obliterate({ force: true })
    await bench.queue('later').add('send', {})
    expect((await source.read()).queues.map(({ name }) => name)).toEqual(['mail', 'orders'])
    expect(await bull.calls('scan')).toBe(0)
  })

  test('are said to be out of reach where SCAN is denied', async () => {
    await bull.client.call('acl', 'setuser', 'no-scan', 'on', 'nopass', '~*', '+@all', '-scan')
    const source = bull.source({ connection: `redis://no-scan:any@127.0.0.1:${bull.redis.port}` })
    await expect(source.read()).rejects.toThrow('name them')
  })

  test('acting on jobs of a queue that is not there makes no queue', async () => {
    const before = await contentsOf(bull.client)
    const source = bull.source({ bullmq: bullmqOf('6') })
    expect(await source.retry?.('ghost', ['1'])).toMatchObject([{ id: '1', ok: false }])
    expect(await source.remove?.('ghost', ['1'])).toMatchObject([{ id: '1', ok: false }])
    expect(await source.promote?.('ghost', ['1'])).toMatchObject([{ id: '1', ok: false }])
    await expect(source.duplicate?.('ghost', '1')).rejects.toThrow('has no job')
    expect(await source.removeScheduler?.('ghost', 'nightly')).toBe(false)
    expect(await source.schedulers?.('ghost')).toEqual([])
    expect(await contentsOf(bull.client)).toEqual(before)
  })
})

describe('options', () => {
  test('that make no sense are refused with what they take', () => {
    const wrong = [
      [{ queues: [] }, /queues/],
      [{ queues: ['a:b'] }, /queues/],
      [{ queues: [5 as never] }, /queues/],
      [{ prefix: 5 as never }, /prefix/],
      [{ connection: 5 as never }, /"connection"/],
      [{ connection: null as never }, /"connection"/],
    ] as const
    for (const [options, text] of wrong) expect(() => bullmqQueues(options)).toThrow(text)
    const prefixed = new Redis({ lazyConnect: true, keyPrefix: 'app:' })
    expect(() => bullmqQueues({ connection: prefixed })).toThrow(/keyPrefix/)
    prefixed.disconnect()
  })
})
