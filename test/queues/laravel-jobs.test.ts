import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { JobState } from '../../src/protocol/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { laravelApp, seconds, uuidOf } from './laravel/app.js'
import { type HorizonApp, horizonApp } from './laravel/horizon-app.js'
import { exceptionText, serialized } from './laravel/php.js'
import { type WholeSource, wholeSource } from './laravel/whole-source.js'

let server: TestRedis
let admin: Redis
let source: WholeSource
beforeAll(async () => {
  server = await startRedis()
  admin = server.client()
})
afterAll(() => server?.stop())
beforeEach(async () => {
  await admin.flushall()
  await source?.close()
  source = wholeSource({ redis: server.url })
})

const readingOf = async (name: string) => (await source.read()).queues.find((queue) => queue.name === name)
const list = (queue: string, state: JobState, limit = 50) =>
  source.jobs(queue, { state, offset: 0, limit, order: 'oldest' })

test('without Horizon nobody knows how many jobs failed, and nothing can be retried', async () => {
  const app = laravelApp(admin)
  await app.pushRaw('mail', app.createPayload({ name: 'SendMail', data: null }))
  expect(await readingOf('mail')).toMatchObject({
    driver: 'laravel',
    metrics: { waiting: 1, failed: null, completed: null },
    states: ['waiting', 'delayed', 'active'],
    capabilities: ['list', 'get', 'search'],
    workers: null,
    paused: null,
    totals: null,
    meta: null,
  })
  expect(await source.retry('mail', ['x'])).toEqual([{ id: 'x', ok: false, reason: expect.stringMatching(/Horizon/) }])
  expect(await source.remove('mail', ['x'])).toEqual([{ id: 'x', ok: false, reason: expect.stringMatching(/Horizon/) }])
})

test('a payload of before Laravel 12 does not say how old it is', async () => {
  const app = laravelApp(admin, { version: 11 })
  await app.pushRaw('mail', app.createPayload({ name: 'SendMail', data: null }))
  expect(await readingOf('mail')).toMatchObject({ metrics: { waiting: 1 }, oldestMs: null })
  expect((await list('mail', 'waiting')).jobs).toMatchObject([{ name: 'SendMail', addedAt: null }])
})

test('a job that was pushed for later has not waited until then', async () => {
  const app = laravelApp(admin)
  const createdAt = seconds() - 3_600
  await app.pushRaw('mail', app.createPayload({ name: 'A', data: null, delay: 3_000, fields: { createdAt } }))
  const { oldestMs } = (await readingOf('mail')) ?? {}
  expect(oldestMs).toBeGreaterThanOrEqual(600_000)
  expect(oldestMs).toBeLessThan(700_000)
})

test('a retry is as old as its push, not as the job that failed', async () => {
  const app = horizonApp(admin)
  await app.push('mail', { name: 'A', data: null, fields: { createdAt: seconds() - 86_400, retry_of: 'x' } })
  expect((await readingOf('mail'))?.oldestMs).toBeLessThan(60_000)
})

test('members that are no JSON are counted, and nothing else is said of them', async () => {
  const app = laravelApp(admin)
  await app.pushRaw('mail', 's:9:"igbinary!";')
  await app.pushRaw('mail', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00]).toString('latin1'))
  await app.pushRaw('mail', JSON.stringify(app.createPayload({ name: 'Twice', data: null })))
  const payload = app.createPayload({ name: 'Readable', data: null })
  await app.pushRaw('mail', payload)
  await app.laterRaw('mail', seconds() + 60, 'no JSON')
  expect(await readingOf('mail')).toMatchObject({ metrics: { waiting: 4, delayed: 1 }, oldestMs: null, error: null })
  const { total, jobs } = await list('mail', 'waiting')
  expect([total, jobs.map(({ name }) => name)]).toEqual([4, ['Readable']])
  expect(await list('mail', 'delayed')).toEqual({ total: 1, jobs: [], missing: 0 })
  expect((await source.job('mail', uuidOf(payload)))?.name).toBe('Readable')
})

test('a reserved job is found although Redis wrote its payload anew', async () => {
  const app = laravelApp(admin)
  const payload = app.createPayload({ name: 'SendMail', data: { url: 'https://a/b', tags: [] }, fields: { tags: [] } })
  await app.pushRaw('mail', payload)
  const reserved = (await app.pop('mail')) ?? ''
  expect(reserved).toContain('"tags":{}')
  const { jobs } = await list('mail', 'active')
  expect(jobs).toMatchObject([
    { id: uuidOf(payload), state: 'active', attempts: 1, addedAt: expect.any(Number), startedAt: null },
  ])
  const detail = await source.job('mail', uuidOf(payload))
  expect(JSON.parse(detail?.data ?? '')).toEqual({ url: 'https://a/b', tags: {} })
  const search = { state: 'active', text: 'https://a/b', maxMatches: 5, maxScanned: 5, maxMs: 5_000 } as const
  expect((await source.search('mail', search)).jobs).toHaveLength(1)
})

