import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type LaravelQueuesOptions, laravelQueues } from '../../src/queues/laravel/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { startRedisCluster, type TestCluster } from '../support/redis-cluster.js'
import { laravelApp, seconds, uuidOf } from './laravel/app.js'
import { horizonApp } from './laravel/horizon-app.js'
import { wholeSource } from './laravel/whole-source.js'

let server: TestRedis
let admin: Redis
beforeAll(async () => {
  server = await startRedis()
  admin = server.client()
})
afterAll(() => server?.stop())
beforeEach(() => admin.flushall())

const JOB = { name: 'SendMail', data: { to: 'ada' } }

/** Reads once with a source of its own. */
async function read(options: Partial<LaravelQueuesOptions> = {}) {
  const source = laravelQueues({ redis: server.url, ...options })
  try {
    return (await source.read()).queues
  } finally {
    await source.close()
  }
}

describe.each(['laravel_database_', 'laravel-database-', '', 'my [app]*:'])('with the prefix "%s"', (prefix) => {
  test.each([[prefix], [undefined]])('finds queues, told the prefix %j', async (given) => {
    const app = laravelApp(admin, { prefix })
    await app.pushRaw('default', app.createPayload(JOB))
    await app.laterRaw('mail:high', seconds() + 600, app.createPayload(JOB))
    await admin.set('other:queues:text', 'no list')
    const found = await read(given === undefined ? {} : { prefix: given })
    expect(found.map(({ name, driver, metrics }) => [name, driver, metrics.waiting, metrics.delayed])).toEqual([
      ['default', 'laravel', 1, 0],
      ['mail:high', 'laravel', 0, 1],
    ])
  })
})

test('only sets are delayed or reserved: a queue may be named like one', async () => {
  const app = laravelApp(admin)
  await app.pushRaw('news:delayed', app.createPayload(JOB))
  await app.pushRaw('mail', app.createPayload(JOB))
  await app.pop('mail')
  const found = await read()
  expect(found.map(({ name, metrics }) => [name, metrics.waiting, metrics.active, metrics.delayed])).toEqual([
    ['mail', 0, 1, 0],
    ['news:delayed', 1, 0, 0],
  ])
})

test('words for blocked workers are no jobs, and no queue', async () => {
  const app = laravelApp(admin)
  await app.pushRaw('mail', app.createPayload(JOB))
  await admin.rpush(`${app.keyOf('mail')}:notify`, 1, 1, 1)
  await admin.rpush(`${app.keyOf('gone')}:notify`, 1)
  expect((await read()).map(({ name, metrics }) => [name, metrics.waiting])).toEqual([['mail', 1]])
})

test('a prefix leaves out the queues of other apps', async () => {
  for (const prefix of ['shop_database_', 'blog_database_']) {
    const app = laravelApp(admin, { prefix })
    await app.pushRaw(`of ${prefix}`, app.createPayload(JOB))
  }
  expect((await read({ prefix: 'shop_database_' })).map(({ name }) => name)).toEqual(['of shop_database_'])
})

test('queues of one name in two apps are told apart, and each is looked into', async () => {
  const shop = laravelApp(admin, { prefix: 'shop_database_' })
  const blog = laravelApp(admin, { prefix: 'blog_database_' })
  const payload = shop.createPayload(JOB)
  await shop.pushRaw('default', payload)
  await blog.pushRaw('default', blog.createPayload(JOB))
  await blog.pushRaw('default', blog.createPayload(JOB))
  const source = wholeSource({ redis: server.url })
  const { queues } = await source.read()
  const place = `127.0.0.1:${server.port}/0`
  expect(queues.map((queue) => [queue.name, queue.place, queue.metrics.waiting])).toEqual([
    ['default', `${place} blog_database_`, 2],
    ['default', `${place} shop_database_`, 1],
  ])
  const query = { state: 'waiting', offset: 0, limit: 5, order: 'oldest' } as const
  for (const address of [queues[1]?.address ?? '', 'shop_database_default']) {
    const { jobs } = await source.jobs(address, query)
    expect(jobs.map(({ id }) => id)).toEqual([uuidOf(payload)])
  }
  await expect(source.jobs('default', query)).rejects.toThrow(/Several apps here have a queue default/)
  await source.close()
})

