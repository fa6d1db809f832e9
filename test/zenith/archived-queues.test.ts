import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { QueueRuns } from '../../src/api/queue-runs.js'
import type { QueueListing } from '../../src/api/queues.js'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import { bucketStart, LEVELS } from '../../src/archiver/figures/levels.js'
import { QueueBucket } from '../../src/archiver/figures/queue-bucket.js'
import { TrafficBucket } from '../../src/archiver/figures/traffic-bucket.js'
import type { Archive, FigureBucket } from '../../src/ports/index.js'
import type { JobRollup, QueueMetrics, RecordedQueue, Rollup } from '../../src/protocol/index.js'
import { createZenith } from '../../src/runtime/create-zenith.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { queueHistoryOf, queueOf, sketchOf, snapshotOf } from '../stores/samples.js'
import { archiveDir } from '../support/archive-files.js'
import { put } from '../support/filled-archive.js'
import { inlineArchive } from '../support/inline-archive.js'
import { startRedis } from '../support/redis.js'
import { askApi, documentOf, validatorOf } from './support/api.js'
import { ms, within } from './support/figures.js'
import { beatOf, report, rollupOf } from './support/records.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** The start of a minute, three hours ago: a time that only the archive has. */
const AT = Math.floor((Date.now() - 3 * HOUR) / MINUTE) * MINUTE

const recorded = (name: string, metrics: Partial<QueueMetrics> = {}, rest: Partial<RecordedQueue> = {}) => {
  const { driver, place, server, metrics: known, oldestMs, throughput } = queueOf(name)
  return { name, driver, place, server, oldestMs, throughput, metrics: { ...known, ...metrics }, ...rest }
}

/** What a scope read in some minutes, in all levels. @param minutes the queues of each, from `at` on */
function queuesAt(scope: string, at: number, minutes: readonly (readonly RecordedQueue[])[]): FigureBucket[] {
  const buckets = new Map<string, { key: Omit<FigureBucket, 'body'>; bucket: QueueBucket }>()
  for (const [index, queues] of minutes.entries()) {
    const from = at + index * MINUTE
    for (const { step } of LEVELS) {
      const key = { kind: 'queues' as const, scope, step, from: bucketStart(from, step) }
      const id = `${step} ${key.from}`
      const { bucket } = buckets.get(id) ?? { bucket: new QueueBucket() }
      bucket.add({ v: 2, node: 'n1', from, to: from + MINUTE, queues }, MINUTE, true)
      buckets.set(id, { key, bucket })
    }
  }
  return [...buckets.values()].map(({ key, bucket }) => ({ ...key, body: bucket.encode() }))
}

interface Ran {
  readonly key: string
  readonly queue: string
  /** ms each */
  readonly durations: readonly number[]
  readonly waits?: readonly number[]
  readonly errors?: number
  readonly failed?: number
}

function jobOf({ key, queue, durations, waits = [], errors = 0, failed = 0 }: Ran): JobRollup {
  const figures = { count: durations.length, errors, aborted: 0, classes: [], failed, stalled: 0 }
  return { key, queue, ...figures, sketch: sketchOf(durations), wait: waits.length > 0 ? sketchOf(waits) : '' }
}

/** What a service's workers did in some minutes, in all levels. @param minutes the jobs of each, from `at` on */
function jobsAt(service: string, at: number, minutes: readonly (readonly Ran[])[]): FigureBucket[] {
  return LEVELS.flatMap(({ step }) => {
    const buckets = new Map<number, TrafficBucket>()
    for (const [index, jobs] of minutes.entries()) {
      const from = at + index * MINUTE
      const start = bucketStart(from, step)
      const bucket = buckets.get(start) ?? new TrafficBucket()
      const rollup: Rollup = { v: 2, node: 'w1', from, to: from + MINUTE, routes: [], jobs: jobs.map(jobOf) }
      bucket.add(rollup, { start: 0, end: 1, hasMiddle: true, isFirst: true })
      buckets.set(start, bucket)
    }
    return [...buckets].map(([from, bucket]) => {
      return { kind: 'traffic' as const, scope: service, step, from, body: bucket.encode() }
    })
  })
}