test.each([
  ['delayed', 4, null],
  ['delayed', 60, 60_000],
  ['reserved', 4, null],
  ['reserved', 60, 60_000],
])('a job in :%s that is due since %i s says that nobody polls after some seconds', async (kind, ago, expected) => {
  const app = laravelApp(admin)
  const payload = app.createPayload({ name: 'SendMail', data: null })
  await admin.zadd(`${app.keyOf('mail')}:${kind}`, seconds() - ago, payload)
  await admin.zadd(`${app.keyOf('mail')}:${kind}`, seconds() + 600, 'later')
  const { overdueMs = null } = (await readingOf('mail')) ?? {}
  if (expected === null) expect(overdueMs).toBeNull()
  else expect(overdueMs).toBeGreaterThanOrEqual(expected)
})

test('a job is shown with its command as text, and what it was pushed with', async () => {
  const app = laravelApp(admin)
  const command = serialized('App\\Jobs\\ShipOrder', { city: 'Zürich "ZH"' })
  const data = { commandName: 'App\\Jobs\\ShipOrder', command }
  const fields = { displayName: 'App\\Jobs\\ShipOrder', maxTries: 3, backoff: '1,5', tags: ['a'] }
  const payload = app.createPayload({ name: 'x', data, fields })
  await app.pushRaw('mail', payload)
  const detail = await source.job('mail', uuidOf(payload))
  expect(JSON.parse(detail?.data ?? '')).toEqual(data)
  expect(detail).toMatchObject({ name: 'App\\Jobs\\ShipOrder', maxAttempts: 3, attempts: 0 })
  expect(detail?.options).toMatchObject({ maxTries: 3, backoff: '1,5', tags: ['a'] })
  expect(detail?.options).not.toHaveProperty('data')
  const search = { state: 'waiting', maxMatches: 5, maxScanned: 5, maxMs: 5_000 } as const
  for (const text of ['zürich "zh"', 'App\\Jobs\\ShipOrder'])
    expect((await source.search('mail', { ...search, text })).jobs).toHaveLength(1)
})

test('numbers in a payload are shown as they are written', async () => {
  const app = laravelApp(admin)
  const payload = app.createPayload({ name: 'A', data: 'DATA' }).replace('"DATA"', '{"id":9007199254740993,"x":1.0}')
  await app.pushRaw('mail', payload)
  expect((await source.job('mail', uuidOf(payload)))?.data).toBe('{"id":9007199254740993,"x":1.0}')
})

test('large payloads are listed, not loaded together, and too large to be searched', async () => {
  const app = laravelApp(admin)
  const big = 'x'.repeat(3_000_000)
  for (let job = 0; job < 12; job++) await app.pushRaw('mail', app.createPayload({ name: `Big${job}`, data: big }))
  const { total, jobs } = await list('mail', 'waiting')
  expect([total, jobs.length]).toEqual([12, 12])
  expect(jobs[0]?.dataBytes).toBeGreaterThan(3_000_000)
  expect(JSON.stringify(jobs).length).toBeLessThan(100_000)
  const search = { state: 'waiting', text: 'nothing', maxMatches: 5, maxScanned: 50, maxMs: 20_000 } as const
  expect(await source.search('mail', search)).toMatchObject({ jobs: [], skipped: 12 })
})

test('a scan of what waits misses nothing and gives nothing twice while workers take and apps push', async () => {
  const app = laravelApp(admin)
  const ids: string[] = []
  for (let job = 0; job < 40; job++) {
    const payload = app.createPayload({ name: 'A', data: job })
    ids.push(uuidOf(payload))
    await app.pushRaw('mail', payload)
  }
  const found: string[] = []
  for (let cursor: string | null = null, turn = 0; turn === 0 || cursor !== null; turn++) {
    const part = await source.scan('mail', { state: 'waiting', asOf: Date.now(), cursor, limit: 10 })
    found.push(...part.jobs.map(({ id }) => id))
    cursor = part.cursor
    for (let job = 0; job < 3; job++) await app.pop('mail')
    await app.pushRaw('mail', app.createPayload({ name: 'late', data: null }))
  }
  expect(new Set(found).size).toBe(found.length)
  const left = (await list('mail', 'waiting', 200)).jobs.filter(({ name }) => name === 'A').map(({ id }) => id)
  expect(found).toEqual(expect.arrayContaining(left))
  expect(ids).toEqual(expect.arrayContaining(found))
})

