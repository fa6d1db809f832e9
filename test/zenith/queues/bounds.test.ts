import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { FailureListing } from '../../../src/api/failures.js'
import type { JobCleanStop, QueueSource } from '../../../src/ports/index.js'
import type { JobSearch } from '../../../src/protocol/index.js'
import { bullQueues } from '../../../src/queues/bull/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { gravitoStreamQueues } from '../../../src/queues/gravito-stream/index.js'
import { laravelQueues } from '../../../src/queues/laravel/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { actingZenith } from '../support/acting.js'

const COUNT = 10_150

let redis: TestRedis
let admin: Redis
beforeAll(async () => {
  redis = await startRedis()
  admin = redis.client()
})
afterAll(() => redis?.stop())
beforeEach(() => admin.flushall())

/** A job by its number; the lowest is the oldest. */
interface Made {
  readonly index: number
  readonly id: string
  readonly name: string
  readonly addedAt: number
}

const madeOf = (name: (index: number) => string, count = COUNT): Made[] =>
  Array.from({ length: count }, (_, index) => ({ index, id: `j${index}`, name: name(index), addedAt: 1_000 + index }))

/** Drivers and how jobs that wait come into them. */
const DRIVERS: Readonly<
  Record<string, readonly [make: () => QueueSource, fill: (jobs: readonly Made[]) => Promise<void>]>
> = {
  BullMQ: [() => bullmqQueues({ connection: redis.url, queues: ['mail'] }), fillBull({ version: 'bullmq:5.81.0' })],
  Bull: [() => bullQueues({ redis: redis.url, queues: ['mail'] }), fillBull({})],
  'Gravito Stream': [
    () => gravitoStreamQueues({ redis: redis.url, queues: ['mail'] }),
    (jobs) =>
      inPortions(jobs, (some) =>
        admin.lpush('queue:mail', ...some.map(({ id, name, addedAt }) => gravitoJob(id, name, addedAt))),
      ),
  ],
  Laravel: [
    () => laravelQueues({ redis: redis.url, prefix: 'shop-' }),
    (jobs) =>
      inPortions(jobs, (some) =>
        // The next one to be taken is listed first, the others newest first.
        admin.rpush('shop-queues:mail', ...[...some].map(({ id, name }) => laravelJob(id, name))),
      ),
  ],
}

function gravitoJob(id: string, className: string, createdAt: number): string {
  return JSON.stringify({ id, type: 'class', className, data: '{}', createdAt, attempts: 0 })
}

function laravelJob(uuid: string, displayName: string): string {
  return JSON.stringify({ uuid, id: uuid, displayName, job: 'x@call', data: {}, attempts: 0, createdAt: 1 })
}

function fillBull(meta: Record<string, string>) {
  return async (jobs: readonly Made[]) => {
    if (Object.keys(meta).length > 0) await admin.hset('bull:mail:meta', meta)
    await inPortions(jobs, async (some) => {
      await admin.lpush('bull:mail:wait', ...some.map(({ id }) => id))
      await addHashes(some)
    })
  }
}

async function addHashes(jobs: readonly Made[]): Promise<void> {
  const pipeline = admin.pipeline()
  for (const { id, name, addedAt } of jobs)
    pipeline.hset(`bull:mail:${id}`, { name, data: '{}', opts: '{}', timestamp: addedAt })
  await pipeline.exec()
}

async function inPortions<T>(jobs: readonly T[], add: (some: readonly T[]) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < jobs.length; start += 1_000) await add(jobs.slice(start, start + 1_000))
}

async function open(source: QueueSource, role: 'viewer' | 'admin' = 'admin') {
  onTestFinished(() => source.close())
  const store = memoryStore()
  const zenith = actingZenith({ store, queues: [source], auth: () => role })
  const key = encodeURIComponent(await zenith.keyOf('mail'))
  const clean = (body: object) => zenith.post<object>(`/api/queues/${key}/actions`, { action: 'clean', ...body })
  return { zenith, key, clean, lastOfTrail: async () => (await store.listAudit({ before: null, limit: 1 }))[0] }
}

type Opened = Awaited<ReturnType<typeof open>>

async function find({ zenith, key }: Opened, text: string, offset: number): Promise<JobSearch> {
  const asked = new URLSearchParams({ state: 'waiting', text, offset: String(offset) })
  return (await zenith.ask<JobSearch>(`/api/queues/${key}/search?${asked}`)).body
}

/** Each goes on where the one before stopped. */
async function partsOf(opened: Opened, text: string): Promise<JobSearch[]> {
  const parts: JobSearch[] = []
  let next: number | undefined = 0
  while (next !== undefined && parts.length < 50) {
    const part: JobSearch = await find(opened, text, next)
    parts.push(part)
    expect([parts.length, part.next === undefined]).toEqual([parts.length, part.stopped === null])
    next = part.next
  }
  expect(next).toBeUndefined()
  return parts
}

