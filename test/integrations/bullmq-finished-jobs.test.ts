import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { FinishedBatches, MAX_WAITING_JOBS } from '../../src/core/jobs/finished-batches.js'
import { monitorWorker } from '../../src/integrations/bullmq/index.js'
import type { FinishedJob, FinishedJobs } from '../../src/protocol/index.js'
import { parsePayloads, queueKeyOf } from '../../src/protocol/index.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { open } from '../../src/signing/seal.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { type Bench, useBenches } from '../conformance/job-worker.js'
import { extent } from '../support/extent.js'
import { plainHost } from '../support/job-hosts.js'
import { loadNestJobs, nestHost } from '../support/nest-jobs.js'
import { startRedis, type TestRedis } from '../support/redis.js'

const TOKEN = 'a-token-of-the-test'
let reports: TestRedis
beforeAll(async () => {
  reports = await startRedis()
})
// Services of the same name begin anew.
beforeEach(() => reports.client().flushall())
afterAll(() => reports?.stop())

/** What a service's nodes recorded. */
async function finishedBy(service: string, url = reports.url): Promise<readonly FinishedJobs[]> {
  const store = redisStore({ redis: url })
  const { records, unreadable } = (await store.finishedJobs?.({ service, since: 0 })) ?? { records: [], unreadable: 1 }
  await store.close()
  expect(unreadable).toBe(0)
  return records
}

const jobsOf = async (bench: Bench): Promise<FinishedJob[]> => {
  await bench.close()
  return (await finishedBy(bench.service)).flatMap(({ jobs }) => jobs)
}

function payloadsOf(records: readonly FinishedJobs[], tokens: readonly string[]): (string | null)[] {
  return records.flatMap(({ jobs, payloads }) => {
    const block = payloads && open(payloads.bytes, tokens, payloads.context)
    const read = block === null ? null : parsePayloads(block)
    return jobs.map(({ payload }) => (payload === null ? null : (read?.[payload]?.text ?? null)))
  })
}

