import { afterAll, beforeAll, expect } from 'vitest'
import { gravitoStreamQueues } from '../../src/queues/gravito-stream/index.js'
import { queueSourceConformance, type SourcePromise } from '../conformance/queue-source.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { startRedisCluster, type TestCluster } from '../support/redis-cluster.js'
import { gravitoSystem, QUEUES } from './gravito-stream/framework.js'
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

const PROMISE: SourcePromise = {
  capabilities: [
    ...(['list', 'get', 'search', 'retry', 'promote', 'remove', 'pause', 'clean', 'empty', 'add'] as const),
    ...(['duplicate', 'workers', 'schedulers', 'runScheduler', 'saveScheduler', 'removeScheduler'] as const),
  ],
  counts: ['waiting', 'delayed', 'failed'],
  lists: ['waiting', 'delayed', 'failed'],
  cleans: ['failed', 'waiting', 'delayed'],
  takesIds: true,
  pausesSchedulers: true,
  scheduling: { every: false, timezone: false },
  secret: 'top-secret',
}

queueSourceConformance(
  'Gravito Stream, queues that are found',
  async () => {
    const own = await ownRedis()
    const admin = own.client()
    const allow = () => admin.call('acl', 'setuser', 'watcher', 'on', '>top-secret', '~*', '+@all')
    await allow()
    const source = gravitoStreamQueues({ redis: own.url.replace('//', '//watcher:top-secret@') })
    return {
      ...gravitoSystem(admin, source),
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
  'Gravito Stream, queues that are named, by a client with a prefix of its own',
  async () => {
    const admin = server.client()
    await admin.flushall()
    const client = server.client({ keyPrefix: 'shop:' })
    const source = gravitoStreamQueues({ redis: client, queues: QUEUES, prefix: 'jobs[*]:' })
    return {
      ...gravitoSystem(admin, source, 'shop:jobs[*]:'),
      contents: () => redisContents(admin),
      async end() {
        expect(await client.ping()).toBe('PONG')
      },
    }
  },
  PROMISE,
)

queueSourceConformance(
  'Gravito Stream, by a user who may use no scripts, no SCAN and no INFO',
  async () => {
    const admin = server.client()
    await admin.flushall()
    const rights = ['on', '>top-secret', '~queue:*', '+@all', '-@scripting', '-scan', '-keys', '-info']
    await admin.call('acl', 'setuser', 'watcher', 'reset', ...rights)
    const redis = server.url.replace('//', '//watcher:top-secret@')
    return {
      ...gravitoSystem(admin, gravitoStreamQueues({ redis, queues: QUEUES })),
      contents: () => redisContents(admin),
    }
  },
  PROMISE,
)

queueSourceConformance(
  'Gravito Stream on a Cluster',
  async () => {
    const client = cluster.client()
    for (const master of cluster.masters) await master.client().flushall()
    return gravitoSystem(client, gravitoStreamQueues({ redis: client }))
  },
  PROMISE,
)