/** A Zenith whose app reports the queue `mail` now, with an archive of these figures. */
async function open(figures: readonly FigureBucket[], now: readonly string[] = ['mail']) {
  const archive: Archive = inlineArchive(sqliteDriver({ dir: archiveDir() }))
  await archive.open()
  await put(archive, { figures })
  const store = memoryStore()
  await report(store, beatOf('shop', 'n1'))
  await store.writeQueues(snapshotOf('shop', { queues: now.map((name) => queueOf(name)) }), 1)
  const zenith = createZenith({ store, auth: () => 'admin' as const, archive, logger: false })
  onTestFinished(() => zenith.close())
  const ask = <T>(path: string) => askApi<T>(zenith, path)
  return { zenith, store, ask, list: async (query: string) => (await ask<QueueListing>(`/api/queues?${query}`)).body }
}

const around = `from=${AT - 10 * MINUTE}&to=${AT + 10 * MINUTE}`

describe('the queues of a time that only the archive has', () => {
  test('are those of then: at the end, with the highest backlog, the longest wait and means', async () => {
    const { list, zenith } = await open(
      queuesAt('shop', AT, [
        [recorded('mail', { waiting: 50, prioritized: 0 }, { oldestMs: 9_000, throughput: { in: 10, out: 4 } })],
        [recorded('mail', { waiting: 0, prioritized: 40 }, { oldestMs: 100, throughput: { in: 20, out: 8 } })],
        [recorded('mail', { waiting: 1, prioritized: 2, failed: 5 }, { oldestMs: null, throughput: null })],
      ]),
    )
    const { items, total } = await list(around)
    expect(total).toBe(1)
    const [mail] = items
    expect(mail).toMatchObject({
      ...{ name: 'mail', services: ['shop'], at: AT + 3 * MINUTE, oldestMs: 9_000, workers: null, paused: null },
      metrics: { waiting: 1, prioritized: 2, failed: 5 },
      throughput: { in: 15, out: 6 },
      attention: [],
      // The parts of a backlog were never 50 and 40 at once.
      past: { from: AT - 10 * MINUTE, to: AT + 10 * MINUTE, step: MINUTE, backlogMax: 50, read: 15, isGone: false },
    })
    expect(mail?.samples.map(({ backlog }) => backlog).filter((backlog) => backlog !== null)).toEqual([50, 40, 3])
    const document = await documentOf(zenith)
    const schema = document.paths['/api/queues']?.get?.responses['200']?.content['application/json']?.schema
    const isValid = validatorOf(document, schema)
    expect([isValid({ items, total }), isValid.errors]).toEqual([true, null])
  })

  test('have the highest backlog first, also those that are not known any more', async () => {
    const figures = queuesAt('shop', AT, [
      [recorded('mail', { waiting: 3 }), recorded('old', { waiting: 90 }), recorded('sms', { waiting: 20 })],
    ])
    const { list } = await open(figures)
    for (const query of [around, 'period=6h', 'period=24h', 'period=7d', 'period=90d']) {
      const { items } = await list(query)
      expect([query, items.map(({ name, past }) => [name, past?.isGone])]).toEqual([
        query,
        [
          ['old', true],
          ['sms', true],
          ['mail', false],
        ],
      ])
    }
    const parts = [await list(`${around}&limit=2`), await list(`${around}&limit=2&offset=2`)]
    expect(parts.map(({ total, items }) => [total, items.map(({ name }) => name)])).toEqual([
      [3, ['old', 'sms']],
      [3, ['mail']],
    ])
    expect((await list(`${around}&text=S`)).items.map(({ name }) => name)).toEqual(['sms'])
    expect((await list(`${around}&driver=bull`)).total).toBe(0)
  })

  test('are each there once, whoever read it, and belong to the services that did', async () => {
    const [byShop, byZenith] = [recorded('mail', { waiting: 7 }), recorded('mail', { waiting: 8 })]
    const { list } = await open([
      ...queuesAt('shop', AT, [[byShop], [byShop]]),
      ...queuesAt('blog', AT, [[byShop]]),
      ...queuesAt('', AT, [[byZenith]]),
    ])
    const { items } = await list(around)
    expect(items.map(({ services }) => services)).toEqual([['blog', 'shop']])
    expect((await list(`${around}&service=blog`)).total).toBe(1)
    expect((await list(`${around}&service=other`)).total).toBe(0)
  })

  test('are those of now up to an hour, and a window always needs the archive', async () => {
    const { list } = await open(queuesAt('shop', Date.now() - (Date.now() % MINUTE) - 5 * MINUTE, [[recorded('sms')]]))
    for (const query of ['', 'period=5m', 'period=1h']) {
      const { items } = await list(query)
      expect([query, items.map(({ name, past }) => [name, past])]).toEqual([query, [['mail', undefined]]])
    }
    const recent = await list(`from=${Date.now() - 20 * MINUTE}&to=${Date.now()}`)
    expect(recent.items.map(({ name }) => name)).toEqual(['sms'])
  })

  test('need an archive, and a time that is one', async () => {
    const zenith = createZenith({ store: memoryStore(), auth: () => true, logger: false })
    onTestFinished(() => zenith.close())
    for (const path of ['/api/queues?period=24h', `/api/queues?from=${Date.now() - MINUTE}&to=${Date.now()}`]) {
      const { status, body } = await askApi<{ error: { code: string } }>(zenith, path)
      expect([path, status, body.error.code]).toEqual([path, 409, 'no_archive'])
    }
    expect((await askApi(zenith, '/api/queues?from=5&to=4')).status).toBe(400)
    expect((await askApi(zenith, '/api/queues?to=4')).status).toBe(400)
    expect((await askApi(zenith, '/api/queues?period=2h')).status).toBe(400)
  })

  test('are at most two thousand, and say so', async () => {
    const queues = Array.from({ length: 2_100 }, (_, index) => recorded(`q${index}`, { waiting: index }))
    const { list } = await open(queuesAt('shop', AT, [queues]))
    const { total, items, partial } = await list(`${around}&limit=1000`)
    expect([total, partial]).toEqual([2_000, true])
    expect(items.length).toBeGreaterThan(100)
  })
})

