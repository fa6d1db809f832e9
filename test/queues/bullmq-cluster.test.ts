import type { Cluster } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { JOB_STATES, QUEUE_CAPABILITIES } from '../../src/protocol/index.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { queueSourceConformance } from '../conformance/queue-source.js'
import { the } from '../support/bullmq-redis.js'
import { BullBench, bullSystem } from '../support/bullmq-system.js'
import { requireFrom } from '../support/installed.js'
import type { BullMQ } from '../support/job-hosts.js'
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

function bullmq6(): BullMQ {
  return requireFrom('bullmq6')('bullmq') as BullMQ
}

async function makeSystem() {
  await Promise.all(client.nodes('master').map((node) => node.flushall()))
  const bullmq = bullmq6()
  // Of the source's own, so that nothing that BullMQ adds to it for the test is in the way.
  const source = bullmqQueues({ connection: cluster.client(), prefix: '{bull}', queues: [...QUEUES], bullmq })
  return bullSystem({ bullmq, connection: client, prefix: '{bull}' }, source, QUEUES)
}

test('a queue on a Redis Cluster is changed in the layout of its owner', async () => {
  const { source, end } = await makeSystem()
  const bench = new BullBench({ bullmq: bullmq6(), connection: client, prefix: '{bull}' })
  const mail = bench.queue('mail')
  const failed = await mail.add('send', {})
  await bench.fail('mail', 'Refused')
  const late = await mail.add('send', {}, { delay: 9_999_999, priority: 2 })
  await client.hset('{bull}:mail:meta', 'version', 'bullmq:5.81.5')
  await the(source, 'pause')('mail')
  const added = await the(source, 'add')('mail', {
    name: 'new',
    data: '{}',
    delay: null,
    priority: null,
    attempts: null,
  })
  await the(source, 'retry')('mail', [failed.id ?? ''])
  expect(await the(source, 'promote')('mail', [late.id ?? ''])).toMatchObject([{ ok: true }])
  expect(await client.lrange('{bull}:mail:paused', 0, -1)).toEqual([failed.id, added.id])
  await the(source, 'resume')('mail')
  expect(await client.lrange('{bull}:mail:wait', 0, -1)).toEqual([failed.id, added.id])
  expect(await client.zrange('{bull}:mail:prioritized', '0', '-1')).toEqual([late.id])
  await bench.end()
  await end()
})
