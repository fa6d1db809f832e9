import type { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import { laravelQueues } from '../../src/queues/laravel/index.js'
import { type QueueSystem, queueSourceConformance } from '../conformance/queue-source.js'
import { startRedisCluster, type TestCluster } from '../support/redis-cluster.js'
import { laravelApp, uuidOf } from './laravel/app.js'
import { horizonApp } from './laravel/horizon-app.js'
import { exceptionText } from './laravel/php.js'
import { ownRedis, redisContents } from './support.js'

let cluster: TestCluster
beforeAll(async () => {
  cluster = await startRedisCluster()
})
afterAll(() => cluster?.stop())

const QUEUES = ['mail', 'invoices:eu 朝'] as const
const HELD = ['waiting', 'delayed', 'active'] as const
const secondsOf = (time: number) => Math.floor(time / 1_000)
/** Whole seconds are all that Laravel knows: jobs for the same one are in the order of their texts. */
let delayed = 0
const dueAt = (time: number) => secondsOf(time) + delayed++

function keysOf(admin: Pick<Redis, 'del' | 'set'>, keyOf: (queue: string) => string) {
  return {
    async spoil(queue: string) {
      await admin.del(keyOf(queue))
      await admin.set(keyOf(queue), 'no list')
    },
    async drain(queue: string) {
      await admin.del(keyOf(queue))
    },
  }
}

function plainSystem(admin: Redis, source: QueueSystem['source'], prefix: string): QueueSystem {
  const app = laravelApp(admin, { prefix })
  const push = async (queue: string, job: Parameters<typeof app.createPayload>[0], dueAt?: number) => {
    const payload = app.createPayload(job)
    if (dueAt === undefined) await app.pushRaw(queue, payload)
    else await app.laterRaw(queue, dueAt, payload)
    return uuidOf(payload)
  }
  return {
    source,
    queues: QUEUES,
    wait: (queue, jobs) => inTurn(jobs, (job) => push(queue, job)),
    delay: (queue, jobs, runAt) => inTurn(jobs, (job) => push(queue, job, dueAt(runAt))),
    async activate(queue, job) {
      await push(queue, job)
      return uuidOf((await app.pop(queue, 'r')) ?? '{}')
    },
    async age(queue, ms) {
      await push(queue, { name: 'old', data: null, fields: { createdAt: secondsOf(Date.now() - ms) } })
    },
    async overdue(queue, ms) {
      await push(queue, { name: 'due', data: null }, secondsOf(Date.now() - ms))
    },
    ...keysOf(admin, app.keyOf),
    contents: () => redisContents(admin),
    end: async () => {},
  }
}

async function inTurn<T, R>(items: readonly T[], use: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await use(item))
  return results
}

queueSourceConformance(
  'Laravel without Horizon',
  async () => {
    const own = await ownRedis()
    const admin = own.client()
    const redis = own.url.replace('//', '//watcher:top-secret@')
    const allow = () => admin.call('acl', 'setuser', 'watcher', 'on', '>top-secret', '~*', '+@all')
    await allow()
    const prefix = 'shop-database-'
    const source = laravelQueues({ redis, prefix, queues: QUEUES, horizonPrefix: false })
    return {
      ...plainSystem(admin, source, prefix),
      down: own.down,
      async back() {
        await own.back()
        await allow()
      },
      end: own.end,
    }
  },
  { capabilities: ['list', 'get', 'search'], counts: HELD, lists: HELD, secret: 'top-secret' },
)

const HORIZON_PROMISE = {
  capabilities: ['list', 'get', 'search', 'retry', 'remove', 'workers'],
  counts: [...HELD, 'failed'],
  lists: [...HELD, 'failed', 'completed'],
  removes: ['failed'],
  keepsRetried: true,
} as const

function horizonSystem(app: ReturnType<typeof horizonApp>, source: QueueSystem['source']): Omit<QueueSystem, 'drain'> {
  return {
    source,
    queues: QUEUES,
    wait: (queue, jobs) => inTurn(jobs, (job) => app.push(queue, job)),
    delay: (queue, jobs, runAt) => inTurn(jobs, (job) => app.later(queue, dueAt(runAt), job)),
    fail: (queue, jobs, message) =>
      inTurn(jobs, async (job) => {
        const id = await app.push(queue, job)
        await app.fail(queue, await app.reserve(queue, 'r'), exceptionText(message))
        return id
      }),
    async activate(queue, job) {
      const id = await app.push(queue, job)
      await app.reserve(queue, 'r')
      return id
    },
    async age(queue, ms) {
      await app.push(queue, { name: 'old', data: null, fields: { pushedAt: String((Date.now() - ms) / 1_000) } })
    },
    async overdue(queue, ms) {
      await app.later(queue, secondsOf(Date.now() - ms), { name: 'due', data: null })
    },
    end: async () => {},
  }
}

queueSourceConformance(
  'Laravel with Horizon',
  async () => {
    const own = await ownRedis()
    const admin = own.client()
    const app = horizonApp(admin)
    const options = { prefix: 'laravel_database_', horizonPrefix: 'laravel_horizon:', queues: QUEUES }
    return {
      ...horizonSystem(app, laravelQueues({ redis: admin, ...options })),
      ...keysOf(admin, app.keyOf),
      contents: () => redisContents(admin),
      end: own.end,
    }
  },
  HORIZON_PROMISE,
)

queueSourceConformance(
  'Laravel with Horizon on a Cluster',
  async () => {
    const client = cluster.client()
    for (const master of cluster.masters) await master.client().flushall()
    const app = horizonApp(client, { cluster: true, horizon: '{laravel_horizon:}' })
    const options = { prefix: 'laravel_database_', horizonPrefix: 'laravel_horizon:', queues: QUEUES }
    return {
      ...horizonSystem(app, laravelQueues({ redis: client, ...options })),
      ...keysOf(client, app.keyOf),
    }
  },
  HORIZON_PROMISE,
)