describe.each(extent(['bullmq512', 'bullmq5', 'bullmq6'], (name) => name === 'bullmq6'))(
  'finished jobs on %s',
  (hostName) => {
    const benches = useBenches()
    const host = plainHost(hostName)
    const archiving = (quasar: object = {}) => ({
      quasar: { redis: reports.url, archiveJobs: 'jobs' as const, interval: 600_000, ...quasar },
    })

    it('has a job with its queue, its times and its outcome, as a source of the queue sees it', async () => {
      const bench = await benches.open(host, () => sleep(20), archiving())
      const job = await bench.add('mail', {}, { to: 'ada' })
      await bench.reach(job, 'completed')
      const source = bullmqQueues({ queues: [bench.queue] })
      const seen = await source.job?.(bench.service, job.id ?? '')
      const { server } = await source.read()
      await bench.close()
      const [record, ...others] = await finishedBy(bench.service)
      expect(others).toEqual([])
      expect(record?.queues).toEqual([{ name: bench.service, driver: 'bullmq', place: source.place, server }])
      const [queue] = record?.queues ?? []
      expect(queue && queueKeyOf(queue)).toBe(
        queueKeyOf({ driver: source.driver, place: source.place, name: bench.service }),
      )
      await source.close()
      expect(record).toMatchObject({ left: 0, payloads: null })
      expect(record?.jobs).toEqual([
        {
          queue: 0,
          id: job.id,
          name: 'mail',
          outcome: 'completed',
          attempt: 1,
          addedAt: seen?.addedAt,
          startedAt: seen?.startedAt,
          finishedAt: seen?.finishedAt,
          waitMs: expect.any(Number),
          runMs: expect.any(Number),
          error: null,
          payload: null,
        },
      ])
    })

    it('has every attempt with its number, and the last one as failed', async () => {
      const fail = async () => {
        throw new Error('declined by https://bank.example/?token=s3cretToken123')
      }
      const bench = await benches.open(host, fail, archiving())
      await bench.reach(await bench.add('charge', { attempts: 3 }), 'failed')
      const jobs = await jobsOf(bench)
      expect(jobs.map(({ outcome, attempt }) => [outcome, attempt])).toEqual([
        ['retried', 1],
        ['retried', 2],
        ['failed', 3],
      ])
      expect(jobs.every(({ error }) => error?.includes('declined') && !error.includes('s3cretToken123'))).toBe(true)
      expect(jobs.map(({ waitMs }) => waitMs === null)).toEqual([false, true, true])
    })

    it('has both runs of an id that is used again', async () => {
      const bench = await benches.open(host, async () => {}, archiving())
      for (let run = 0; run < 2; run++) {
        await bench.reach(await bench.add('sync', { jobId: 'nightly' }), 'completed')
        await bench.queue.remove('nightly')
        await sleep(2)
      }
      const jobs = await jobsOf(bench)
      expect(jobs.map(({ id }) => id)).toEqual(['nightly', 'nightly'])
      expect(jobs[0]?.startedAt).toBeLessThan(jobs[1]?.startedAt ?? 0)
    })

    it('has neither a delayed attempt nor one that waits for children, but its end and theirs', async () => {
      const bench = await benches.open(
        host,
        async (job, token) => {
          if (job.name !== 'parent' || job.data.isSecond) return
          await job.updateData({ isSecond: true })
          await bench.queue.add('child', {}, { parent: { id: job.id ?? '', queue: job.queueQualifiedName } })
          if (await job.moveToWaitingChildren(token ?? '')) throw new host.bullmq.WaitingChildrenError()
        },
        archiving(),
      )
      await bench.reach(await bench.add('parent'), 'completed')
      const jobs = await jobsOf(bench)
      expect(jobs.map(({ name, outcome }) => [name, outcome])).toEqual([
        ['child', 'completed'],
        ['parent', 'completed'],
      ])
    })

    it('has a job that stalled and was given up as failed', async () => {
      const bench = await benches.open(host, async () => {}, {
        ...archiving(),
        worker: { stalledInterval: 50, maxStalledCount: 0, autorun: false },
      })
      const job = await bench.add('lost', {}, {})
      const dead = new host.bullmq.Worker(bench.service, null, { connection: bench.connection, lockDuration: 10 })
      const taken = await dead.getNextJob('dead')
      expect(taken?.id).toBe(job.id)
      await dead.close()
      await sleep(30)
      void bench.worker.run()
      await bench.reach(job, 'failed')
      await vi.waitFor(async () => {
        await sleep(20)
        expect(await bench.queue.getJobState(job.id ?? '')).toBe('failed')
      })
      const [one, ...others] = await jobsOf(bench)
      expect(others).toEqual([])
      expect(one).toMatchObject({ id: job.id, name: 'lost', outcome: 'failed', runMs: null })
      expect(one?.error).toContain('stalled')
    })

    it('seals payloads as the queue stores them, so that only the token opens them', async () => {
      const bench = await benches.open(host, async () => {}, archiving({ archiveJobs: 'payloads', token: TOKEN }))
      const long = 'x'.repeat(100_000)
      await bench.reach(await bench.add('mail', {}, { password: 'planted-s3cret', to: "o'neil" }), 'completed')
      await bench.reach(await bench.add('mail', {}, { long }), 'completed')
      await bench.close()
      const records = await finishedBy(bench.service)
      const [first, second] = payloadsOf(records, ['another-token-of-the-test', TOKEN])
      expect(first).toBe('{"password":"planted-s3cret","to":"o\'neil"}')
      expect(second).toHaveLength(65_536)
      expect(payloadsOf(records, ['another-token-of-the-test'])).toEqual([null, null])
      const entries = await reports.client().xrangeBuffer(`gravito:quasar:jobs:${bench.service}`, '-', '+')
      const bytes = Buffer.concat(entries.flatMap(([, fields]) => fields))
      const base64 = entries.flatMap(([, fields]) => fields.map((field) => Buffer.from(field.toString(), 'base64')))
      for (const text of [bytes, ...base64].map((one) => one.toString('latin1')))
        expect(text).not.toContain('planted-s3cret')
    })

    it('has the exact text of a payload, and what its processor makes of it does not matter', async () => {
      const change = async (job: { data: Record<string, unknown> }) => {
        job.data.changed = true
      }
      const bench = await benches.open(host, change, archiving({ archiveJobs: 'payloads', token: TOKEN }))
      const worker = bench.worker
      await worker.pause()
      const job = await bench.add('exact', {}, { id: 1 })
      await bench.redis.client().hset(`bull:${bench.service}:${job.id}`, 'data', '{"id": 9007199254740993, "id": 2}')
      worker.resume()
      await bench.reach(job, 'completed')
      await bench.close()
      expect(payloadsOf(await finishedBy(bench.service), [TOKEN])).toEqual(['{"id": 9007199254740993, "id": 2}'])
    })

    it('writes no payloads without a token, and says so once', async () => {
      const lines: string[] = []
      const say = (line: string) => void lines.push(line)
      const logger = { info: say, warn: say, error: say }
      const bench = await benches.open(host, async () => {}, archiving({ archiveJobs: 'payloads', logger }))
      await bench.reach(await bench.add('mail', {}, { a: 1 }), 'completed')
      const store = redisStore({ redis: reports.url })
      const setup = await vi.waitFor(async () => {
        const node = (await store.nodes()).nodes.find(({ service }) => service === bench.service)
        expect(node?.heartbeat?.setup).toBeTruthy()
        return node?.heartbeat?.setup
      })
      await store.close()
      expect(setup).toEqual(['no-payload-token'])
      await bench.close()
      expect(lines.filter((line) => line.includes('QUASAR_TOKEN'))).toHaveLength(1)
      expect(await finishedBy(bench.service)).toMatchObject([{ payloads: null, jobs: [{ payload: null }] }])
    })

    it('is off by default', async () => {
      const bench = await benches.open(host, async () => {}, archiving({ archiveJobs: undefined }))
      await bench.reach(await bench.add('mail'), 'completed')
      await bench.close()
      expect(await reports.client().exists(`gravito:quasar:jobs:${bench.service}`)).toBe(0)
    })

    it('has thousands of jobs that are removed at once, whole or with the number of those left out', async () => {
      const bench = await benches.open(host, async () => {}, {
        ...archiving({ interval: 300 }),
        worker: { concurrency: 100, autorun: false, removeOnComplete: { count: 0 } },
      })
      const jobs = 20_000
      for (let added = 0; added < jobs; added += 2_000)
        await bench.queue.addBulk(Array.from({ length: 2_000 }, (_, i) => ({ name: 'mail', data: { n: added + i } })))
      let done = 0
      const all = new Promise<void>((resolve) => bench.worker.on('completed', () => ++done === jobs && resolve()))
      void bench.worker.run()
      await all
      await bench.close()
      const records = await finishedBy(bench.service)
      const ids = new Set(records.flatMap((record) => record.jobs.map(({ id }) => id)))
      const left = records.reduce((sum, record) => sum + record.left, 0)
      expect(ids.size + left).toBe(jobs)
      expect(left).toBe(0)
    })

    it('loses nothing while Redis is away for a while', async () => {
      const away = await startRedis()
      onTestFinished(() => away.stop())
      const bench = await benches.open(host, async () => {}, archiving({ redis: away.url, interval: 200 }))
      await bench.reach(await bench.add('before'), 'completed')
      await vi.waitFor(async () => expect(await finishedBy(bench.service, away.url)).not.toEqual([]))
      away.pause()
      for (const name of ['one', 'two', 'three']) await bench.reach(await bench.add(name), 'completed')
      await sleep(1_000)
      away.resume()
      await bench.reach(await bench.add('after'), 'completed')
      const names = async () =>
        (await finishedBy(bench.service, away.url)).flatMap(({ jobs }) => jobs.map(({ name }) => name))
      await vi.waitFor(async () => expect(await names()).toEqual(['before', 'one', 'two', 'three', 'after']))
    })

    it('records a job once when its worker is monitored twice', async () => {
      const bench = await benches.open(host, async () => {}, archiving())
      monitorWorker(bench.worker, { service: bench.service, redis: reports.url, logger: false })
      await bench.reach(await bench.add('mail'), 'completed')
      expect(await jobsOf(bench)).toHaveLength(1)
    })
  },
)