describe('the runs of a queue’s jobs in a time that only the archive has', () => {
  const send = { key: 'send', queue: 'mail', durations: ms(1, 100), waits: ms(1, 10), errors: 3, failed: 2 }

  async function runsOf({ list, ask }: Awaited<ReturnType<typeof open>>, query: string) {
    const [mail] = (await list('')).items
    const { status, body } = await ask<QueueRuns>(`/api/queues/${encodeURIComponent(mail?.key ?? '')}/runs?${query}`)
    expect(status).toBe(200)
    return body
  }

  test('are merged by name, with a point for each step', async () => {
    const zenith = await open([
      ...jobsAt('shop', AT, [
        [send, { key: 'other', queue: 'sms', durations: [1] }],
        [send, { key: 'digest', queue: 'mail', durations: [500] }],
      ]),
    ])
    const runs = await runsOf(zenith, `${around}&name=send`)
    expect(runs).toMatchObject({ period: '1h', step: MINUTE, services: ['shop'], from: AT - 10 * MINUTE })
    expect(runs.jobs.map(({ name, count, errors, failed }) => [name, count, errors, failed])).toEqual([
      ['send', 200, 6, 4],
      ['digest', 1, 0, 0],
    ])
    within(runs.jobs[0]?.run.p50, 50)
    within(runs.jobs[0]?.run.p95, 95)
    expect(runs.jobs[1]?.wait).toEqual({ p50: null, p95: null, p99: null, max: null })
    expect(runs.points).toHaveLength(20)
    expect(runs.points.slice(9, 13).map(({ count, errors }) => [count, errors])).toEqual([
      [null, null],
      [100, 3],
      [100, 3],
      [null, null],
    ])
    const day = await runsOf(zenith, 'period=24h')
    expect(day.jobs[0]?.name).toBe('send')
    const document = await documentOf(zenith.zenith)
    const schema =
      document.paths['/api/queues/{queue}/runs']?.get?.responses['200']?.content['application/json']?.schema
    const isValid = validatorOf(document, schema)
    expect([isValid(runs), isValid(day), isValid.errors]).toEqual([true, true, null])
  })

  test('are not those of another queue of the name that a service reported then', async () => {
    const elsewhere = recorded('mail', {}, { place: 'elsewhere:6379/0 bull', server: 'another' })
    const zenith = await open([
      ...jobsAt('workers', AT, [[send]]),
      ...jobsAt('blog', AT, [[send]]),
      ...queuesAt('blog', AT, [[elsewhere]]),
    ])
    expect((await runsOf(zenith, around)).services).toEqual(['workers'])
  })

  test('of no followed worker have no service and no figures', async () => {
    const zenith = await open(jobsAt('shop', AT, [[{ ...send, queue: 'sms' }]]))
    const { services, jobs, points } = await runsOf(zenith, 'period=7d')
    expect([services, jobs]).toEqual([[], []])
    expect(points.every(({ count, errors }) => count === null && errors === null)).toBe(true)
  })

  test('beyond two hundred names are counted as others', async () => {
    const many = Array.from({ length: 300 }, (_, index) => ({ key: `job-${index}`, queue: 'mail', durations: [5] }))
    const { jobs } = await runsOf(await open(jobsAt('shop', AT, [many])), around)
    expect(jobs).toHaveLength(201)
    expect(jobs.reduce((sum, { count }) => sum + count, 0)).toBe(300)
    expect(jobs.find(({ name }) => name === '(other)')?.count).toBe(100)
  })
})

