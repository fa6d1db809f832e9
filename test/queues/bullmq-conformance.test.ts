import type { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import { JOB_STATES, QUEUE_CAPABILITIES } from '../../src/protocol/index.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { queueSourceConformance, type SourcePromise } from '../conformance/queue-source.js'
import { bullSystem } from '../support/bullmq-system.js'
import { requireFrom } from '../support/installed.js'
import type { BullMQ } from '../support/job-hosts.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { contentsOf } from '../support/redis-contents.js'

const QUEUES = ['mail', 'orders'] as const

const PROMISE: SourcePromise = {
  capabilities: QUEUE_CAPABILITIES,
  counts: JOB_STATES,
  lists: JOB_STATES,
  cleans: ['waiting', 'delayed', 'failed'],
  takesIds: true,
  secret: 'a-secret',
}

let redis: TestRedis
let client: Redis

async function start(port?: number): Promise<void> {
  redis = await startRedis({ args: ['--requirepass', 'a-secret'], ...(port && { port }) })
  client = redis.client({ password: 'a-secret' })
}

beforeAll(() => start())
afterAll(() => redis.stop())

for (const [version, host] of [
  ['6', 'bullmq6'],
  ['5', 'bullmq5'],
] as const) {
  const bullmq = requireFrom(host)('bullmq') as BullMQ
  queueSourceConformance(`BullMQ ${version}`, () => makeSystem(bullmq), PROMISE)
}

async function makeSystem(bullmq: BullMQ) {
  await client.flushall()
  const { port } = redis
  const source = bullmqQueues({
    connection: `redis://:a-secret@127.0.0.1:${port}`,
    queues: [...QUEUES],
    bullmq,
  })
  const backend = {
    bullmq,
    connection: { host: '127.0.0.1', port, password: 'a-secret' },
    prefix: 'bull',
    spoil: async (queue: string) => void (await client.set(`bull:${queue}:wait`, 'no list')),
    contents: () => contentsOf(client),
    down: () => redis.stop(),
    back: () => start(port),
  }
  return bullSystem(backend, source, QUEUES)
}
