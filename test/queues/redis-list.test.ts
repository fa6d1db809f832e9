import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisListQueuesOptions, redisListQueues } from '../../src/queues/redis-list/index.js'
import { type QueueSystem, queueSourceConformance } from '../conformance/queue-source.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { startRedisCluster, type TestCluster } from '../support/redis-cluster.js'
import { ownRedis, redisContents } from './support.js'

let server: TestRedis
let cluster: TestCluster
beforeAll(async () => {
  server = await startRedis()
  cluster = await startRedisCluster()
})
afterAll(async () => {
  await server?.stop()
  await cluster?.stop()
})

type Admin = Pick<Redis, 'rpush' | 'del' | 'set'>
const QUEUES = ['mail', 'invoices:eu 朝'] as const

function listSystem(admin: Admin, source: QueueSystem['source'], prefix = ''): QueueSystem {
  return {
    source,
    queues: QUEUES,
    async wait(queue, jobs) {
      for (const job of jobs) await admin.rpush(prefix + queue, JSON.stringify(job))
      return jobs.map(({ id }) => id)
    },
    async spoil(queue) {
      await admin.del(prefix + queue)
      await admin.set(prefix + queue, 'no list')
    },
    async drain(queue) {
      await admin.del(prefix + queue)
    },
    end: async () => {},
  }
}

const PROMISE = { capabilities: [], counts: ['waiting'], secret: 'top-secret' } as const

queueSourceConformance(
  'Redis lists by URL',
  async () => {
    const own = await ownRedis()
    const admin = own.client()
    const redis = own.url.replace('//', '//watcher:top-secret@')
    const allow = () => admin.call('acl', 'setuser', 'watcher', 'on', '>top-secret', '~*', '+@all')
    await allow()
    const source = redisListQueues({ redis, queues: QUEUES, prefix: 'app:' })
    return {
      ...listSystem(admin, source, 'app:'),
      contents: () => redisContents(admin),
      down: own.down,
      async back() {
        await own.back()
        await allow()
      },
      end: own.end,
    }
  },
  PROMISE,
)

queueSourceConformance(
  'Redis lists by a client with a prefix of its own',
  async () => {
    const admin = server.client()
    await admin.flushall()
    const client = server.client({ keyPrefix: 'shop:' })
    const source = redisListQueues({ redis: client, queues: QUEUES })
    return {
      ...listSystem(admin, source, 'shop:'),
      contents: () => redisContents(admin),
      async end() {
        expect(await client.ping()).toBe('PONG')
      },
    }
  },
  PROMISE,
)

queueSourceConformance(
  'Redis lists of a Cluster',
  async () => {
    const client = cluster.client()
    for (const master of cluster.masters) await master.client().flushall()
    return listSystem(client, redisListQueues({ redis: client, queues: QUEUES }))
  },
  PROMISE,
)

async function made(options: Partial<RedisListQueuesOptions> = {}) {
  const admin = server.client()
  await admin.flushall()
  return { admin, source: redisListQueues({ redis: server.url, queues: ['mail', 'log'], ...options }) }
}

test('says where it is, and which server that is', async () => {
  const { source } = await made({ prefix: 'app:' })
  expect(source.place).toBe(`127.0.0.1:${server.port}/0 app`)
  expect((await source.read()).server).toMatch(/^[0-9a-f]{40}$/)
  const client = new Redis(server.port, '127.0.0.1', { db: 3, lazyConnect: true, keyPrefix: 'shop:' })
  const other = redisListQueues({ redis: client, queues: ['a'], prefix: 'app:' })
  expect(other.place).toBe(`127.0.0.1:${server.port}/3 shop:app`)
  expect(client.status).toBe('wait')
  const ofCluster = redisListQueues({ redis: cluster.client(), queues: ['a'] })
  expect(ofCluster.place).toBe(`Cluster 127.0.0.1:${cluster.masters[0]?.port}`)
  await source.close()
})

test('a user who may not ask which server it is sees the counts', async () => {
  const { admin, source } = await made({ redis: server.url.replace('//', '//counter:secret@') })
  await admin.call('acl', 'setuser', 'counter', 'on', '>secret', '~mail', '+llen')
  await admin.rpush('mail', 'a', 'b')
  const { server: id, queues } = await source.read()
  expect(id).toBeNull()
  expect(queues).toMatchObject([
    { name: 'mail', metrics: { waiting: 2, active: null }, error: null },
    { name: 'log', metrics: { waiting: null }, error: expect.stringMatching(/permission/) },
  ])
  await source.close()
})

test('a list that is named twice is one queue', async () => {
  const { source } = await made({ queues: ['mail', 'mail'] })
  expect((await source.read()).queues.map(({ name }) => name)).toEqual(['mail'])
  await source.close()
})

test.each([
  [{ queues: [] }, /redisListQueues: option "queues" takes a list of names/],
  [{ queues: 'mail' }, /option "queues" takes/],
  [{ queues: ['mail', 7] }, /option "queues" takes/],
  [{ prefix: 5 }, /option "prefix" takes a text/],
  [{ redis: 5 }, /option "redis" takes a URL/],
  [{ redis: 'http://user:top-secret@host' }, /option "redis" takes a URL/],
])('options that make no sense are refused: %j', (changes, message) => {
  const make = () => redisListQueues({ redis: server.url, queues: ['mail'], ...changes } as RedisListQueuesOptions)
  expect(make).toThrow(message)
  expect(make).not.toThrow(/top-secret/)
})
