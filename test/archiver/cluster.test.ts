import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue, Worker } from 'bullmq'
import { expect, test, vi } from 'vitest'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import { Archiver } from '../../src/archiver/archiver.js'
import { monitorWorker } from '../../src/integrations/bullmq/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { maskedReader } from '../../src/zenith/store/masked-reader.js'
import { inlineArchive } from '../support/inline-archive.js'
import { startRedisCluster } from '../support/redis-cluster.js'

const TOKEN = 'a-token-for-the-cluster-test'

test('on a Redis Cluster every job is archived once, with its payload, by one of two Zeniths', async () => {
  const cluster = await startRedisCluster()
  const dir = await mkdtemp(join(tmpdir(), 'quasar-cluster-'))
  const connection = { connection: cluster.client(), prefix: '{bull}' }
  const queue = new Queue('mail', connection)
  const worker = new Worker('mail', async () => 'done', { ...connection, concurrency: 5 })
  const options = { service: 'shop', interval: 1_000, token: TOKEN, archiveJobs: 'payloads' } as const
  const monitored = monitorWorker(worker, { ...options, redis: cluster.client() })
  const archive = inlineArchive(sqliteDriver({ dir }), [TOKEN])
  const stores = [1, 2].map(() => redisStore({ redis: cluster.client() }))
  const archivers = stores.map(
    (store) => new Archiver({ reader: maskedReader(store), store, archive, logger: undefined, every: 200 }),
  )
  for (const archiver of archivers) archiver.start()
  const jobs = Array.from({ length: 200 }, (_, number) => ({ name: 'send', data: { number } }))
  await queue.addBulk(jobs.map((job) => ({ ...job, opts: { removeOnComplete: true } })))
  const numbers = async () => {
    const { items } = await archive.jobs({ from: 0, to: 8e15, conditions: [], limit: 1_000, withPayloads: true })
    return items.map(({ payload }) => JSON.parse(payload?.text ?? '{}').number).sort((a, b) => a - b)
  }
  await vi.waitFor(async () => expect(await numbers()).toEqual(jobs.map(({ data }) => data.number)), {
    timeout: 60_000,
  })
  expect(archivers.map(({ status }) => status.state).sort()).toEqual(['archiving', 'waiting'])
  await monitored.stop()
  await Promise.all(archivers.map((archiver) => archiver.run()))
  expect(await numbers()).toHaveLength(200)

  await Promise.all(archivers.map((archiver) => archiver.close()))
  await archive.close()
  await Promise.all(stores.map((store) => store.close()))
  await worker.close()
  await queue.close()
  await cluster.stop()
  await rm(dir, { recursive: true, force: true })
})
