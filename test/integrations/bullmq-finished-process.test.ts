import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type FinishedJobs, parsePayloads } from '../../src/protocol/index.js'
import { open } from '../../src/signing/seal.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { startProgram } from '../support/program.js'
import { startRedis, type TestRedis } from '../support/redis.js'

const TOKEN = 'a-token-of-the-test'
let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis?.stop())
beforeEach(() => redis.client().flushall())

/** A worker's process. It does three jobs, reports, does two more, and then what it is told. */
function workerProcess(end: string) {
  const source = `import { Queue, Worker } from 'bullmq'
import { startQuasar } from '@gravito/quasar'
import { monitorWorker } from '@gravito/quasar/bullmq'
const options = { service: 'shop', interval: 600_000, archiveJobs: 'payloads', logger: false, signals: true }
const quasar = startQuasar(options)
const connection = { url: process.env.QUASAR_REDIS_URL, maxRetriesPerRequest: null }
const queue = new Queue('mail', { connection })
const worker = new Worker('mail', async () => {}, { connection })
monitorWorker(worker, options)
async function work(count) {
  let left = count
  const done = new Promise((resolve) => worker.on('completed', () => --left === 0 && resolve()))
  for (let n = 0; n < count; n++) await queue.add('welcome', { n })
  await done
}
await work(3)
await quasar.flush()
await work(2)
process.send('worked')
${end}`
  return startProgram(source, { env: { QUASAR_REDIS_URL: redis.url, QUASAR_TOKEN: TOKEN } })
}

async function finished(): Promise<readonly FinishedJobs[]> {
  const store = redisStore({ redis: redis.url, token: TOKEN, requireToken: true })
  const page = await store.finishedJobs?.({ service: 'shop', since: 0 })
  await store.close()
  expect(page?.unreadable).toBe(0)
  return page?.records ?? []
}

const texts = (records: readonly FinishedJobs[]) =>
  records.flatMap(({ payloads }) => {
    const block = payloads && open(payloads.bytes, [TOKEN], payloads.context)
    return (parsePayloads(block ?? '') ?? []).map((payload) => payload?.text)
  })

it.each<[what: string, end: string, signal: NodeJS.Signals | null]>([
  ['by SIGTERM', 'setInterval(() => {}, 1_000)', 'SIGTERM'],
  [
    'by process.exit in a listener on errors',
    "process.on('unhandledRejection', () => process.exit(3)); Promise.reject(new Error('x'))",
    null,
  ],
])('a process that ends %s has written every attempt', async (_, end, signal) => {
  const program = await workerProcess(end)
  await once(program.child, 'message')
  if (signal) program.child.kill(signal)
  await program.ended
  const records = await finished()
  expect(texts(records)).toEqual(['{"n":0}', '{"n":1}', '{"n":2}', '{"n":0}', '{"n":1}'])
  expect(records.map(({ left }) => left)).toEqual(records.map(() => 0))
})

it('a process that is killed loses the attempts of its last interval alone', async () => {
  const program = await workerProcess('setInterval(() => {}, 1_000)')
  await once(program.child, 'message')
  program.child.kill('SIGKILL')
  await program.ended
  expect(texts(await finished())).toEqual(['{"n":0}', '{"n":1}', '{"n":2}'])
})
