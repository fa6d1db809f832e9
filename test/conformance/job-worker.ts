import { errorMonitor } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobsOptions, Queue } from 'bullmq'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Store } from '../../src/ports/index.js'
import { startQuasar } from '../../src/runtime/start-quasar.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import type { BullMQ, Job, JobHost, Processor, RunningWorker, WorkerSetup } from '../support/job-hosts.js'
import { exceptions, type Recorded, recordedBy, slowEntries } from '../support/recorded.js'
import { freePort, startRedis, type TestRedis } from '../support/redis.js'

type Overrides = Partial<Omit<WorkerSetup, 'worker'>> & { worker?: Partial<WorkerSetup['worker']> }

/** A queue, its monitored worker and what Quasar knows of them. */
export interface Bench extends RunningWorker {
  add(name: string, options?: JobsOptions, data?: object): Promise<Job>
  /** Waits until a job has come to rest in this state. */
  reach(job: Job, state: 'completed' | 'failed'): Promise<void>
  /** Closes the worker and reads what was reported. */
  recorded(): Promise<Recorded>
  readonly store: Store
  readonly service: string
  readonly queue: Queue
  /** The queue's. */
  readonly redis: TestRedis
  readonly connection: { readonly host: string; readonly port: number }
}

export interface Benches {
  open(host: JobHost, process: Processor, overrides?: Overrides): Promise<Bench>
}

/** Opens benches on a Redis of their own and clears them away after each test. */
export function useBenches(): Benches {
  const cleanUps: (() => Promise<unknown>)[] = []
  let redis: TestRedis
  let count = 0
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
  })
  afterAll(() => redis.stop())

  return {
    async open(host, process, overrides = {}) {
      const name = `bench-${++count}`
      const connection = { host: '127.0.0.1', port: redis.port }
      const queue: Queue = new host.bullmq.Queue(name, { connection })
      const store = memoryStore()
      cleanUps.push(() => queue.close())
      const running = await host.start({
        queue: name,
        process,
        ...overrides,
        worker: { connection, ...overrides.worker },
        quasar: { service: name, logger: false, ...(overrides.quasar?.redis ? {} : { store }), ...overrides.quasar },
      })
      cleanUps.push(() => running.close())
      return {
        ...running,
        store,
        service: name,
        queue,
        redis,
        connection,
        add: (job, options = {}, data = {}) => queue.add(job, data, options),
        reach: (job, state) =>
          vi.waitFor(async () => expect(await queue.getJobState(job.id ?? '')).toBe(state), { timeout: 15_000 }),
        async recorded() {
          await running.close()
          return recordedBy(store, name)
        },
      }
    },
  }
}

