import type { Socket } from 'node:net'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'

import { startRedis, type TestRedis } from '../support/redis.js'
import { openTunnel } from '../support/redis-proxy.js'
import type { LaravelJob } from './laravel/app.js'
import { seconds } from './laravel/app.js'
import { type HorizonApp, horizonApp } from './laravel/horizon-app.js'
import { serialized } from './laravel/php.js'
import { type WholeSource, wholeSource } from './laravel/whole-source.js'
import { redisContents } from './support.js'

let server: TestRedis
let admin: Redis
let app: HorizonApp
let source: WholeSource
beforeAll(async () => {
  server = await startRedis()
  admin = server.client()
})
afterAll(() => server?.stop())
beforeEach(async () => {
  await admin.flushall()
  await source?.close()
  app = horizonApp(admin)
  source = wholeSource({ redis: server.url, prefix: 'laravel_database_', horizonPrefix: 'laravel_horizon:' })
})

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
const COMMAND = serialized('App\\Jobs\\ShipOrder', { city: 'Zürich "ZH"', path: 'a/b' })
const JOB = { name: 'App\\Jobs\\ShipOrder', data: { commandName: 'App\\Jobs\\ShipOrder', command: COMMAND } }

async function failed(queue = 'mail', job: LaravelJob = JOB, tags: readonly string[] = []): Promise<string> {
  const id = await app.push(queue, job, tags)
  await app.fail(queue, await app.reserve(queue))
  return id
}

const retry = async (id: string, queue = 'mail') => (await source.retry(queue, [id]))[0]
const hashOf = (id: string) => admin.hgetall(app.key(id))
const head = async (queue = 'mail') => (await admin.lindex(app.keyOf(queue), -1)) ?? ''

test('pushes a payload of a new id, and leaves all else of it as it was', async () => {
  const id = await failed()
  const before = JSON.parse((await hashOf(id)).payload ?? '')
  expect(await retry(id)).toEqual({ id, ok: true, reason: null })
  const payload = JSON.parse(await head())
  expect(payload.uuid).toMatch(UUID)
  expect(payload.uuid).not.toBe(id)
  expect(Number(payload.pushedAt)).toBeGreaterThan(Number(before.pushedAt))
  expect(payload).toEqual({
    ...before,
    id: payload.uuid,
    uuid: payload.uuid,
    attempts: 0,
    retry_of: id,
    retryUntil: null,
    type: 'job',
    tags: [],
    silenced: false,
    pushedAt: expect.stringMatching(/^\d+\.\d{1,4}$/),
  })
  expect(payload.data.command).toBe(COMMAND)
  for (const key of ['uuid', 'attempts', 'pushedAt']) expect((await head()).split(`"${key}":`)).toHaveLength(2)
})

test('does not touch what JavaScript would write another way', async () => {
  const id = await app.push('mail', JOB)
  const reserved = (await app.reserve('mail')).replace('"data":{', '"data":{"big":9007199254740993,"one":1.0,')
  await app.fail('mail', reserved)
  expect(await retry(id)).toMatchObject({ ok: true })
  expect(await head()).toContain('"data":{"big":9007199254740993,"one":1.0,')
})

test('changes the fields that a retry has anew where they stand, and no other character', async () => {
  const id = await failed()
  const [before, after] = [' "2":1.0,"1":9007199254740993, "a":1,"a":2,', '"half":"\\ud83d","é":1e400,"\\u00e9":"\\/"']
  const payload = `{${before} "uuid":"${id}","attempts" : 3,"tags":["mail:\\u00fc"],${after} }`
  await admin.hset(app.key(id), 'payload', payload)
  expect(await retry(id)).toEqual({ id, ok: true, reason: null })
  const pushed = await head()
  const { uuid, pushedAt } = JSON.parse(pushed)
  const added = `"id":"${uuid}","retry_of":"${id}","retryUntil":null,"type":"job","pushedAt":"${pushedAt}"`
  expect(pushed).toBe(`{${before} "uuid":"${uuid}","attempts" : 0,"tags":["mail:\\u00fc"],${after} ,${added}}`)
})

test('wakes a worker that blocks, with one word for one job', async () => {
  const id = await failed()
  await admin.del(`${app.keyOf('mail')}:notify`)
  await retry(id)
  expect(await admin.lrange(`${app.keyOf('mail')}:notify`, 0, -1)).toEqual(['1'])
  expect(await admin.llen(app.keyOf('mail'))).toBe(1)
})

