import type { Cluster } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import { JOB_STATES, QUEUE_CAPABILITIES } from '../../src/protocol/index.js'
import { bullmqQueues } from '../../src/queues/bullmq.js'
import { queueSourceConformance } from '../conformance/queue-source.js'
import { bullSystem } from '../support/bullmq-system.js'
import { type BullMQ, requireFrom } from '../support/job-hosts.js'
import { startRedisCluster, type TestCluster } from '../support/redis-cluster.js'

const QUEUES = ['mail', 'orders'] as const

let cluster: TestCluster
let client: Cluster

beforeAll(async () => {
  cluster = await startRedisCluster()
  client = cluster.client()
})
afterAll(() => cluster.stop())

queueSourceConformance('BullMQ on a Redis Cluster', makeSystem, {
  capabilities: QUEUE_CAPABILITIES,
  counts: JOB_STATES,
  lists: JOB_STATES,
  cleans: ['waiting', 'delayed', 'failed'],
  takesIds: true,
})

async function makeSystem() {
  await Promise.all(client.nodes('master').map((node) => node.flushall()))
  const bullmq = requireFrom('bullmq6')('bullmq') as BullMQ
  // Of the source's own, so that nothing that BullMQ adds to it for the test is in the way.
  const source = bullmqQueues({ connection: cluster.client(), prefix: '{bull}', queues: [...QUEUES], bullmq })
  return bullSystem({ bullmq, connection: client, prefix: '{bull}' }, source, QUEUES)
}