/** What every way to monitor a worker must do; a test says what the app's owner sees. */
export function jobWorkerSuite(name: string, load: () => Promise<JobHost>): void {
  describe(name, () => {
    const benches = useBenches()
    let host: JobHost
    beforeAll(async () => {
      host = await load()
    })
    const open = (process: Processor, overrides?: Overrides) => benches.open(host, process, overrides)

    it('counts a job with its run time', async () => {
      const bench = await open(() => sleep(60))
      await bench.reach(await bench.add('mail'), 'completed')
      const mail = (await bench.recorded()).jobs.get('mail')
      expect(mail).toMatchObject({ count: 1, errors: 0, failed: 0, stalled: 0 })
      expect(mail?.durations.quantile(0.5)).toBeGreaterThan(50)
    })

    it('counts every attempt, and no final failure when one succeeds', async () => {
      const bench = await open(async (job) => {
        if (job.attemptsMade < 2) throw new Error(`attempt ${job.attemptsMade} timed out`)
      })
      await bench.reach(await bench.add('sync', { attempts: 3 }), 'completed')
      const sync = (await bench.recorded()).jobs.get('sync')
      expect(sync).toMatchObject({ count: 3, errors: 2, failed: 0 })
      const reported = await exceptions(bench.store, bench.service)
      expect(reported).toHaveLength(2)
      expect(reported[0]).toMatchObject({ kind: 'job', handled: true, route: 'sync', queue: bench.service })
    })

    it('counts a job that fails for good once as such', async () => {
      const bench = await open(async () => {
        throw new Error('declined')
      })
      await bench.reach(await bench.add('charge', { attempts: 2 }), 'failed')
      const charge = (await bench.recorded()).jobs.get('charge')
      expect(charge).toMatchObject({ count: 2, errors: 2, failed: 1 })
      const handled = (await exceptions(bench.store, bench.service)).map((exception) => exception.handled)
      expect(handled.sort()).toEqual([false, true])
    })

    it('knows that an UnrecoverableError ends a job, and so does a class of its own', async () => {
      class Gone extends host.bullmq.UnrecoverableError {}
      const bench = await open(async (job) => {
        throw job.name === 'gone' ? new Gone('gone') : new host.bullmq.UnrecoverableError('no use')
      })
      await bench.reach(await bench.add('gone', { attempts: 5 }), 'failed')
      await bench.reach(await bench.add('useless', { attempts: 5 }), 'failed')
      const { jobs } = await bench.recorded()
      expect(jobs.get('gone')).toMatchObject({ count: 1, errors: 1, failed: 1 })
      expect(jobs.get('useless')).toMatchObject({ count: 1, errors: 1, failed: 1 })
    })

    it("leaves it to the app's backoff strategy whether a failure is final", async () => {
      const settings = { backoffStrategy: (attempts: number) => (attempts < 2 ? 1 : -1) }
      const bench = await open(() => Promise.reject(new Error('no')), { worker: { settings } })
      await bench.reach(await bench.add('sync', { attempts: 9, backoff: { type: 'own' } }), 'failed')
      expect((await bench.recorded()).jobs.get('sync')).toMatchObject({ count: 2, errors: 2, failed: 1 })
    })

    it('takes no delayed job for a failed one', async () => {
      const bench = await open(async (job, token) => {
        if (job.attemptsStarted > 1) return
        await job.moveToDelayed(Date.now() + 20, token)
        throw new host.bullmq.DelayedError()
      })
      await bench.reach(await bench.add('later'), 'completed')
      const { jobs } = await bench.recorded()
      expect(jobs.get('later')).toMatchObject({ count: 1, errors: 0, failed: 0 })
      // It was the app that let it wait.
      expect(jobs.get('later')?.waits.quantile(0.5)).toBeNull()
      expect(await exceptions(bench.store, bench.service)).toEqual([])
    })

    it('takes no job that was put back for a failed one', async ({ skip }) => {
      skip(!host.bullmq.WaitingError, 'This version can not put a job back')
      const bench = await open(async (job, token) => {
        if (job.attemptsStarted > 1) return
        await job.moveToWait(token)
        throw new host.bullmq.WaitingError()
      })
      await bench.reach(await bench.add('again'), 'completed')
      expect((await bench.recorded()).jobs.get('again')).toMatchObject({ count: 1, errors: 0 })
    })

    it('takes no rate-limited job for a failed one', async () => {
      let isLimited = false
      const bench = await open(
        async () => {
          if (isLimited) return
          isLimited = true
          await bench.worker.rateLimit(20)
          throw host.bullmq.Worker.RateLimitError()
        },
        { worker: { limiter: { max: 1, duration: 20 } } },
      )
      await bench.reach(await bench.add('call'), 'completed')
      expect((await bench.recorded()).jobs.get('call')).toMatchObject({ count: 1, errors: 0, failed: 0 })
    })

    it("takes the app's own RateLimitError for a failure, as BullMQ does", async () => {
      class RateLimitError extends Error {}
      const bench = await open(() => Promise.reject(new RateLimitError('429')))
      await bench.reach(await bench.add('call'), 'failed')
      expect((await bench.recorded()).jobs.get('call')).toMatchObject({ count: 1, errors: 1, failed: 1 })
    })

    it('takes no job that waits for its children for a failed one', async () => {
      const bench = await open(async (job, token) => {
        if (job.name === 'child' || (await job.moveToWaitingChildren(token ?? '')) === false) return
        throw new host.bullmq.WaitingChildrenError()
      })
      const parent = await bench.queue.add('parent', {}, { delay: 50 })
      const parentKey = { id: parent.id ?? '', queue: `bull:${bench.service}` }
      await bench.queue.add('child', {}, { delay: 300, parent: parentKey })
      await bench.reach(parent, 'completed')
      const { jobs } = await bench.recorded()
      expect(jobs.get('parent')).toMatchObject({ count: 1, errors: 0, failed: 0 })
      expect(jobs.get('child')).toMatchObject({ count: 1, errors: 0, failed: 0 })
    })

    it('counts jobs that a worker which died had taken: a stall and a completion each, by their names', async () => {
      const bench = await open(async () => {}, { worker: { stalledInterval: 100, autorun: false } })
      const stuck = await startStuckWorker(host.bullmq, bench, 3)
      const jobs = [await bench.add('import'), await bench.add('import'), await bench.add('export')]
      await stuck.taken
      const running = bench.worker.run()
      for (const job of jobs) await bench.reach(job, 'completed')
      await stuck.close()
      const recorded = await bench.recorded()
      await running
      expect([...recorded.jobs.keys()].sort()).toEqual(['export', 'import'])
      expect(recorded.jobs.get('import')).toMatchObject({ count: 2, errors: 0, failed: 0, stalled: 2 })
      expect(recorded.jobs.get('export')).toMatchObject({ count: 1, errors: 0, failed: 0, stalled: 1 })
      expect(await exceptions(bench.store, bench.service)).toEqual([])
    })

    it('counts the attempt that Redis accepted alone when a handler went on without its lock', async () => {
      const bench = await open(untilTakenAgain(), { worker: LOSES_LOCKS })
      const errors = errorsOf(bench)
      const jobs = [await bench.add('import'), await bench.add('import'), await bench.add('import')]
      for (const job of jobs) await bench.reach(job, 'completed')
      // Versions differ in how often they say so.
      await vi.waitFor(() => expect(refusedJobs(errors).size).toBe(3), 5_000)
      const imported = (await bench.recorded()).jobs.get('import')
      expect(imported).toMatchObject({ count: 3, errors: 0, failed: 0, stalled: 3 })
      expect(imported?.durations.count).toBe(3)
      expect(await exceptions(bench.store, bench.service)).toEqual([])
    })

    it('reports what a handler threw that went on without its lock, and counts no attempt', async () => {
      const fails = () => Promise.reject(new Error('too late'))
      const bench = await open(untilTakenAgain(fails), { worker: LOSES_LOCKS })
      const errors = errorsOf(bench)
      const job = await bench.add('import', { attempts: 3 })
      await bench.reach(job, 'completed')
      await vi.waitFor(() => expect(errors).not.toEqual([]))
      expect((await bench.recorded()).jobs.get('import')).toMatchObject({ count: 1, errors: 0, failed: 0, stalled: 1 })
      expect(await exceptions(bench.store, bench.service)).toMatchObject([{ message: 'too late', handled: true }])
    })

    it('counts no attempt as completed before Redis has accepted it', async () => {
      let isThrough = false
      const bench = await open(async () => {
        bench.redis.pause()
        setTimeout(() => {
          isThrough = true
        })
      })
      const job = await bench.add('mail')
      await vi.waitFor(() => expect(isThrough).toBe(true))
      await sleep(50)
      const quasar = startQuasar({ service: bench.service, store: bench.store, logger: false })
      await quasar.stop()
      const before = await recordedBy(bench.store, bench.service)
      bench.redis.resume()
      expect(before.jobs.size).toBe(0)
      await bench.reach(job, 'completed')
      expect((await bench.recorded()).jobs.get('mail')).toMatchObject({ count: 1, errors: 0 })
    })

    it.each([[false], [true]])(
      'counts a job that BullMQ gave up because it stalled too often, when failed jobs are removed: %s',
      async (removeOnFail) => {
        const worker = { stalledInterval: 100, maxStalledCount: 0, autorun: false }
        const bench = await open(async () => {}, { worker })
        const stuck = await startStuckWorker(host.bullmq, bench)
        const job = await bench.add('import', { removeOnFail })
        await stuck.taken
        const running = bench.worker.run()
        await bench.reach(job, removeOnFail ? ('unknown' as never) : 'failed')
        await vi.waitFor(async () => expect(await exceptions(bench.store, bench.service)).toHaveLength(1), 5_000)
        await stuck.close()
        const { jobs } = await bench.recorded()
        await running
        const all = [...jobs.values()]
        expect(all).toMatchObject([{ count: 1, errors: 1, failed: 1, stalled: 1 }])
        // It was not run.
        expect(all[0]?.durations.count).toBe(0)
      },
    )

    it('keeps a job that is slower than the rule for its name says', async () => {
      const bench = await open(() => sleep(80), { quasar: { slow: { jobs: [[/^reports:/, 60_000], 50] } } })
      await bench.reach(await bench.add('reports:daily'), 'completed')
      const mail = await bench.add('mail')
      await bench.reach(mail, 'completed')
      await bench.recorded()
      const entries = await slowEntries(bench.store, bench.service)
      expect(entries).toHaveLength(1)
      expect(entries[0]).toMatchObject({ kind: 'job', name: 'mail', status: 'completed', thresholdMs: 50 })
      expect(entries[0]?.meta).toMatchObject({ queue: bench.service, jobId: mail.id, attempt: 1 })
    })

    it('counts how long a job waited beyond its delay, before the first attempt only', async () => {
      const bench = await open(
        async ({ name, attemptsMade }) => {
          if (name === 'sync' && attemptsMade === 0) throw new Error('timed out')
        },
        { worker: { autorun: false } },
      )
      const mail = await bench.add('mail')
      const delayed = await bench.add('delayed', { delay: 400 })
      const sync = await bench.add('sync', { attempts: 2, backoff: 300 })
      await sleep(100)
      const running = bench.worker.run()
      for (const job of [mail, delayed, sync]) await bench.reach(job, 'completed')
      const { jobs } = await bench.recorded()
      await running
      const waitOf = async ({ id }: Job, delay = 0) => {
        const { processedOn = 0, timestamp = 0 } = (await bench.queue.getJob(id ?? '')) ?? {}
        return Math.max(0, processedOn - timestamp - delay)
      }
      expect(jobs.get('mail')?.waits.quantile(0.5)).toSatisfy(near(await waitOf(mail)))
      expect(jobs.get('delayed')?.waits.quantile(0.5)).toSatisfy(near(await waitOf(delayed, 400)))
      expect(jobs.get('sync')).toMatchObject({ count: 2, errors: 1 })
      expect(jobs.get('sync')?.waits.count).toBe(1)
      expect(jobs.get('sync')?.waits.quantile(1)).toBeLessThan(await waitOf(sync))
    })

    it('leaves cancellation as it is: a processor of three parameters gets the signal', async ({ skip }) => {
      skip(!host.bullmq.Worker.prototype.cancelJob, 'This version can not cancel')
      let reason: unknown
      const bench = await open(async (_job, _token, signal) => {
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
        reason = signal?.reason
        throw new Error('cancelled')
      })
      const job = await bench.add('long')
      await vi.waitFor(() => expect(bench.worker.cancelJob(job.id ?? '', 'not needed')).toBe(true))
      await bench.reach(job, 'failed')
      expect(String(reason)).toContain('not needed')
      expect((await bench.recorded()).jobs.get('long')).toMatchObject({ count: 1, failed: 1 })
    })

    it("leaves the worker's events as they are", async () => {
      const thrown = new Error('no')
      const bench = await open(async (job) => {
        if (job.name === 'bad') throw thrown
        return { sent: 1 }
      })
      const completed: unknown[] = []
      const failed: unknown[] = []
      bench.worker.on('completed', (_job, result) => completed.push(result))
      bench.worker.on('failed', (_job, error) => failed.push(error))
      await bench.reach(await bench.add('good'), 'completed')
      await bench.reach(await bench.add('bad'), 'failed')
      await bench.close()
      expect(completed).toEqual([{ sent: 1 }])
      expect(failed).toHaveLength(1)
      expect(failed[0]).toBe(thrown)
      expect(bench.worker.eventNames()).not.toContain(errorMonitor)
    })

    it('follows as many jobs at a time as the worker takes', async () => {
      let running = 0
      let most = 0
      const process = async () => {
        most = Math.max(most, ++running)
        await vi.waitFor(() => expect(most).toBe(3))
        running -= 1
      }
      const bench = await open(process, { worker: { concurrency: 3 } })
      for (const job of [await bench.add('one'), await bench.add('one'), await bench.add('one')]) {
        await bench.reach(job, 'completed')
      }
      expect((await bench.recorded()).jobs.get('one')).toMatchObject({ count: 3, errors: 0 })
    })

    it('does the jobs when the Redis of the reports is not there', async () => {
      const redis = `redis://127.0.0.1:${await freePort()}`
      const bench = await open(async () => 'sent', { quasar: { redis, interval: 100 } })
      const job = await bench.add('mail')
      await bench.reach(job, 'completed')
      await bench.close()
      expect((await bench.queue.getJob(job.id ?? ''))?.returnvalue).toBe('sent')
    })

    it('does nothing at all with QUASAR_DISABLED=1', async () => {
      vi.stubEnv('QUASAR_DISABLED', '1')
      onTestFinished(() => void vi.unstubAllEnvs())
      const bench = await open(async () => {})
      await bench.reach(await bench.add('mail'), 'completed')
      expect(Object.keys(Object.getOwnPropertyDescriptors(bench.worker))).not.toContain('callProcessJob')
      expect(bench.worker.listenerCount('stalled')).toBe(0)
      expect((await bench.recorded()).jobs.size).toBe(0)
    })
  })
}