test('braces of a Cluster are kept in the key and not shown', async () => {
  const app = laravelApp(admin, { cluster: true })
  const payload = app.createPayload(JOB)
  await app.pushRaw('mail', payload)
  expect(await admin.llen('laravel_database_queues:{mail}')).toBe(1)
  const source = wholeSource({ redis: server.url })
  expect((await source.read()).queues.map(({ name, metrics }) => [name, metrics.waiting])).toEqual([['mail', 1]])
  expect(await source.job('mail', uuidOf(payload))).toMatchObject({ name: 'SendMail', state: 'waiting' })
  await source.close()
})

test('all keys are looked through once a minute at the most', async () => {
  const app = laravelApp(admin)
  await app.pushRaw('mail', app.createPayload(JOB))
  await admin.call('config', 'resetstat')
  const source = wholeSource({ redis: server.url })
  const scans = async () => /cmdstat_scan:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1]
  await source.read()
  const first = await scans()
  await app.pushRaw('late', app.createPayload(JOB))
  for (let turn = 0; turn < 3; turn++) await source.read()
  await source.jobs('mail', { state: 'waiting', offset: 0, limit: 5, order: 'oldest' })
  expect(Number(first)).toBeGreaterThan(0)
  expect(await scans()).toBe(first)
  expect((await source.read()).queues.map(({ name }) => name)).toEqual(['mail'])
  await source.close()
})

test('queues that are named are not looked for', async () => {
  const app = laravelApp(admin)
  await app.pushRaw('mail', app.createPayload(JOB))
  await app.pushRaw('other', app.createPayload(JOB))
  await admin.call('config', 'resetstat')
  const found = await read({ prefix: 'laravel_database_', queues: ['mail', 'idle'], horizonPrefix: false })
  expect(found.map(({ name, metrics }) => [name, metrics.waiting])).toEqual([
    ['mail', 1],
    ['idle', 0],
  ])
  expect(await admin.info('commandstats')).not.toContain('cmdstat_scan')
})

test('a user who may not look through the keys sees the queues that are named', async () => {
  const app = laravelApp(admin)
  await app.pushRaw('mail', app.createPayload(JOB))
  await admin.call('acl', 'setuser', 'reader', 'on', '>secret', '~laravel_*', '+@read', '-scan')
  const redis = server.url.replace('//', '//reader:secret@')
  const found = await read({ redis, prefix: 'laravel_database_', queues: ['mail'] })
  expect(found.map(({ name, metrics, error }) => [name, metrics.waiting, error])).toEqual([['mail', 1, null]])
})