describe.each(Object.entries(DRIVERS))('a search in jobs of %s', (_, [make, fill]) => {
  test.each(['admin', 'viewer'] as const)(
    'says that it stopped, and goes on from there, for a role of %s',
    async (role) => {
      // Wherever a list begins, the end is not among the first ten thousand.
      await fill(madeOf((index) => (index < 10 || index >= COUNT - 10 ? 'needle' : 'hay')))
      const parts = await partsOf(await open(make(), role), 'needle')
      expect(parts.length).toBeGreaterThan(1)
      parts.forEach(({ scanned, total, stopped, next }, index) => {
        const from = parts[index - 1]?.next ?? 0
        expect(total).toBe(COUNT)
        if (stopped === null) expect([scanned, next]).toEqual([COUNT, undefined])
        else expect(next).toBe(scanned)
        // On a busy machine the time runs out first.
        if (stopped !== null && stopped !== 'time') expect([stopped, scanned - from]).toEqual(['scanned', 10_000])
      })
      expect(new Set(parts.flatMap(({ jobs }) => jobs.map(({ id }) => id))).size).toBe(20)
    },
  )

  test.each(['admin', 'viewer'] as const)('misses none where many match, for a role of %s', async (role) => {
    await fill(madeOf((index) => (index % 3 === 0 ? 'needle' : 'hay'), 1_000))
    const parts = await partsOf(await open(make(), role), 'needle')
    expect(new Set(parts.flatMap(({ jobs }) => jobs.map(({ id }) => id))).size).toBe(334)
  })
})

/** Failed jobs of BullMQ, the newest first. */
async function failAll(count: number, nameOf: (index: number) => string): Promise<void> {
  await admin.hset('bull:mail:meta', { version: 'bullmq:5.81.0' })
  const now = Date.now()
  await inPortions(madeOf(nameOf, count), async (some) => {
    const pipeline = admin.pipeline()
    for (const { id, index, name } of some) {
      const at = now - index
      const fields = { name, data: '{}', opts: '{}', timestamp: at, finishedOn: at, failedReason: 'bad' }
      pipeline.hset(`bull:mail:${id}`, fields).zadd('bull:mail:failed', at, id)
    }
    await pipeline.exec()
  })
}

test('failures of more than ten thousand jobs are counted on when somebody asks for it', async () => {
  await failAll(COUNT, (index) => (index < 10_000 ? 'young' : 'old'))
  const { zenith } = await open(bullmqQueues({ connection: redis.url, queues: ['mail'] }))
  const failuresTo = async (depth: string, looked: object) =>
    vi.waitFor(
      async () => {
        const { body } = await zenith.ask<FailureListing>(`/api/failures${depth}`)
        expect(body.partial).toMatchObject(looked)
        return body.groups.map(({ name, queues }) => [name, queues[0]?.count])
      },
      { timeout: 40_000, interval: 500 },
    )
  expect(await failuresTo('', [{ looked: 10_000, total: COUNT }])).toEqual([['young', 10_000]])
  expect(await failuresTo('?depth=20000', [])).toEqual([
    ['young', 10_000],
    ['old', 150],
  ])
})

test('kinds of failures that are too many to be told are counted', async () => {
  await failAll(1_005, (index) => `job ${index}`)
  const { zenith } = await open(bullmqQueues({ connection: redis.url, queues: ['mail'] }))
  await vi.waitFor(
    async () => {
      const { body } = await zenith.ask<FailureListing>('/api/failures')
      expect([body.groups.length, body.left, body.partial]).toEqual([1_000, 5, []])
    },
    { timeout: 30_000, interval: 500 },
  )
})

const MANY: Readonly<Record<string, readonly [make: () => QueueSource, add: (name: string) => [string, ...string[]]]>> =
  {
    BullMQ: [() => bullmqQueues({ connection: redis.url }), (name) => ['hset', `bull:${name}:meta`, 'version', '6']],
    Bull: [() => bullQueues({ redis: redis.url }), (name) => ['set', `bull:${name}:id`, '1']],
    'Gravito Stream': [() => gravitoStreamQueues({ redis: redis.url }), (name) => ['lpush', `queue:${name}`, '{}']],
    Laravel: [() => laravelQueues({ redis: redis.url }), (name) => ['rpush', `shop-queues:${name}`, '{}']],
  }

test.each(Object.entries(MANY))('more queues of %s than are shown are counted', async (_, [make, add]) => {
  const names = Array.from({ length: 5_230 }, (_, index) => `mail${index}`)
  await inPortions(names, (some) => admin.pipeline(some.map(add)).exec())
  const source = make()
  onTestFinished(() => source.close())
  const { ask } = actingZenith({ store: memoryStore(), queues: [source] })
  await vi.waitFor(
    async () =>
      expect((await ask('/api/sources')).body).toMatchObject({ items: [{ error: null, queues: 5_000, left: 230 }] }),
    { timeout: 50_000, interval: 500 },
  )
})

