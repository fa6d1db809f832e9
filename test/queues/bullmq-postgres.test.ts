import * as bullmq from 'bullmq'
import { afterAll, beforeAll } from 'vitest'
import { JOB_STATES, QUEUE_CAPABILITIES } from '../../src/protocol/index.js'
import { bullmqQueues } from '../../src/queues/bullmq.js'
import { queueSourceConformance } from '../conformance/queue-source.js'
import { BullBench, bullSystem } from '../support/bullmq-system.js'
import { startPostgres, type TestPostgres } from '../support/postgres.js'

let postgres: TestPostgres
let systems = 0

beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres.stop())

queueSourceConformance('BullMQ on PostgreSQL', makeSystem, {
  capabilities: QUEUE_CAPABILITIES.filter((capability) => capability !== 'flow'),
  counts: JOB_STATES,
  lists: JOB_STATES,
  cleans: ['waiting', 'delayed', 'failed'],
  takesIds: true,
})

/** Queues that no other case has. */
async function makeSystem() {
  systems += 1
  const queues = [`mail-${systems}`, `orders-${systems}`] as const
  const connection = { connectionString: postgres.url, max: 2, migrate: true }
  const queueOf = (name: string) =>
    new bullmq.Queue(name, { connection }, bullmq.createPostgresBackend) as unknown as bullmq.Queue
  const workerOf = (name: string) =>
    new bullmq.Worker(
      name,
      async () => {},
      { connection, autorun: false },
      bullmq.createPostgresBackend,
    ) as unknown as bullmq.Worker
  const backend = { bullmq, connection: {}, prefix: '', queueOf, workerOf }
  const watched = new BullBench(backend)
  const source = bullmqQueues({ queues: queues.map((name) => watched.queue(name)) })
  const system = bullSystem(backend, source, queues)
  return {
    ...system,
    async end() {
      await system.end()
      await watched.end()
    },
  }
}