describe('the Horizon of a connection', () => {
  const queue = { data: null, name: 'SendMail' }

  test.each([
    ['shop_database_', 'shop_horizon:', 'laravel-horizon'],
    ['my-shop-database-', 'my_shop_horizon:', 'laravel-horizon'],
    ['shop_database_', '{shop_horizon:}', 'laravel-horizon'],
    ['', 'laravel_horizon:', 'laravel-horizon'],
    ['own:', 'horizon:', 'laravel-horizon'],
  ])('%s and %s', async (prefix, horizon, driver) => {
    const app = horizonApp(admin, { prefix, horizon })
    await app.push('mail', queue)
    await app.master('app-1', 'running')
    expect((await read()).map((one) => [one.name, one.driver])).toEqual([['mail', driver]])
    expect((await read({ prefix, queues: ['mail'] }))[0]?.driver).toBe(driver)
    expect((await read({ prefix, horizonPrefix: horizon }))[0]?.driver).toBe('laravel-horizon')
    expect((await read({ prefix, horizonPrefix: false }))[0]?.driver).toBe('laravel')
  })

  test.each([
    ['another app', 'shop_database_', 'blog_horizon:'],
    ['no name of an app', 'shop:', 'all-of-the-jobs:'],
  ])('is told by its jobs, whose prefix has %s', async (_, prefix, horizon) => {
    const app = horizonApp(admin, { prefix, horizon })
    await app.push('mail', queue)
    expect((await read()).map((one) => [one.name, one.driver])).toEqual([['mail', 'laravel-horizon']])
  })

  test('is none when the names are of two apps and no job speaks for it', async () => {
    const blog = horizonApp(admin, { prefix: 'blog_database_', horizon: 'blog_horizon:' })
    await blog.push('posts', queue)
    await admin.del(blog.keyOf('posts'), `${blog.keyOf('posts')}:notify`)
    const shop = laravelApp(admin, { prefix: 'shop_database_' })
    await shop.pushRaw('mail', shop.createPayload(queue))
    expect((await read()).map((one) => [one.name, one.driver])).toEqual([['mail', 'laravel']])
  })

  test('of two apps of one name it is that which its jobs are of', async () => {
    const old = laravelApp(admin, { prefix: 'laravel_database_' })
    const app = horizonApp(admin, { prefix: 'laravel-database-' })
    await old.pushRaw('mail', old.createPayload(queue))
    await app.push('mail', queue)
    const found = (await read()).map((one) => [one.place?.split(' ')[1], one.driver])
    expect(found).toEqual([
      ['laravel-database-', 'laravel-horizon'],
      ['laravel_database_', 'laravel'],
    ])
  })

  test('each app has its own', async () => {
    const shop = horizonApp(admin, { prefix: 'shop_database_', horizon: 'shop_horizon:' })
    const plain = laravelApp(admin, { prefix: 'blog_database_' })
    await shop.push('orders', queue)
    await shop.master('app-1', 'running')
    await plain.pushRaw('posts', plain.createPayload(queue))
    expect((await read()).map((one) => [one.name, one.driver])).toEqual([
      ['orders', 'laravel-horizon'],
      ['posts', 'laravel'],
    ])
  })
})

describe('on a Cluster', () => {
  let cluster: TestCluster
  beforeAll(async () => {
    cluster = await startRedisCluster()
  })
  afterAll(() => cluster?.stop())

  test('finds queues and Horizon on every master', async () => {
    const client = cluster.client()
    const app = horizonApp(client, { cluster: true, horizon: '{laravel_horizon:}' })
    const names = ['a', 'b', 'c', 'd', 'e', 'mail:high']
    for (const name of names) await app.push(name, JOB)
    await app.master('app-1', 'running')
    await app.succeed('a', await app.reserve('a'))
    const source = laravelQueues({ redis: client })
    const { queues } = await source.read()
    expect(queues.map(({ name, driver }) => [name, driver])).toEqual(names.map((name) => [name, 'laravel-horizon']))
    expect(queues.map(({ metrics }) => metrics.waiting)).toEqual([0, 1, 1, 1, 1, 1])
    await source.close()
    expect(await client.ping()).toBe('PONG')
  })
})

test.each([
  [{ prefix: 5 }, /laravelQueues: option "prefix" takes a text/],
  [{ horizonPrefix: true }, /option "horizonPrefix" takes a text like "laravel_horizon:", or false/],
  [{ horizonPrefix: '' }, /option "horizonPrefix" takes/],
  [{ queues: [] }, /option "queues" takes a list of names/],
  [{ redis: 5 }, /option "redis" takes a URL/],
])('options that make no sense are refused: %j', (changes, message) => {
  expect(() => laravelQueues({ redis: server.url, ...changes } as LaravelQueuesOptions)).toThrow(message)
})

test('says where it is', async () => {
  const source = laravelQueues({ redis: server.url, prefix: 'laravel_database_' })
  expect(source.place).toBe(`127.0.0.1:${server.port}/0 laravel_database_`)
  expect(laravelQueues({ redis: server.url }).place).toBe(`127.0.0.1:${server.port}/0`)
})