test('a scan of delayed jobs of one second goes on where it ended', async () => {
  const app = laravelApp(admin)
  for (let job = 0; job < 25; job++)
    await app.laterRaw('mail', 4_000_000_000 + Math.floor(job / 20), app.createPayload({ name: 'A', data: job }))
  const found: string[] = []
  for (let cursor: string | null = null, turn = 0; turn === 0 || cursor !== null; turn++) {
    const part = await source.scan('mail', { state: 'delayed', asOf: Date.now(), cursor, limit: 7 })
    found.push(...part.jobs.map(({ id }) => id))
    cursor = part.cursor
  }
  expect([found.length, new Set(found).size]).toEqual([25, 25])
})

test.each([
  [exceptionText('No stock: 7 in /tmp are left'), 'No stock: 7 in /tmp are left'],
  [exceptionText('Two\nlines'), 'Two\nlines'],
  [exceptionText('Outer', { cause: 'inner' }), 'Outer'],
  [exceptionText('x', { kind: 'App\\Errors\\No_Stock' }), 'x'],
  ['RuntimeException in /app/a.php:3\nStack trace:\n#0 {main}', 'RuntimeException'],
  ['something else', 'something else'],
])('tells the message of an exception: %j', async (exception, message) => {
  const app = horizonApp(admin)
  await app.master('app-1', 'running')
  const id = await app.push('mail', { name: 'A', data: null })
  await app.fail('mail', await app.reserve('mail'), exception)
  expect(await source.job('mail', id)).toMatchObject({ failure: message, error: message, stacks: [exception] })
})

/** Ends five jobs in each of two queues. @returns the ids of the first queue's, the newest first */
async function endFive(app: HorizonApp, state: 'failed' | 'completed'): Promise<string[]> {
  const ids: string[] = []
  for (const queue of Array.from({ length: 10 }, (_, index) => (index % 2 ? 'other' : 'mail'))) {
    const id = await app.push(queue, { name: 'A', data: null, fields: { maxTries: 4 } })
    const reserved = await app.reserve(queue)
    await (state === 'failed' ? app.fail(queue, reserved) : app.succeed(queue, reserved))
    if (queue === 'mail') ids.unshift(id)
  }
  return ids
}

test.each(['failed', 'completed'] as const)('lists %s jobs of each queue, the newest first', async (state) => {
  const app = horizonApp(admin)
  await app.master('app-1', 'running')
  const ids = await endFive(app, state)
  const page = await source.jobs('mail', { state, offset: 1, limit: 3, order: 'newest' })
  expect([page.total, page.missing]).toEqual([5, 0])
  expect(page.jobs.map(({ id }) => id)).toEqual(ids.slice(1, 4))
  expect(page.jobs[0]).toMatchObject({ state, attempts: 1, maxAttempts: 4, name: 'A' })
  const { addedAt, startedAt, finishedAt } = page.jobs[0] ?? {}
  for (const time of [addedAt, startedAt, finishedAt]) expect(Math.abs(Date.now() - (time ?? 0))).toBeLessThan(60_000)
  await admin.del(app.key(ids[0] ?? ''))
  expect(await list('mail', state)).toMatchObject({ total: 5, missing: 1 })
  const scanned = await source.scan('mail', { state, asOf: Date.now() + 1_000, cursor: null, limit: 100 })
  expect(scanned.jobs).toHaveLength(4)
  expect(await source.job('other', ids[1] ?? '')).toBeNull()
})

test('when a job was taken is what Horizon noted', async () => {
  const app = horizonApp(admin)
  await app.master('app-1', 'running')
  const id = await app.push('mail', { name: 'A', data: null })
  await app.reserve('mail')
  const { jobs } = await list('mail', 'active')
  expect(Math.abs(Date.now() - (jobs[0]?.startedAt ?? 0))).toBeLessThan(60_000)
  expect((await source.job('mail', id))?.startedAt).toBe(jobs[0]?.startedAt)
})

test('an id that is some other key of Horizon is no job', async () => {
  const app = horizonApp(admin)
  await app.push('mail', { name: 'A', data: null })
  await app.master('app-1', 'running')
  await app.succeed('mail', await app.reserve('mail'))
  for (const id of ['masters', 'queue:mail', 'master:app-1', 'failed_jobs', ''])
    expect([id, await source.job('mail', id)]).toEqual([id, null])
})
