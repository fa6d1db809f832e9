import { Worker } from 'bullmq'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { BulkOperation } from '../../../../src/api/bulk.js'
import type { FailureGroup, FailureListing } from '../../../../src/api/failures.js'
import type { QueueSource } from '../../../../src/ports/index.js'
import { bullmqQueues } from '../../../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../../../src/queues/gravito-stream/index.js'
import { redisListQueues } from '../../../../src/queues/redis-list/index.js'
import { memoryStore } from '../../../../src/stores/memory/index.js'
import type { QueueDirectory } from '../../../../src/zenith/queues/directory.js'
import { FailureIndex } from '../../../../src/zenith/queues/failures/failure-index.js'
import { failureFingerprint } from '../../../../src/zenith/queues/failures/fingerprint.js'
import { frameworkOn, serialized } from '../../../queues/gravito-stream/framework.js'
import { fakeClock } from '../../../support/fake-clock.js'
import { startRedis, type TestRedis } from '../../../support/redis.js'
import { type ActingZenith, actingZenith } from '../../support/acting.js'
import { failJobs, openQueue, rowOf } from '../../support/bullmq.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())
beforeEach(() => redis.client().flushall())

function opened<T extends QueueSource>(source: T): T {
  onTestFinished(() => source.close())
  return source
}

function sourceOf(...queues: string[]): QueueSource {
  return opened(bullmqQueues({ connection: redis.url, queues }))
}

async function listingOf(acting: ActingZenith): Promise<FailureListing> {
  const { status, body } = await acting.ask<FailureListing>('/api/failures')
  expect(status).toBe(200)
  return body
}

/** A source that counts how many failed jobs were asked for. */
function counting(source: QueueSource): QueueSource & { readonly asked: number[] } {
  const asked: number[] = []
  return {
    ...source,
    asked,
    jobs(queue, query) {
      asked.push(query.limit)
      return source.jobs?.(queue, query) ?? Promise.reject(new Error('There is no list'))
    },
  }
}

/** Looks without waiting for five seconds to pass. */
function indexOf(source: QueueSource, ...names: string[]) {
  const queues = names.map((name) => ({ key: name, name, address: name, source, readOnly: false }))
  const directory: QueueDirectory = { all: async () => queues, find: async () => null }
  const index = new FailureIndex(directory, Date.now)
  return {
    async look(): Promise<FailureListing> {
      await index.read()
      return index.listing()
    },
  }
}

function countsOf({ groups }: FailureListing) {
  return groups.map(({ name, error, queues }) => [name, error, queues.map(({ name, count }) => `${name} ${count}`)])
}

