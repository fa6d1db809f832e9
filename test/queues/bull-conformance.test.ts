import type { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import { bullQueues } from '../../src/queues/bull/index.js'
import { queueSourceConformance } from '../conformance/queue-source.js'
import { bullSystem } from '../support/bull-system.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { contentsOf } from '../support/redis-contents.js'

const QUEUES = ['mail', 'orders'] as const
const STATES = ['waiting', 'active', 'delayed', 'completed', 'failed'] as const

let redis: TestRedis
let client: Redis

async function start(port?: number): Promise<void> {
  redis = await startRedis({ args: ['--requirepass', 'a-secret'], ...(port && { port }) })
  client = redis.client({ password: 'a-secret' })
}

beforeAll(() => start())
afterAll(() => redis.stop())

async function makeSystem() {
  await client.flushall()
  const { port } = redis
  const source = bullQueues({ redis: `redis://:a-secret@127.0.0.1:${port}`, queues: [...QUEUES] })
  const backend = {
    redis: { host: '127.0.0.1', port, password: 'a-secret' },
    spoil: async (queue: string) => void (await client.set(`bull:${queue}:wait`, 'no list')),
    contents: () => contentsOf(client),
    down: () => redis.stop(),
    back: () => start(port),
  }
  return bullSystem(backend, source, QUEUES)
}

queueSourceConformance('Bull 4', makeSystem, {
  capabilities: [
    'list',
    'get',
    'search',
    'logs',
    'retry',
    'promote',
    'remove',
    'pause',
    'clean',
    'empty',
    'add',
    'duplicate',
    'workers',
    'schedulers',
    'runScheduler',
    'removeScheduler',
  ],
  counts: STATES,
  lists: STATES,
  cleans: ['waiting', 'delayed', 'failed'],
  takesIds: true,
  secret: 'a-secret',
})
