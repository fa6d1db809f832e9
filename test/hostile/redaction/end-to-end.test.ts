import { Queue, Worker } from 'bullmq'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import type { QueueView } from '../../../src/api/queues.js'
import { monitorWorker } from '../../../src/integrations/bullmq/index.js'
import type { Logger } from '../../../src/ports/index.js'
import { JOB_STATES, type JobListing } from '../../../src/protocol/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import { startQuasar } from '../../../src/runtime/start-quasar.js'
import { redisContents } from '../../queues/support.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { openZenith, seen } from '../../zenith/support/zenith.js'
import { runs } from '../support/fuzz.js'
import { anyPlanted, leaksOf, type Planted } from '../support/secrets.js'

/** The app's jobs are in a Redis of their own: what Quasar writes, and what Zenith answers, is looked at whole. */
let jobs: TestRedis
let reports: TestRedis
beforeAll(async () => {
  jobs = await startRedis()
  reports = await startRedis()
})
afterAll(() => Promise.all([jobs?.stop(), reports?.stop()]))

const lines: string[] = []
const say = (line: string) => void lines.push(line)
const logger: Logger = { info: say, warn: say, error: say }

/** Secrets as they come: none is a part of another, and none is written twice. */
const samples = (count: number): Planted[] =>
  fc.sample(anyPlanted, { ...runs(count), numRuns: count }).filter(({ secret }) => secret.length > 9)

function expectNone(planted: readonly Planted[], text: string): void {
  for (const { secret, text: written } of planted) expect(leaksOf(secret, text), written).toEqual([])
}

it('what is planted in names, data, results, errors and stacks of jobs is neither in Redis nor in an answer of Zenith', async () => {
  const planted = samples(60)
  const connection = { port: jobs.port }
  const queue = new Queue('mail', { connection })
  const worker = new Worker(
    'mail',
    async ({ data }) => {
      const { text, fails } = data as { text: string; fails: boolean }
      if (!fails) return { said: text }
      const error = new Error(text, { cause: new Error(`because of ${text}`) })
      throw Object.assign(error, { name: `Error of ${text}`, stack: `${text}\n    at ${text} (file.js:1:1)` })
    },
    { connection },
  )
  const monitor = monitorWorker(worker, {
    service: 'shop',
    redis: reports.url,
    interval: 100,
    logger,
    slow: 1,
  })
  const names = planted.map(({ text }) => text)
  await queue.addBulk(
    planted.flatMap(({ text }, index) =>
      [false, true].map((fails) => ({
        name: `send ${text}`,
        data: { text, fails },
        opts: { jobId: `job-${index}-${fails}` },
      })),
    ),
  )
  await vi.waitFor(async () => {
    const { completed, failed } = await queue.getJobCounts('completed', 'failed')
    expect([completed, failed]).toEqual([names.length, names.length])
  })
  const source = bullmqQueues({ connection: jobs.url })
  const zenith = openZenith({ redis: reports.url, queues: [source], auth: () => 'admin', payloads: 'viewer', logger })
  const { key } = await seen(zenith, ({ queues, exceptions }) => {
    expect(exceptions.length).toBeGreaterThan(0)
    expect(queues[0]?.metrics.failed).toBe(names.length)
    return queues[0] as QueueView
  })
  expectNone(planted, JSON.stringify(await redisContents(reports.client())))
  const base = `/api/queues/${encodeURIComponent(key)}`
  const ask = async (path: string) => {
    const answer = await zenith.fetch(new Request(`http://localhost${path}`))
    const text = await answer.text()
    expect(answer.status, `${path} ${text.slice(0, 100)}`).toBe(200)
    expectNone(planted, text)
    return text
  }
  for (const path of ['/api/overview', '/api/errors', '/api/slow', '/api/services/shop', '/metrics', '/api/failures'])
    await ask(path)
  for (const state of JOB_STATES.filter((one) => one === 'completed' || one === 'failed')) {
    const { jobs: listed } = JSON.parse(await ask(`${base}/jobs?state=${state}`)) as JobListing
    expect(listed.length).toBeGreaterThan(10)
    for (const { id } of listed) await ask(`${base}/jobs/${encodeURIComponent(id)}?full=true`)
  }
  expectNone(planted, lines.join('\n'))
  await monitor.stop()
  await worker.close()
  await queue.close()
  await source.close()
})

it('what is planted in an error of what the app gave to Quasar is not in the log', async () => {
  const planted = samples(30)
  for (const { text } of planted) {
    const fail = () => {
      throw new Error(text)
    }
    const quasar = startQuasar({ service: text, redis: false, interval: 100, meta: fail, ready: fail, logger })
    onTestFinished(() => quasar.stop())
    await quasar.flush()
    await quasar.stop()
  }
  expect(lines.filter((line) => line.includes("can't be had"))).not.toEqual([])
  expectNone(planted, lines.join('\n'))
})
