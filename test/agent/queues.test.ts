import { inflateRawSync } from 'node:zlib'
import { CreateQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { QueueReading, QueueSource } from '../../src/ports/index.js'
import { keysOf, parseQueueHistory, parseQueueSnapshot, type QueueEntry } from '../../src/protocol/index.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { laravelQueues } from '../../src/queues/laravel/index.js'
import { redisListQueues } from '../../src/queues/redis-list/index.js'
import { sqsQueues } from '../../src/queues/sqs/index.js'
import { laravelApp, seconds } from '../queues/laravel/app.js'
import { horizonApp } from '../queues/laravel/horizon-app.js'
import { bullmqOf, VERSIONS } from '../support/bullmq-redis.js'
import { BullBench } from '../support/bullmq-system.js'
import { type BuiltAgent, buildAgent, hasGo, type RunningAgent } from '../support/go-agent.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { SQS_SECRET, startSqs } from '../support/sqs.js'

const SERVICE = 'edge'
const NODE = 'edge-1'
const KEYS = keysOf()

if (!hasGo) process.emitWarning('The agent is not tested: there is no go on the PATH.')

describe.skipIf(!hasGo)("the agent reads queues as the package's sources do", () => {
  let agent: BuiltAgent
  let server: TestRedis
  let store: TestRedis
  let redis: Redis
  let reports: Redis
  const ends: (() => Promise<unknown>)[] = []
  beforeAll(async () => {
    agent = await buildAgent()
    server = await startRedis()
    store = await startRedis()
    redis = server.client()
    reports = store.client()
  })
  beforeEach(async () => {
    await redis.flushall()
    await reports.flushall()
  })
  afterEach(async () => {
    for (const end of ends.splice(0)) await end()
  })
  afterAll(async () => {
    await agent?.end()
    await server?.stop()
    await store?.stop()
  })

  async function startAgent(queues: readonly object[], env: NodeJS.ProcessEnv = {}): Promise<RunningAgent> {
    const settings = { redis: store.url, service: SERVICE, hostname: NODE, host: false, interval: 1_000, queues }
    const running = await agent.start(settings, env)
    ends.push(() => running.stop())
    return running
  }

  const reported = async (): Promise<readonly QueueEntry[]> =>
    parseQueueSnapshot(await reports.get(KEYS.queues(SERVICE)))?.queues ?? []

  /** What the package reads, and what the agent has reported of it: equal, but for ages and what the reporter adds. */
  async function expectSame(source: QueueSource, config: object, env: NodeJS.ProcessEnv = {}) {
    ends.push(() => source.close())
    const running = await startAgent([config], env)
    await vi.waitFor(
      async () => {
        const { server: run, queues } = await source.read()
        const mine = queues.map((queue) => comparable({ ...queue, place: queue.place ?? source.place, server: run }))
        const its = (await reported()).map((queue) => comparable(queue))
        expect(its.toSorted(byName), running.output()).toEqual(mine.toSorted(byName))
        expect(mine.length).toBeGreaterThan(0)
      },
      { timeout: 20_000, interval: 200 },
    )
    const { queues } = await source.read()
    for (const queue of await reported()) expectSameAges(queue, queues)
  }

  it.each(VERSIONS)('BullMQ %s', async (version) => {
    const connection = { host: '127.0.0.1', port: server.port }
    const bench = new BullBench({ bullmq: bullmqOf(version), connection, prefix: 'shop' })
    ends.push(() => bench.end())
    const mail = bench.queue('mail')
    const old = { timestamp: Date.now() - 100_000 }
    await mail.add('a', {}, old)
    await mail.add('b', {}, { priority: 3, timestamp: Date.now() - 50_000 })
    await mail.add('later', {}, { delay: 3_600_000 })
    await bench.queue('ended').addBulk([1, 2, 3].map(() => ({ name: 'x', data: {} })))
    await bench.complete('ended')
    await bench.fail('ended', 'no')
    await bench.take('ended')
    const paused = bench.queue('paused')
    await paused.add('a', {}, old)
    await paused.pause()
    await bench.queue('due').add('d', {}, { timestamp: Date.now() - 90_000, delay: 1_000 })
    await bench.queue('due').setGlobalConcurrency(3)
    // A job called "meta" is no queue, and a key of another type costs its queue alone.
    await redis.hset('shop:mail:7:meta', 'name', 'x')
    await bench.queue('broken').waitUntilReady()
    await redis.set('shop:broken:wait', 'no list')
    await expectSame(bullmqQueues({ connection: server.url, prefix: 'shop' }), {
      driver: 'bullmq',
      redis: server.url,
      prefix: 'shop',
    })
  })

  it('BullMQ where the user may run no scripts', async () => {
    const connection = { host: '127.0.0.1', port: server.port }
    const bench = new BullBench({ bullmq: bullmqOf('6'), connection, prefix: 'bull' })
    ends.push(() => bench.end())
    await bench.queue('mail').add('a', {}, { timestamp: Date.now() - 100_000 })
    const rights = ['+ping', '+info', '+exists', '+get', '+llen', '+lrange', '+zcard', '+zcount', '+zrange', '+hmget']
    await redis.call('ACL', 'SETUSER', 'poor', 'on', '>secret', 'resetkeys', '~bull:*', '-@all', ...rights)
    const url = server.url.replace('//', '//poor:secret@')
    await expectSame(bullmqQueues({ connection: url, queues: ['mail'] }), {
      driver: 'bullmq',
      redis: url,
      queues: ['mail'],
    })
  })

  it('Laravel, of two apps in one Redis', async () => {
    const shop = laravelApp(redis, { prefix: 'shop-database-' })
    const blog = laravelApp(redis, { prefix: 'blog_database_', version: 11 })
    const job = { name: 'Mail', data: {} }
    await shop.pushRaw('default', shop.createPayload({ ...job, fields: { createdAt: seconds() - 100 } }))
    await shop.pushRaw('default', shop.createPayload(job))
    await shop.laterRaw('default', seconds() - 60, shop.createPayload(job))
    await shop.pushRaw('a:b', 'no JSON')
    await shop.pop('a:b').catch(() => {})
    await blog.pushRaw('default', blog.createPayload(job))
    await blog.pushRaw('imports', blog.createPayload(job))
    await blog.pop('imports')
    await redis.rpush('shop-database-queues:{odd}', shop.createPayload(job))
    await redis.set('shop-database-queues:wrong:delayed', 'x')
    await redis.rpush('shop-database-queues:wrong', 'x')
    await expectSame(laravelQueues({ redis: server.url }), { driver: 'laravel', redis: server.url })
  })

  it('Horizon', async () => {
    const app = horizonApp(redis, { prefix: 'shop_database_', horizon: 'shop_horizon:' })
    const job = { name: 'Mail', data: {} }
    await app.master('app-1', 'running', seconds() + 60)
    await app.supervisor('app-1:a', { 'redis:default,mails': 3 }, { at: seconds() + 60 })
    await app.supervisor('app-1:b', { 'redis:slow': 2 }, { at: seconds() + 60, status: 'paused' })
    await redis.persist(app.key('master:app-1'))
    for (const queue of ['default', 'mails', 'slow']) await app.push(queue, job)
    await app.push('default', job)
    await app.succeed('mails', await app.reserve('mails'))
    await app.fail('slow', await app.reserve('slow'))
    await app.later('default', seconds() + 3_600, job)
    await expectSame(laravelQueues({ redis: server.url }), { driver: 'horizon', redis: server.url })
  })

  it('lists', async () => {
    await redis.rpush('app:thumbnails', 'a', 'b')
    await redis.set('app:wrong', 'x')
    const queues = ['thumbnails', 'empty', 'wrong']
    await expectSame(redisListQueues({ redis: server.url, prefix: 'app:', queues }), {
      driver: 'redis-list',
      redis: server.url,
      prefix: 'app:',
      queues,
    })
  })

  it('SQS', async () => {
    const sqs = await startSqs()
    ends.push(() => sqs.stop())
    const client = sqs.client()
    const arn = `arn:aws:sqs:${sqs.region}:000000000000:orders-dlq`
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 1 })
    const QueueUrl = `${sqs.endpoint}/000000000000/orders`
    await client.send(new CreateQueueCommand({ QueueName: 'orders-dlq' }))
    await client.send(new CreateQueueCommand({ QueueName: 'orders', Attributes: { RedrivePolicy } }))
    await client.send(new CreateQueueCommand({ QueueName: 'mails.fifo', Attributes: { FifoQueue: 'true' } }))
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }))
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'b', DelaySeconds: 600 }))
    const env = {
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: SQS_SECRET,
      AWS_SESSION_TOKEN: `token-${SQS_SECRET}`,
      AWS_EC2_METADATA_DISABLED: 'true',
    }
    const config = { driver: 'sqs', region: sqs.region, endpoint: sqs.endpoint }
    const queues = ['orders', QueueUrl.replace('orders', 'mails.fifo'), 'gone']
    await expectSame(sqsQueues({ client, region: sqs.region, queues, pollEvery: 1_000 }), { ...config, queues }, env)
    for (const end of ends.splice(1).toReversed()) await end()
    await reports.flushall()
    await expectSame(sqsQueues({ client, region: sqs.region, pollEvery: 1_000 }), config, env)
  })

  it('counts jobs that came and ended, keeps names of drained queues, and records minutes', async () => {
    const bench = new BullBench({
      bullmq: bullmqOf('6'),
      connection: { host: '127.0.0.1', port: server.port },
      prefix: 'bull',
    })
    ends.push(() => bench.end())
    await bench.queue('mail').add('a', {})
    await redis.rpush('laravel_database_queues:default', JSON.stringify({ uuid: 'u', displayName: 'x' }))
    const running = await startAgent([
      { driver: 'bullmq', redis: server.url },
      { driver: 'laravel', redis: server.url },
    ])
    await vi.waitFor(async () => expect(await reported()).toHaveLength(2), { timeout: 10_000 })
    await bench.queue('mail').add('b', {})
    await bench.complete('mail')
    await redis.del('laravel_database_queues:default')
    await vi.waitFor(
      async () => {
        const [mail, drained] = await reported()
        expect(mail?.throughput?.in).toBeGreaterThan(0)
        expect(mail?.throughput?.out).toBeGreaterThan(0)
        expect(drained).toMatchObject({ name: 'default', metrics: { waiting: 0 } })
      },
      { timeout: 10_000 },
    )
    await running.stop()
    expect(await reports.get(KEYS.queuesLease(SERVICE))).toBeNull()
    const [[, fields]] = (await reports.xrange(KEYS.queueHistory(SERVICE), '-', '+')) as [[string, string[]]]
    const [field, value = ''] = fields
    const text = field === 'data' ? value : inflateRawSync(Buffer.from(value, 'base64')).toString()
    const history = parseQueueHistory(text)
    expect(history).toMatchObject({ node: NODE })
    expect(history?.queues.map(({ name }) => name).sort()).toEqual(['default', 'mail'])
  })
})