/** A sketch knows a value to 2 %; one below its first bucket counts as 0. */
function near(expected: number) {
  return (value: unknown) => typeof value === 'number' && Math.abs(value - expected) <= Math.max(1, 0.02 * expected)
}

/** A worker that renews no lock, and whose jobs are taken again as soon as the lock is gone. */
const LOSES_LOCKS = {
  lockDuration: 100,
  lockRenewTime: 60_000,
  stalledInterval: 100,
  maxStalledCount: 9,
  concurrency: 9,
}

/** A processor whose first attempt at a job ends only when the second one has. */
function untilTakenAgain(end: () => Promise<void> = async () => {}): Processor {
  const first = new Map<string, () => void>()
  return async ({ id = '' }) => {
    const release = first.get(id)
    if (release) return void setTimeout(release, 200)
    await new Promise<void>((resolve) => first.set(id, resolve))
    return end()
  }
}

/** What the worker says of itself. */
function errorsOf({ worker }: Bench): string[] {
  const texts: string[] = []
  worker.on('error', ({ message }) => texts.push(message))
  return texts
}

/** The ids of jobs that BullMQ could not end. */
function refusedJobs(errors: readonly string[]): Set<string | undefined> {
  return new Set(
    errors.filter((text) => text.includes('moveToFinished')).map((text) => /job (\S+?)\.? /.exec(text)?.[1]),
  )
}

/** A worker of another process that took jobs, lost their locks and never came back. */
async function startStuckWorker(bullmq: BullMQ, { service, connection }: Bench, jobs = 1) {
  let taken = 0
  let takeLast = () => {}
  const allTaken = new Promise<void>((resolve) => {
    takeLast = resolve
  })
  const worker = new bullmq.Worker(
    service,
    () => {
      taken += 1
      if (taken === jobs) takeLast()
      return new Promise(() => {})
    },
    { connection, lockDuration: 50, lockRenewTime: 60_000, skipStalledCheck: true, concurrency: jobs },
  )
  await worker.waitUntilReady()
  return { taken: allTaken, close: () => worker.close(true) }
}
