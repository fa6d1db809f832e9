import type { JobOptions } from 'bull'
import { describe, expect, it } from 'vitest'
import type { JobState } from '../../src/protocol/index.js'
import { BullRedis } from '../support/bull-redis.js'
import { readOne, the } from '../support/bullmq-redis.js'
import { contentsOf } from '../support/redis-contents.js'

const bull = new BullRedis()
const HOUR_MS = 3_600_000
const done = (id: string) => ({ id, ok: true, reason: null })

/** Ids in the order in which they will be taken. */
const nextIn = async (queue: string, list = 'wait') =>
  (await bull.client.lrange(`bull:${queue}:${list}`, 0, -1)).reverse()

async function idsIn(queue: string, state: JobState): Promise<string[]> {
  const { jobs } = await the(bull.source(), 'jobs')(queue, { state, offset: 0, limit: 1_000, order: 'oldest' })
  return jobs.map(({ id }) => id)
}

async function addMany(queue: string, count: number, options: JobOptions = {}): Promise<void> {
  const jobs = Array.from({ length: count }, (_, index) => ({ name: 'send', data: { index }, opts: options }))
  await bull.bench().queue(queue).addBulk(jobs)
}

describe('retry', () => {
  it.each([
    ['waits', 'wait'],
    ['is put aside while the queue is paused', 'paused'],
  ])('puts a job where its priority belongs when it %s', async (_, list) => {
    const bench = bull.bench()
    for (const [jobId, priority] of [
      ['urgent', 1],
      ['usual', 5],
      ['plain', 0],
    ] as const) {
      await bench.queue('mail').add('send', {}, { jobId, priority })
      await bench.fail('mail', 'No stock')
    }
    for (const [jobId, priority] of [
      ['a', 1],
      ['b', 5],
      ['c', 9],
      ['d', 0],
    ] as const)
      await bench.queue('mail').add('send', {}, { jobId, priority })
    if (list === 'paused') await bench.queue('mail').pause()
    const retry = the(bull.source(), 'retry')
    expect(await retry('mail', ['plain', 'usual', 'urgent'])).toEqual(['plain', 'usual', 'urgent'].map(done))
    expect(await nextIn('mail', list)).toEqual(['a', 'urgent', 'b', 'usual', 'c', 'd', 'plain'])
    // And it counts among the others of its priority when one comes later.
    await bench.queue('mail').add('send', {}, { jobId: 'e', priority: 1 })
    expect((await nextIn('mail', list)).slice(0, 3)).toEqual(['a', 'urgent', 'e'])
  })

  it('takes nothing from a job that has not failed', async () => {
    const bench = bull.bench()
    await bench.queue('mail').add('send', {})
    await bench.complete('mail')
    const before = await contentsOf(bull.client)
    expect(await the(bull.source(), 'retry')('mail', ['1'])).toEqual([
      { id: '1', ok: false, reason: 'is completed, not failed' },
    ])
    expect(await contentsOf(bull.client)).toEqual(before)
  })

  it('does so with payloads that are no JSON, and with 3 MB', async () => {
    const bench = bull.bench()
    await bench.queue('mail').add('send', { text: 'x'.repeat(3_000_000) })
    await bench.fail('mail', 'No stock')
    await bench.queue('mail').add('send', {})
    await bench.fail('mail', 'No stock')
    await bull.client.hset('bull:mail:2', 'data', '{broken')
    const source = bull.source()
    const list = await the(source, 'jobs')('mail', { state: 'failed', offset: 0, limit: 10, order: 'oldest' })
    expect(list.jobs.map(({ dataBytes }) => dataBytes)).toEqual([3_000_011, 7])
    expect(JSON.stringify(list).length).toBeLessThan(2_000)
    expect((await the(source, 'job')('mail', '2'))?.data).toBe('{broken')
    expect(await the(source, 'retry')('mail', ['1', '2'])).toEqual([done('1'), done('2')])
    expect(await the(source, 'remove')('mail', ['2'])).toEqual([done('2')])
    await expect(the(source, 'duplicate')('mail', '2')).rejects.toThrow('has no job 2')
  })
})

