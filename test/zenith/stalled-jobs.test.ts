import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ServiceDetail } from '../../src/api/services.js'
import { monitorWorker } from '../../src/integrations/bullmq/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { extent } from '../support/extent.js'
import { requireFrom } from '../support/installed.js'
import type { BullMQ } from '../support/job-hosts.js'
import { startProgram } from '../support/program.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { askApi } from './support/api.js'
import { parseMetrics } from './support/prometheus.js'
import { openZenith, seen, serviceOf } from './support/zenith.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

/** Takes three jobs, says so, and never ends one. */
const program = (host: string, service: string, port: number) => `
  import { createRequire } from 'node:module'
  import { monitorWorker } from '@gravito/quasar/bullmq'
  const { Worker } = createRequire(${JSON.stringify(requireFrom(host).resolve('bullmq'))})('bullmq')
  let taken = 0
  const hang = () => new Promise(() => {
    taken += 1
    if (taken === 3) process.send('taken')
  })
  const connection = { host: '127.0.0.1', port: ${port} }
  monitorWorker(new Worker('${service}', hang, { connection, concurrency: 3, lockDuration: 500, stalledInterval: 200 }), { service: '${service}' })
`

describe.each(extent(['bullmq512', 'bullmq5', 'bullmq6'], (host) => host !== 'bullmq5'))(
  'jobs of %s whose worker is killed',
  (host) => {
    const bullmq: BullMQ = requireFrom(host)('bullmq')

    /** Three jobs that a killed process had taken, and a worker of the same service that gets them next. */
    async function loseJobs(service: string, options: { attempts?: number; maxStalledCount?: number }) {
      const connection = { host: '127.0.0.1', port: redis.port }
      const store = redisStore({ redis: redis.url })
      const queue = new bullmq.Queue(service, { connection })
      const { child } = await startProgram(program(host, service, redis.port), { env: { QUASAR_REDIS_URL: redis.url } })
      onTestFinished(() => void child.kill('SIGKILL'))
      const taken = once(child, 'message')
      await queue.addBulk(['import', 'import', 'export'].map((name) => ({ name, data: {} })))
      await taken
      child.kill('SIGKILL')
      const { maxStalledCount = 1 } = options
      const worker = new bullmq.Worker(service, async () => {}, { connection, stalledInterval: 200, maxStalledCount })
      monitorWorker(worker, { service, store, logger: false, interval: 100 })
      const zenith = openZenith({ store })
      onTestFinished(async () => {
        await worker.close()
        await queue.close()
        await store.close()
      })
      return { zenith, queue }
    }

    /** Of one service: those of the other tests are in the same Redis. */
    async function countersOf(zenith: Awaited<ReturnType<typeof loseJobs>>['zenith'], service: string, name: string) {
      const response = await zenith.fetch(new Request('http://localhost/metrics'))
      const samples = (await parseMetrics(await response.text())).flatMap((family) => family.samples)
      const own = samples.filter((sample) => sample.name === name && sample.labels.service === service)
      return Object.fromEntries(own.map(({ labels, value }) => [labels.job_name, value]))
    }

    it('are a stall and a completion each, in the API, the metrics and the health', async () => {
      const service = `killed-${host}`
      const { zenith, queue } = await loseJobs(service, {})
      await vi.waitFor(async () => expect(await queue.getCompletedCount()).toBe(3), 15_000)
      const { jobSeries, health } = await seen(zenith, (overview) => {
        const view = serviceOf(overview, service)
        expect(view.jobSeries.reduce((sum, { count }) => sum + count, 0)).toBe(3)
        return view
      })
      const figures = jobSeries.map(({ key, queue, count, errors, failed, stalled }) => {
        return { key, queue, count, errors, failed, stalled }
      })
      expect(figures).toEqual([
        { key: 'import', queue: service, count: 2, errors: 0, failed: 0, stalled: 2 },
        { key: 'export', queue: service, count: 1, errors: 0, failed: 0, stalled: 1 },
      ])
      const reason = { text: 'jobs stalled 3 times in the last five minutes', cost: 10 }
      expect(health.reasons).toContainEqual(reason)
      const { body } = await askApi<ServiceDetail>(zenith, `/api/services/${service}?period=15m`)
      expect(body.jobSeries.map(({ stalled }) => stalled)).toEqual([2, 1])
      expect(await countersOf(zenith, service, 'quasar_job_attempts_total')).toEqual({ import: 2, export: 1 })
      expect(await countersOf(zenith, service, 'quasar_job_stalled_total')).toEqual({ import: 2, export: 1 })
      expect(await countersOf(zenith, service, 'quasar_job_failed_total')).toEqual({ import: 0, export: 0 })
    })

    it('are stalls and failures when they stalled too often', async () => {
      const service = `given-up-${host}`
      const { zenith, queue } = await loseJobs(service, { maxStalledCount: 0 })
      await vi.waitFor(async () => expect(await queue.getFailedCount()).toBe(3), 15_000)
      await seen(zenith, (overview) => {
        expect(serviceOf(overview, service).jobSeries).toMatchObject([
          { key: 'import', count: 2, errors: 2, failed: 2, stalled: 2, p50: null },
          { key: 'export', count: 1, errors: 1, failed: 1, stalled: 1, p50: null },
        ])
      })
      expect(await countersOf(zenith, service, 'quasar_job_failed_total')).toEqual({ import: 2, export: 1 })
    })
  },
)