describe('failure groups', () => {
  it('are made by what is shown: errors that differ in a secret are one, with a fingerprint that tries no password', async () => {
    const queue = openQueue(redis, 'mail')
    const message = (password: string) => `no login as app with password=${password} at the database`
    const jobs = ['Zq7vKx3pWm', 'other-One9'].map((password) => ({ id: password, message: message(password) }))
    await failJobs(redis, queue, jobs)
    const acting = actingZenith({ store: memoryStore(), queues: [sourceOf('mail')] })
    const key = await acting.keyOf('mail')
    const { groups } = await listingOf(acting)
    expect(groups).toMatchObject([{ error: message('***'), queues: [{ count: 2 }] }])
    const countOf = async (fingerprint: string) => {
      const selection = { queues: [key], state: 'failed', fingerprint }
      const { body } = await acting.post<BulkOperation>('/api/bulk', { action: 'retry', selection })
      return vi.waitFor(async () => {
        const { phase, eligible } = (await acting.ask<BulkOperation>(`/api/bulk/${body.id}`)).body
        expect(phase).toBe('ready')
        return eligible
      })
    }
    expect(await countOf(groups[0]?.fingerprint ?? '')).toBe(2)
    expect(await countOf(failureFingerprint(message('Zq7vKx3pWm')))).toBe(0)
  })

  it('have what failed for one cause under one name, over queues of all kinds', async () => {
    await failJobs(redis, openQueue(redis, 'mail'), [
      ...rowOf(3, 'm').map((job, index) => ({ ...job, message: `connect ECONNREFUSED 10.0.0.${index}:25` })),
      { id: 'x', name: 'archive', message: 'connect ECONNREFUSED 10.0.0.9:25' },
      { id: 'y', message: 'Disk full' },
    ])
    await failJobs(redis, openQueue(redis, 'news'), rowOf(2, 'n', 'connect ECONNREFUSED 10.0.0.1:25'))
    const now = Date.now()
    const framework = frameworkOn(redis.client())
    for (const [index, age] of [0, 2 * 3_600_000, 3 * 86_400_000, 30 * 86_400_000].entries()) {
      const job = serialized({ id: `s${index}`, name: 'send', data: {} })
      await framework.fail('stream', job, 'connect ECONNREFUSED 10.0.0.1:25', now - age)
    }
    const stream = opened(gravitoStreamQueues({ redis: redis.url, queues: ['stream'] }))
    const lists = opened(redisListQueues({ redis: redis.url, queues: ['just-a-list'] }))
    const acting = actingZenith({ store: memoryStore(), queues: [sourceOf('mail', 'news', 'empty'), stream, lists] })
    const listing = await vi.waitFor(async () => {
      const { groups } = await listingOf(acting)
      expect(groups).toHaveLength(3)
      return listingOf(acting)
    })
    expect(listing).toMatchObject({ partial: [], failed: [] })
    const send = listing.groups.find(({ queues }) => queues.length === 3) as FailureGroup
    expect(send.queues.map(({ name, count }) => [name, count])).toEqual([
      ['stream', 4],
      ['mail', 3],
      ['news', 2],
    ])
    expect(send).toMatchObject({ name: 'send', hour: 6, day: 7, week: 8, first: now - 30 * 86_400_000 })
    expect(listing.groups.map(({ name, error }) => [name, error.replace(/\d+/g, '#')])).toEqual(
      expect.arrayContaining([
        ['archive', 'connect ECONNREFUSED #.#.#.#:#'],
        ['send', 'Disk full'],
      ]),
    )
  })

  it('can be retried: a bulk operation with the fingerprint and the name finds the same jobs', async () => {
    const mail = openQueue(redis, 'mail')
    const news = openQueue(redis, 'news')
    await failJobs(redis, mail, [...rowOf(3, 'm', 'Timeout after 5 ms'), { id: 'x', message: 'Disk full' }])
    await failJobs(redis, news, rowOf(2, 'n', 'Timeout after 77 ms'))
    const acting = actingZenith({ store: memoryStore(), queues: [sourceOf('mail', 'news')] })
    await acting.keyOf('news')
    const { groups } = await listingOf(acting)
    const { fingerprint, name, queues } = groups.find(({ error }) => error.startsWith('Timeout')) as FailureGroup
    const selection = { queues: queues.map(({ key }) => key), state: 'failed', fingerprint, name }
    const { body } = await acting.post<BulkOperation>('/api/bulk', { action: 'retry', selection })
    const reach = (phase: string) =>
      vi.waitFor(async () => {
        const found = (await acting.ask<BulkOperation>(`/api/bulk/${body.id}`)).body
        expect(found.phase).toBe(phase)
        return found
      })
    expect(await reach('ready')).toMatchObject({ looked: 6, eligible: 5 })
    await acting.post(`/api/bulk/${body.id}/start`, {})
    expect(await reach('done')).toMatchObject({ succeeded: 5, skipped: [] })
    expect(await mail.getFailedCount()).toBe(1)
    expect(await news.getFailedCount()).toBe(0)
  })

  it('say of a queue that fails that it does, and have the others', async () => {
    await failJobs(redis, openQueue(redis, 'mail'), rowOf(1, 'm'))
    const dead = opened(bullmqQueues({ connection: 'redis://127.0.0.1:1', queues: ['gone'] }))
    const listing = await indexOf(sourceOf('mail'), 'mail').look()
    expect(countsOf(listing)).toEqual([['send', 'no connection', ['mail 1']]])
    const both: QueueDirectory = {
      find: async () => null,
      all: async () => [
        { key: 'gone', name: 'gone', address: 'gone', source: dead, readOnly: false },
        { key: 'mail', name: 'mail', address: 'mail', source: sourceOf('mail'), readOnly: false },
      ],
    }
    const index = new FailureIndex(both, Date.now)
    await index.read()
    const { groups, failed } = await index.listing()
    expect(groups).toHaveLength(1)
    expect(failed).toEqual([{ key: 'gone', error: expect.stringContaining('ECONNREFUSED') }])
  })

  it('show no secret of an error', async () => {
    await failJobs(redis, openQueue(redis, 'mail'), [{ id: 'a', message: 'no way to redis://app:hunter2@10.0.0.1' }])
    const { groups } = await indexOf(sourceOf('mail'), 'mail').look()
    expect(groups[0]?.error).toContain('redis://***@')
  })

  it('are read once, however many ask', async () => {
    await failJobs(redis, openQueue(redis, 'mail'), rowOf(1, 'm'))
    const source = counting(sourceOf('mail'))
    const acting = actingZenith({ store: memoryStore(), queues: [source] })
    await acting.keyOf('mail')
    fakeClock()
    onTestFinished(() => void vi.useRealTimers())
    await Promise.all(Array.from({ length: 20 }, () => listingOf(acting)))
    await listingOf(acting)
    expect(source.asked).toHaveLength(1)
    vi.advanceTimersByTime(5_000)
    await listingOf(acting)
    expect(source.asked).toHaveLength(2)
  })
})