test('A queue that Redis has minutes of comes from the archive a moment later', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const store = redisStore({ redis: redis.url })
  onTestFinished(() => store.close())
  await report(store, beatOf('shop', 'n1'))
  await store.writeQueues(snapshotOf('shop', { queues: [queueOf('mail')] }), 1)
  const to = Math.floor(Date.now() / MINUTE) * MINUTE - MINUTE
  const jobs = [{ key: 'send', queue: 'mail', durations: [7, 8, 9] }]
  const rollup = rollupOf('n1', to - MINUTE, to, [], jobs)
  const records = [
    { type: 'queues' as const, record: queueHistoryOf({ from: to - MINUTE, to }) },
    { type: 'history' as const, record: rollup },
  ]
  expect(await store.write({ service: 'shop', node: 'n1', heartbeat: null, records })).toMatchObject({ error: null })
  const archive = inlineArchive(sqliteDriver({ dir: archiveDir() }))
  const zenith = createZenith({ redis: redis.url, auth: () => 'admin' as const, archive, logger: false })
  onTestFinished(() => zenith.close())
  const list = await vi.waitFor(
    async () => {
      const { body } = await askApi<QueueListing>(zenith, '/api/queues?period=6h')
      expect(body.total).toBe(1)
      return body
    },
    { timeout: 90_000, interval: 200 },
  )
  const [mail] = list.items
  expect(mail).toMatchObject({ name: 'mail', services: ['shop'], past: { backlogMax: 13, isGone: false } })
  const path = `/api/queues/${encodeURIComponent(mail?.key ?? '')}/runs?period=6h`
  await vi.waitFor(
    async () => {
      const { body } = await askApi<QueueRuns>(zenith, path)
      expect(body.jobs).toMatchObject([{ service: 'shop', name: 'send', count: 3 }])
    },
    { timeout: 90_000, interval: 200 },
  )
})