describe('finished jobs', () => {
  const nested = useBenches()

  it("has the jobs of Nest's processors, and those of sandboxed ones", async () => {
    const nest = nestHost(await loadNestJobs('bullmq6'))
    const quasar = { redis: reports.url, archiveJobs: 'jobs' as const, interval: 600_000 }
    const bench = await nested.open(nest, async () => {}, { quasar })
    await bench.reach(await bench.add('mail'), 'completed')
    expect(await jobsOf(bench)).toMatchObject([{ name: 'mail', outcome: 'completed', attempt: 1 }])
    const { bullmq } = plainHost('bullmq6')
    const folder = mkdtempSync(join(tmpdir(), 'quasar-processor-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const file = join(folder, 'processor.cjs')
    writeFileSync(file, "module.exports = async () => { throw new Error('in a child') }")
    const sandboxed = await nested.open(
      {
        bullmq,
        async start({ queue, worker: options, quasar: given }) {
          const worker = new bullmq.Worker(queue, file, options)
          monitorWorker(worker, given)
          return { worker, close: () => worker.close() }
        },
      },
      async () => {},
      { quasar },
    )
    await sandboxed.reach(await sandboxed.add('child'), 'failed')
    expect(await jobsOf(sandboxed)).toMatchObject([{ name: 'child', outcome: 'failed', error: 'in a child' }])
  })
})

it('drops the oldest attempts when too many wait, and tells how many with the next ones', () => {
  let dropped = 0
  const batches = new FinishedBatches((jobs) => {
    dropped += jobs
  })
  const queue = { name: 'mail', driver: 'bullmq', place: null, server: null } as const
  const facts = { name: 'mail', outcome: 'completed', attempt: 1, addedAt: 1, startedAt: 2, finishedAt: 3 } as const
  const more = { waitMs: 0, runMs: 1, error: null, payload: null }
  const count = 2 * MAX_WAITING_JOBS + 7
  for (let id = 0; id < count; id++) batches.add({ queue, id: `${id}`, ...facts, ...more })
  batches.close()
  let told = 0
  let left = 0
  for (let batch = batches.take(); batch; batch = batches.take()) {
    told += batch.attempts.length
    left += batch.left
  }
  // What was dropped last is told of by the batch after.
  batches.close()
  left += batches.take()?.left ?? 0
  expect(told).toBeLessThanOrEqual(MAX_WAITING_JOBS)
  expect(told + left).toBe(count)
  expect(dropped).toBe(left)
})