describe('what is known of failed jobs', () => {
  it('follows those that come and go, and reads little when nothing has gone', async () => {
    const queue = openQueue(redis, 'mail')
    await failJobs(redis, queue, rowOf(700, 'a'))
    const source = counting(sourceOf('mail'))
    const index = indexOf(source, 'mail')
    expect(countsOf(await index.look())).toEqual([['send', 'no connection', ['mail 700']]])

    source.asked.length = 0
    await failJobs(redis, queue, rowOf(5, 'b'))
    expect(countsOf(await index.look())).toEqual([['send', 'no connection', ['mail 705']]])
    expect(source.asked).toEqual([50])

    // More at once than the first look takes.
    await failJobs(redis, queue, rowOf(120, 'c'))
    expect(countsOf(await index.look())).toEqual([['send', 'no connection', ['mail 825']]])

    // Retried ones go, although others came, and their number alone would tell nothing.
    await Promise.all([0, 1, 2].map((number) => queue.remove(`a-${number}`)))
    await failJobs(redis, queue, rowOf(3, 'd', 'Disk full'))
    expect(countsOf(await index.look())).toEqual([
      ['send', 'Disk full', ['mail 3']],
      ['send', 'no connection', ['mail 822']],
    ])
  })

  it('has a job that was retried and failed again once, with its new error', async () => {
    const queue = openQueue(redis, 'mail')
    await failJobs(redis, queue, rowOf(3, 'a'))
    const index = indexOf(sourceOf('mail'), 'mail')
    const before = (await index.look()).groups[0]?.last ?? 0
    const job = await queue.getJob('a-1')
    await job?.updateData({ message: 'Disk full' })
    await job?.retry()
    const worker = new Worker('mail', async ({ data }) => Promise.reject(new Error(data.message)), {
      connection: { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null },
    })
    onTestFinished(() => worker.close())
    await vi.waitFor(async () => expect(await queue.getFailedCount()).toBe(3))
    const listing = await index.look()
    expect(countsOf(listing)).toEqual([
      ['send', 'Disk full', ['mail 1']],
      ['send', 'no connection', ['mail 2']],
    ])
    expect(listing.groups[0]?.last).toBeGreaterThan(before)
    expect(listing.groups[0]?.sample).toEqual({ queue: 'mail', id: 'a-1' })
  })

  it('forgets all when the queue was emptied', async () => {
    const queue = openQueue(redis, 'mail')
    await failJobs(redis, queue, rowOf(3, 'a'))
    const index = indexOf(sourceOf('mail'), 'mail')
    expect((await index.look()).groups).toHaveLength(1)
    await queue.clean(0, 100, 'failed')
    expect((await index.look()).groups).toEqual([])
  })

  it('is of the newest 10,000, and says so', async () => {
    const client = redis.client()
    const now = Date.now()
    // As BullMQ keeps them, without the wait for so many to fail.
    for (let from = 0; from < 12_000; from += 1_000) {
      const pipeline = client.pipeline()
      for (let number = from; number < from + 1_000; number++) {
        const at = String(now - number * 1_000)
        pipeline.hset(`bull:mail:${number}`, { name: 'send', data: '{}', opts: '{}', timestamp: at, finishedOn: at })
        pipeline.hset(`bull:mail:${number}`, 'failedReason', number < 10_000 ? 'young' : 'old')
        pipeline.zadd('bull:mail:failed', at, String(number))
      }
      await pipeline.exec()
    }
    const index = indexOf(sourceOf('mail'), 'mail')
    const listing = await vi.waitFor(async () => {
      const found = await index.look()
      expect(found.partial[0]?.looked).toBe(10_000)
      return found
    })
    expect(listing.partial).toEqual([{ key: 'mail', looked: 10_000, total: 12_000 }])
    expect(countsOf(listing)).toEqual([['send', 'young', ['mail 10000']]])

    await failJobs(redis, openQueue(redis, 'mail'), rowOf(5, 'new', 'young'))
    const later = await index.look()
    expect(countsOf(later)).toEqual([['send', 'young', ['mail 10000']]])
    expect(later.groups[0]?.sample.id).toMatch(/^new-/)
    expect(later.partial).toEqual([{ key: 'mail', looked: 10_000, total: 12_005 }])
  })
})