test('writes what Horizon keeps of a job that was pushed', async () => {
  const id = await failed()
  await retry(id)
  const payload = await head()
  const { uuid, pushedAt } = JSON.parse(payload)
  expect(await hashOf(uuid)).toEqual({
    id: uuid,
    connection: 'redis',
    queue: 'mail',
    name: 'App\\Jobs\\ShipOrder',
    status: 'pending',
    payload,
    created_at: pushedAt,
    updated_at: pushedAt,
  })
  const life = await admin.ttl(app.key(uuid))
  expect(life).toBeGreaterThan(3_590)
  expect(life).toBeLessThanOrEqual(3_600)
  for (const list of ['recent_jobs', 'pending_jobs']) expect(await admin.zrange(app.key(list), 0, '0')).toEqual([uuid])
  expect(Number(await admin.zscore(app.key('pending_jobs'), uuid))).toBeCloseTo(-Number(pushedAt), 3)
})

test('keeps it for as long as this Horizon keeps what waits', async () => {
  app = horizonApp(admin, { trim: { pending: 240 } })
  await app.push('news', JOB)
  const id = await failed()
  await retry(id)
  expect(await admin.ttl(app.key(JSON.parse(await head()).uuid))).toBeGreaterThan(239 * 60)
})

test('notes the retry on the job that failed, which stays failed', async () => {
  const id = await failed()
  await retry(id)
  const { uuid } = JSON.parse(await head())
  const { retried_by, status } = await hashOf(id)
  expect(JSON.parse(retried_by ?? '')).toEqual([{ id: uuid, status: 'pending', retried_at: expect.any(Number) }])
  expect(status).toBe('failed')
  expect(await admin.zrange(app.key('failed_jobs'), 0, '-1')).toEqual([id])
  await app.succeed('mail', await app.reserve('mail'))
  expect(JSON.parse((await hashOf(id)).retried_by ?? '')).toMatchObject([{ id: uuid, status: 'completed' }])
})

test('gives a job with a deadline as long as it had', async () => {
  const pushedAt = String(seconds() - 86_400)
  const id = await failed('mail', { ...JOB, fields: { pushedAt, retryUntil: seconds() - 86_400 + 600 } })
  await retry(id)
  const { retryUntil } = JSON.parse(await head())
  expect(retryUntil).toBeGreaterThanOrEqual(seconds() + 595)
  expect(retryUntil).toBeLessThanOrEqual(seconds() + 605)
})

test('lists it by the tags that Horizon follows, and by no others', async () => {
  await admin.sadd(app.key('monitoring'), 'vip')
  const id = await failed('mail', JOB, ['vip', 'order:7'])
  await retry(id)
  const { uuid, tags } = JSON.parse(await head())
  expect(tags).toEqual(['vip', 'order:7'])
  expect(await admin.zrange(app.key('vip'), 0, '-1')).toEqual([uuid])
  expect(await admin.exists(app.key('order:7'))).toBe(0)
})

test('a retry that has not ended, or has completed, is the last', async () => {
  const id = await failed()
  await retry(id)
  expect(await retry(id)).toMatchObject({ ok: false, reason: expect.stringMatching(/has not ended yet/) })
  const reserved = await app.reserve('mail')
  expect(await retry(id)).toMatchObject({ ok: false, reason: expect.stringMatching(/has not ended yet/) })
  await app.succeed('mail', reserved)
  expect(await retry(id)).toMatchObject({ ok: false, reason: 'A retry of this job has completed' })
  expect(await admin.llen(app.keyOf('mail'))).toBe(0)
})

test('a retry that failed, too, is the one to retry; without it the first one again', async () => {
  const id = await failed()
  await retry(id)
  const { uuid } = JSON.parse(await head())
  await app.fail('mail', await app.reserve('mail'))
  expect(await retry(id)).toMatchObject({ ok: false, reason: `Its retry ${uuid} failed, too: retry that one` })
  expect(await source.remove('mail', [uuid])).toMatchObject([{ ok: true }])
  expect(await retry(id)).toMatchObject({ ok: true })
  expect(JSON.parse((await hashOf(id)).retried_by ?? '')).toHaveLength(2)
})

test('a retry that Horizon forgot while it waits is found in the queue', async () => {
  const id = await failed()
  await retry(id)
  await admin.del(app.key(JSON.parse(await head()).uuid))
  expect(await retry(id)).toMatchObject({ ok: false, reason: expect.stringMatching(/has not ended yet/) })
  await admin.del(app.keyOf('mail'))
  expect(await retry(id)).toMatchObject({ ok: true })
})

test('two who retry at once push one job', async () => {
  const id = await failed()
  const other = wholeSource({ redis: server.url, prefix: 'laravel_database_', horizonPrefix: 'laravel_horizon:' })
  const outcomes = await Promise.all([source.retry('mail', [id]), other.retry('mail', [id])])
  expect(outcomes.flat().filter(({ ok }) => ok)).toHaveLength(1)
  expect(await admin.llen(app.keyOf('mail'))).toBe(1)
  await other.close()
})