describe('remove', () => {
  it('leaves what a worker holds, and takes what is only an id', async () => {
    const bench = bull.bench()
    for (const jobId of ['held', 'gone', 'kept']) await bench.queue('mail').add('send', {}, { jobId })
    await bench.take('mail')
    await bull.client.del('bull:mail:gone')
    expect(await the(bull.source(), 'remove')('mail', ['held', 'gone', 'nobody'])).toEqual([
      { id: 'held', ok: false, reason: 'is active, and a worker holds it' },
      done('gone'),
      { id: 'nobody', ok: false, reason: 'is gone: there is no such job' },
    ])
    expect([await idsIn('mail', 'active'), await nextIn('mail')]).toEqual([['held'], ['kept']])
  })
})

describe('a job', () => {
  it('is shown with its attempts, stacks, result, progress and log', async () => {
    const bench = bull.bench()
    await bench.queue('mail').add('send', { to: 'ada' }, { attempts: 2, priority: 3, backoff: 0 })
    await bench.fail('mail', 'No stock')
    const job = await bench.take('mail')
    await job.progress(42)
    for (const line of ['one', 'two', 'three']) await job.log(line)
    await job.moveToFailed(new Error('Refused'))
    const source = bull.source()
    const detail = await the(source, 'job')('mail', '1')
    expect(detail).toMatchObject({
      id: '1',
      name: 'send',
      state: 'failed',
      attempts: 2,
      maxAttempts: 2,
      priority: 3,
      progress: 42,
      progressText: '42',
      data: '{"to":"ada"}',
      failure: 'Refused',
      scheduler: null,
      children: null,
    })
    expect(detail?.options).toMatchObject({ attempts: 2, priority: 3 })
    expect(detail?.stacks.map((stack) => stack.split('\n')[0])).toEqual(['Error: No stock', 'Error: Refused'])
    expect(await the(source, 'logs')('mail', '1', { offset: 1, limit: 5 })).toEqual({
      total: 3,
      lines: ['two', 'three'],
    })
    await bench.queue('mail').add('send', {})
    await bench.complete('mail', 'sent')
    expect(await the(source, 'job')('mail', '2')).toMatchObject({ state: 'completed', result: '"sent"', error: null })
  })

  it('that comes back after a while is delayed, and says when and why', async () => {
    const bench = bull.bench()
    await bench.queue('mail').add('send', {}, { attempts: 2, backoff: HOUR_MS })
    await bench.fail('mail', 'No stock')
    const source = bull.source()
    const { jobs } = await the(source, 'jobs')('mail', { state: 'delayed', offset: 0, limit: 5, order: 'oldest' })
    expect(jobs[0]).toMatchObject({ id: '1', error: 'No stock', attempts: 1 })
    expect(jobs[0]?.runAt).toBeGreaterThan(Date.now() + HOUR_MS / 2)
    expect(jobs[0]?.runAt).toBeLessThan(Date.now() + 2 * HOUR_MS)
  })

  it('is duplicated with the delay and the payload that it has now', async () => {
    const queue = bull.bench().queue('mail')
    const source = bull.source()
    const copy = async (id: unknown) => {
      const made = await the(source, 'duplicate')('mail', String(id))
      return the(source, 'job')('mail', made.id)
    }
    const job = await queue.add('send', { to: 'ada' }, { delay: HOUR_MS, priority: 2 })
    await job.update({ to: 'grace' })
    expect(await copy(job.id)).toMatchObject({ state: 'delayed', data: '{"to":"grace"}', priority: 2 })
    await job.promote()
    expect(await copy(job.id)).toMatchObject({ state: 'waiting', priority: 2 })
  })

  it('is duplicated without what makes it this one', async () => {
    const bench = bull.bench()
    const options = { jobId: 'one', attempts: 3, priority: 2, debounce: { id: 'only-once' } }
    await bench.queue('mail').add('send', { n: 1 }, options)
    await bench.complete('mail')
    const source = bull.source()
    const copy = await the(source, 'duplicate')('mail', 'one')
    expect(copy).toEqual({ queue: 'mail', id: '2' })
    expect(await the(source, 'job')('mail', '2')).toMatchObject({ data: '{"n":1}', maxAttempts: 3, priority: 2 })
  })
})