type Compared = Omit<QueueReading, 'place'> & { readonly place: string | null; readonly server: string | null }

function comparable(queue: QueueEntry | Compared) {
  const { name, driver, place, server, metrics, approximate, paused, workers, error, meta } = queue
  // A reader of snapshots puts both into its own order.
  const lists = { states: queue.states.toSorted(), capabilities: queue.capabilities.toSorted() }
  const ages = { hasOldest: queue.oldestMs !== null, hasOverdue: queue.overdueMs !== null }
  return {
    name,
    driver,
    place,
    server,
    metrics,

    approximate,
    paused,
    workers,

    meta,
    ...lists,
    ...ages,
    ...told(error),
  }
}

/** The texts of the docs to read differ. */
const told = (error: string | null) => ({ error: error?.replace('docs/agent.md', 'docs/queues.md') ?? null })

function byName(one: { name: string; place: string | null }, other: { name: string; place: string | null }): number {
  return `${one.name} ${one.place}` < `${other.name} ${other.place}` ? -1 : 1
}

/** The agent has read a moment before: no more than a slow test lies in between. */
const MOMENT_MS = 30_000

function expectSameAges(entry: QueueEntry, queues: readonly QueueReading[]): void {
  const same = queues.find(({ name, place = entry.place }) => name === entry.name && place === entry.place)
  for (const age of ['oldestMs', 'overdueMs'] as const) {
    const [its, mine] = [entry[age], same?.[age] ?? null]
    if (its === null || mine === null) expect(its).toBe(mine)
    else {
      expect(its).toBeLessThanOrEqual(mine)
      expect(its).toBeGreaterThan(mine - MOMENT_MS)
    }
  }
}