test('who comes while another has noted a retry and not pushed it yet pushes none', async () => {
  const id = await failed()
  const held: Socket[] = []
  const tunnel = await openTunnel(server.port, (socket, upstream) => {
    upstream.on('data', (chunk) => socket.write(chunk))
    socket.on('data', (chunk: Buffer) => {
      if (chunk.includes("'retried_by', ARGV[2]")) held.push(upstream.pause())
      upstream.write(chunk)
    })
  })
  onTestFinished(() => tunnel.close())
  const slow = wholeSource({
    redis: `redis://127.0.0.1:${tunnel.port}`,
    prefix: 'laravel_database_',
    horizonPrefix: 'laravel_horizon:',
  })
  onTestFinished(() => slow.close())
  const first = slow.retry('mail', [id])
  await vi.waitFor(async () => expect(await admin.hget(`laravel_horizon:${id}`, 'retried_by')).not.toBe(null))
  expect(await source.retry('mail', [id])).toMatchObject([
    { ok: false, reason: expect.stringMatching(/has not ended yet/) },
  ])
  for (const upstream of held) upstream.resume()
  expect(await first).toMatchObject([{ ok: true }])
  expect(await admin.llen(app.keyOf('mail'))).toBe(1)
})

test('jobs of another queue, jobs that wait and jobs that are done are not retried or removed', async () => {
  const elsewhere = await failed('news')
  const waiting = await app.push('mail', JOB)
  const ended = await app.push('other', JOB)
  await app.succeed('other', await app.reserve('other'))
  const before = await redisContents(admin)
  for (const [queue, id] of [
    ['mail', elsewhere],
    ['mail', waiting],
    ['other', ended],
    ['mail', 'failed_jobs'],
  ] as const) {
    const refused = [{ id, ok: false, reason: 'There is no failed job of this id' }]
    expect(await source.retry(queue, [id])).toEqual(refused)
    expect(await source.remove(queue, [id])).toEqual(refused)
  }
  expect(await redisContents(admin)).toEqual(before)
})

test('a failed job whose payload is not readable is left as it is', async () => {
  const id = await failed()
  await admin.hset(app.key(id), 'payload', 's:3:"abc";')
  const before = await redisContents(admin)
  expect(await retry(id)).toMatchObject({ ok: false, reason: expect.stringMatching(/no JSON/) })
  expect(await redisContents(admin)).toEqual(before)
})

test('where nothing says how the keys of the app begin, nothing is pushed', async () => {
  const id = await failed()
  await app.master('app-1', 'running')
  await app.countJob('mail', 1)
  await admin.del(app.keyOf('mail'), `${app.keyOf('mail')}:notify`)
  const open = wholeSource({ redis: server.url })
  expect((await open.read()).queues.map(({ name }) => name)).toEqual(['mail'])
  const before = await redisContents(admin)
  expect(await open.retry('mail', [id])).toMatchObject([{ ok: false, reason: expect.stringMatching(/"prefix"/) }])
  expect(await redisContents(admin)).toEqual(before)
  await open.close()
})

test('what could not be pushed is taken back', async () => {
  const id = await failed()
  await admin.del(app.keyOf('mail'), `${app.keyOf('mail')}:notify`)
  await admin.set(`${app.keyOf('mail')}`, 'no list')
  expect(await retry(id)).toMatchObject({ ok: false, reason: expect.stringMatching(/WRONGTYPE/) })
  expect(await hashOf(id)).not.toHaveProperty('retried_by')
  for (const list of ['recent_jobs', 'pending_jobs'])
    expect((await admin.zrange(app.key(list), 0, '-1')).filter((one) => one !== id)).toEqual([])
})

test('works for a user who may run no scripts', async () => {
  await admin.call('acl', 'setuser', 'plain', 'on', '>secret', '~*', '+@all', '-@scripting')
  const redis = server.url.replace('//', '//plain:secret@')
  const plain = wholeSource({ redis, prefix: 'laravel_database_', horizonPrefix: 'laravel_horizon:' })
  const id = await failed()
  await admin.del(`${app.keyOf('mail')}:notify`)
  expect(await plain.retry('mail', [id, id])).toMatchObject([{ ok: true }, { ok: false }])
  expect(await plain.retry('mail', [id])).toMatchObject([{ ok: false }])
  expect(await admin.llen(app.keyOf('mail'))).toBe(1)
  expect(await admin.lrange(`${app.keyOf('mail')}:notify`, 0, -1)).toEqual(['1'])
  await plain.close()
})

test('forgets a failed job as horizon:forget does', async () => {
  const [id, other] = [await failed(), await failed()]
  expect(await source.remove('mail', [id])).toEqual([{ id, ok: true, reason: null }])
  expect(await admin.zrange(app.key('failed_jobs'), 0, '-1')).toEqual([other])
  expect(await admin.exists(app.key(id))).toBe(0)
  // Horizon's count of what failed lately is a count of what happened.
  expect(await admin.zcard(app.key('recent_failed_jobs'))).toBe(2)
  expect(await source.remove('mail', [id])).toMatchObject([{ ok: false }])
})