describe('clean', () => {
  it('removes more than one call takes, and what is younger stays', async () => {
    await addMany('mail', 450, { timestamp: Date.now() - HOUR_MS } as JobOptions)
    await addMany('mail', 2)
    const source = bull.source()
    const clean = the(source, 'clean')
    const before = Date.now() - HOUR_MS / 2
    expect(await clean('mail', { state: 'waiting', before, limit: 430 })).toBe(430)
    expect(await clean('mail', { state: 'waiting', before, limit: 1_000 })).toBe(20)
    expect(await nextIn('mail')).toEqual(['451', '452'])
  })

  it('finds old jobs behind young ones of a priority, and looks no further than it must', async () => {
    await addMany('mail', 3, { timestamp: Date.now() - HOUR_MS } as JobOptions)
    await addMany('mail', 300, { priority: 1 })
    await addMany('orders', 1_500)
    const source = bull.source()
    const query = { state: 'waiting', before: Date.now() - HOUR_MS / 2, limit: 100 } as const
    expect(await the(source, 'clean')('mail', query)).toBe(3)
    expect(await bull.client.llen('bull:mail:wait')).toBe(300)
    // Bull would go through all of them in one script.
    const scripts = (await bull.calls('evalsha')) + (await bull.calls('eval'))
    expect(await the(source, 'clean')('orders', query)).toBe(0)
    expect((await bull.calls('evalsha')) + (await bull.calls('eval'))).toBe(scripts)
  })

  it('removes what failed before a time, and nothing later', async () => {
    const bench = bull.bench()
    for (const jobId of ['a', 'b', 'c', 'd']) await bench.queue('mail').add('send', {}, { jobId })
    for (let number = 0; number < 4; number++) await bench.fail('mail', 'No stock')
    const now = Date.now()
    for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) {
      await bull.client.zadd('bull:mail:failed', now + (index - 2) * HOUR_MS, id)
      await bull.client.hset(`bull:mail:${id}`, 'finishedOn', now + (index - 2) * HOUR_MS)
    }
    const query = { state: 'failed', before: now - HOUR_MS / 2, limit: 100 } as const
    expect(await the(bull.source(), 'clean')('mail', query)).toBe(2)
    expect(await idsIn('mail', 'failed')).toEqual(['c', 'd'])
  })

  it('leaves what a worker holds, and takes what a dead one has left', async () => {
    const bench = bull.bench()
    for (const jobId of ['held', 'left'])
      await bench.addFirst('mail', 'send', {}, { jobId }).then(() => bench.take('mail'))
    await bull.client.del('bull:mail:left:lock')
    const query = { state: 'active', before: Date.now() + 1_000, limit: 10 } as const
    expect(await the(bull.source(), 'clean')('mail', query)).toBe(1)
    expect(await idsIn('mail', 'active')).toEqual(['held'])
    await expect(the(bull.source(), 'clean')('mail', { ...query, state: 'prioritized' })).rejects.toThrow(
      /no jobs that are/,
    )
  })
})

describe('empty', () => {
  it('removes all that waits, part by part, and no next run of a schedule', async () => {
    const bench = bull.bench()
    await addMany('mail', 300)
    await addMany('mail', 30, { delay: HOUR_MS })
    await addMany('mail', 5, { timestamp: Date.now() + HOUR_MS } as JobOptions)
    // Half a year ahead: after all others, whenever the test runs.
    const month = ((new Date().getMonth() + 6) % 12) + 1
    await bench.queue('mail').add('report', {}, { repeat: { cron: `0 3 1 ${month} *` } })
    const empty = the(bull.source(), 'empty')
    expect([
      await empty('mail', 250),
      await empty('mail', 70),
      await empty('mail', 1_000),
      await empty('mail', 1_000),
    ]).toEqual([250, 70, 15, 0])
    const left = await idsIn('mail', 'delayed')
    expect(left).toEqual([expect.stringMatching(/^repeat:/)])
    expect(await the(bull.source(), 'schedulers')('mail')).toMatchObject([{ state: 'active' }])
  })
})

describe('pause', () => {
  it('loses no job where both lists have some', async () => {
    const queue = bull.bench().queue('mail')
    await queue.add('send', {})
    await queue.pause()
    // As an older worker does that gives back a job.
    await bull.client.lpush('bull:mail:wait', 'x')
    const source = bull.source()
    await the(source, 'pause')('mail')
    await expect(the(source, 'resume')('mail')).rejects.toThrow(/both in "wait" and in "paused"/)
    expect((await readOne(source, 'mail')).metrics.waiting).toBe(2)
    await bull.client.del('bull:mail:wait')
    await the(source, 'resume')('mail')
    expect(await readOne(source, 'mail')).toMatchObject({ metrics: { waiting: 1 }, paused: false })
  })
})