describe('cleaning', () => {
  test('comes to old jobs of BullMQ behind ten thousand that are too young', async () => {
    await admin.hset('bull:mail:meta', { version: 'bullmq:5.81.0' })
    const young = Date.now() + 3_600_000
    const jobs = madeOf(() => 'hay').map((job) => (job.index < 10_000 ? { ...job, addedAt: young } : job))
    await inPortions(jobs, async (some) => {
      await admin.zadd('bull:mail:delayed', ...some.flatMap(({ id, index }) => [(young + index) * 4_096, id]))
      await addHashes(some)
    })
    const { clean } = await open(bullmqQueues({ connection: redis.url, queues: ['mail'] }))
    expect(await clean({ state: 'delayed', olderThanMs: 0, limit: 1_000 })).toEqual({
      status: 200,
      body: { removed: 150 },
    })
    expect(await admin.zcard('bull:mail:delayed')).toBe(10_000)
  })

  test('comes to old jobs of Bull behind two thousand that are too young', async () => {
    const jobs = madeOf(() => 'hay', 2_150).map((job) =>
      job.index < 2_000 ? { ...job, addedAt: Date.now() + 3_600_000 } : job,
    )
    await fillBull({})(jobs)
    const { clean } = await open(bullQueues({ redis: redis.url, queues: ['mail'] }))
    expect(await clean({ state: 'waiting', olderThanMs: 0, limit: 1_000 })).toEqual({
      status: 200,
      body: { removed: 150 },
    })
    expect(await admin.llen('bull:mail:wait')).toBe(2_000)
  })

  test('comes to old jobs of Gravito Stream behind fifty thousand that are too young', async () => {
    const young = Date.now() + 3_600_000
    const jobs = madeOf(() => 'hay', 50_150).map((job) => gravitoJob(job.id, 'hay', job.index < 50_000 ? young : 1_000))
    await inPortions(jobs, (some) => admin.lpush('queue:mail', ...some))
    const { clean } = await open(gravitoStreamQueues({ redis: redis.url, queues: ['mail'] }))
    expect(await clean({ state: 'waiting', olderThanMs: 0, limit: 1_000 })).toEqual({
      status: 200,
      body: { removed: 150 },
    })
  })

  test('that stopped is not told as done, and goes on from there', async () => {
    await fillBull({ version: 'bullmq:5.81.0' })(madeOf(() => 'hay', 3))
    const real = bullmqQueues({ connection: redis.url, queues: ['mail'] })
    const stop: JobCleanStop = { looked: 10_000, total: COUNT, cursor: null }
    const asked: (string | null | undefined)[] = []
    const opened = await open({
      ...real,
      async clean(_, { cursor, onStop }) {
        asked.push(cursor)
        if (asked.length === 1) onStop?.(stop)
        return 2
      },
      async empty(_, __, onStop) {
        onStop?.(stop)
        return 3
      },
    })
    expect(await opened.clean({ state: 'waiting', olderThanMs: 0, limit: 10 })).toEqual({
      status: 200,
      body: { removed: 2, partial: { looked: 10_000, total: COUNT }, cursor: null },
    })
    const told = { ok: false, detail: '2 removed; it looked at 10000 of 10150, and there may be more' }
    expect(await opened.lastOfTrail()).toMatchObject(told)
    expect(await opened.clean({ state: 'waiting', olderThanMs: 0, limit: 2, cursor: '[1,0,"x"]' })).toEqual({
      status: 200,
      body: { removed: 2 },
    })
    expect(asked).toEqual([null, '[1,0,"x"]'])
    expect(await opened.lastOfTrail()).toMatchObject({ ok: true, detail: '2 removed' })
    const path = `/api/queues/${opened.key}/actions`
    expect(await opened.zenith.post(path, { action: 'empty' })).toMatchObject({ body: { removed: 3, partial: {} } })
    expect(await opened.lastOfTrail()).toMatchObject({ ok: false })
  })

  test('that is refused after a part says what was removed', async () => {
    await fillBull({ version: 'bullmq:5.81.0' })(madeOf(() => 'hay', 3))
    const real = bullmqQueues({ connection: redis.url, queues: ['mail'] })
    let turn = 0
    const opened = await open({
      ...real,
      async clean() {
        turn += 1
        if (turn === 1) return 1_000
        throw new Error('The disk is full')
      },
    })
    const message = '1000 removed, and then: The disk is full'
    expect(await opened.clean({ state: 'waiting', olderThanMs: 0, limit: 5_000 })).toMatchObject({
      status: 503,
      body: { error: { message } },
    })
    expect(await opened.lastOfTrail()).toMatchObject({ ok: false, detail: message })
  })
})
