import { spawn } from 'node:child_process'
import { type EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type MonitoredWorker, monitorWorker } from '../../src/integrations/bullmq/index.js'
import type { Store } from '../../src/ports/index.js'
import { startQuasar } from '../../src/runtime/start-quasar.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { type Bench, useBenches } from '../conformance/job-worker.js'
import { folderOf } from '../support/installed.js'
import { type JobHost, plainHost } from '../support/job-hosts.js'
import { packInto } from '../support/pack.js'
import { exceptions, recordedBy } from '../support/recorded.js'
import { startRedis } from '../support/redis.js'

describe.each(['bullmq512', 'bullmq5', 'bullmq6'])('monitorWorker on %s', (hostName) => {
  const benches = useBenches()
  const host = plainHost(hostName)
  const { bullmq } = host
  /** Leaves the monitoring to the test. */
  const unmonitored: JobHost = {
    bullmq,
    async start({ queue, process, worker: options }) {
      const worker = new bullmq.Worker(queue, process, options)
      await worker.waitUntilReady()
      return { worker, close: () => worker.close() }
    },
  }
  const sandboxed = (file: string): JobHost => ({
    bullmq,
    async start({ queue, worker: options, quasar }) {
      const worker = new bullmq.Worker(queue, file, options)
      monitorWorker(worker, quasar)
      return { worker, close: () => worker.close() }
    },
  })
  const monitor = ({ worker, service, store }: Bench): MonitoredWorker =>
    monitorWorker(worker, { service, store, logger: false })
  /** Until the worker knows, too: in Redis the job is completed a moment before, and who stops then does not count it. */
  const doMail = async (bench: Bench) => {
    const worker: EventEmitter = bench.worker as never
    // First: after a listener that throws no other is called.
    const told = new Promise((resolve) => worker.prependOnceListener('completed', resolve))
    await bench.reach(await bench.add('mail'), 'completed')
    await told
  }
  const mails = async (bench: Bench) => (await recordedBy(bench.store, bench.service)).jobs.get('mail')?.count

  it('counts a job once when the worker is monitored twice, until both are stopped', async () => {
    const bench = await benches.open(unmonitored, async () => {})
    const first = monitor(bench)
    const second = monitor(bench)
    await doMail(bench)
    await first.stop()
    expect(await mails(bench)).toBe(1)
    await doMail(bench)
    await second.stop()
    expect(await mails(bench)).toBe(2)
    await doMail(bench)
    await bench.close()
    expect(await mails(bench)).toBe(2)
  })

  it('reports to two services when it is asked to', async () => {
    const bench = await benches.open(unmonitored, async () => {})
    const other = memoryStore()
    monitor(bench)
    monitorWorker(bench.worker, { service: 'other', store: other, logger: false })
    await doMail(bench)
    await bench.close()
    expect(await mails(bench)).toBe(1)
    expect((await recordedBy(other, 'other')).jobs.get('mail')?.count).toBe(1)
  })

  it('can be stopped, which leaves the worker as it was, and started again', async () => {
    const bench = await benches.open(unmonitored, async () => {})
    const before = fingerprint(bench)
    const first = monitor(bench)
    await doMail(bench)
    expect(fingerprint(bench)).not.toEqual(before)
    await Promise.all([first.stop(), first.stop()])
    expect(fingerprint(bench)).toEqual(before)
    await doMail(bench)
    expect(await mails(bench)).toBe(1)
    monitor(bench)
    await doMail(bench)
    await bench.close()
    expect(await mails(bench)).toBe(2)
  })

  it('leaves what somebody else wraps around it in place', async () => {
    const bench = await benches.open(unmonitored, async () => {})
    // Records on when the worker is no longer monitored.
    const quasar = startQuasar({ service: bench.service, store: bench.store, logger: false })
    const monitored = monitor(bench)
    const worker = bench.worker as unknown as { callProcessJob(...args: unknown[]): unknown }
    const ours = worker.callProcessJob
    let calls = 0
    worker.callProcessJob = (...args) => {
      calls += 1
      return ours(...args)
    }
    await monitored.stop()
    await doMail(bench)
    await quasar.stop()
    expect(calls).toBe(1)
    expect(await mails(bench)).toBeUndefined()
  })

  it('gives a processor of two parameters no signal, as ever', async () => {
    let signal: unknown = 'not called'
    function process(_job: unknown, _token: unknown) {
      // biome-ignore lint/complexity/noArguments: a third parameter would ask BullMQ for a signal
      signal = arguments[2]
      return Promise.resolve()
    }
    const bench = await benches.open(host, process)
    await doMail(bench)
    expect(signal).toBeUndefined()
  })

  it('follows sandboxed processors', async () => {
    const file = processorFile(`module.exports = async (job, token) => {
      if (job.name === 'bad') throw new Error('sandboxed failure')
      if (job.name !== 'later' || job.attemptsStarted > 1) return
      await job.moveToDelayed(Date.now() + 20, token)
      const error = new Error('moved')
      error.name = 'DelayedError'
      throw error
    }`)
    const bench = await benches.open(sandboxed(file), async () => {})
    await doMail(bench)
    await bench.reach(await bench.add('bad'), 'failed')
    await bench.reach(await bench.add('later'), 'completed')
    const { jobs } = await bench.recorded()
    expect(jobs.get('mail')).toMatchObject({ count: 1, errors: 0 })
    expect(jobs.get('bad')).toMatchObject({ count: 1, errors: 1, failed: 1 })
    expect(jobs.get('later')).toMatchObject({ count: 1, errors: 0 })
    const messages = (await exceptions(bench.store, bench.service)).map(({ message }) => message)
    expect(messages).toEqual(['sandboxed failure'])
  })

  it('counts what Redis accepted of sandboxed processors that lost their locks', async () => {
    const file = processorFile(`module.exports = async (job) => {
      if (job.attemptsStarted === 1) await new Promise((resolve) => setTimeout(resolve, 1_500))
    }`)
    const worker = {
      lockDuration: 100,
      lockRenewTime: 60_000,
      stalledInterval: 200,
      maxStalledCount: 9,
      concurrency: 4,
    }
    const bench = await benches.open(sandboxed(file), async () => {}, { worker })
    const errors: string[] = []
    bench.worker.on('error', ({ message }) => errors.push(message))
    await doMail(bench)
    await vi.waitFor(() => expect(errors.some((text) => text.includes('moveToFinished'))).toBe(true), 10_000)
    const { count, errors: failed, stalled } = (await bench.recorded()).jobs.get('mail') ?? {}
    // How often it stalled depends on how long its process took to start.
    expect({ count, failed, hasStalled: Number(stalled) > 0 }).toEqual({ count: 1, failed: 0, hasStalled: true })
  })

  it('counts what succeeded when a listener of the app throws', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => log.mockRestore())
    const bench = await benches.open(unmonitored, async () => {})
    bench.worker.on('completed', () => {
      throw new Error("the app's")
    })
    monitor(bench)
    await doMail(bench)
    await bench.close()
    expect(await mails(bench)).toBe(1)
  })

  it('waits for promises of another kind, and starts no lazy one twice', async () => {
    let started = 0
    const lazy = (fails: boolean) => ({
      // biome-ignore lint/suspicious/noThenProperty: a promise of another kind is what this is about
      then(resolve: () => void, reject: (error: Error) => void) {
        started += 1
        setTimeout(() => (fails ? reject(new Error('no')) : resolve()), 60)
      },
    })
    const bench = await benches.open(host, (job) => lazy(job.name === 'bad') as Promise<void>)
    await doMail(bench)
    await bench.reach(await bench.add('bad'), 'failed')
    const { jobs } = await bench.recorded()
    expect(started).toBe(2)
    expect(jobs.get('mail')).toMatchObject({ count: 1, errors: 0 })
    expect(jobs.get('mail')?.durations.quantile(0.5)).toBeGreaterThan(50)
    expect(jobs.get('bad')).toMatchObject({ count: 1, errors: 1, failed: 1 })
  })

  it('counts once a job whose result makes it fail after all', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => log.mockRestore())
    const bench = await benches.open(host, async () => 10n)
    await bench.reach(await bench.add('mail'), 'failed')
    expect((await bench.recorded()).jobs.get('mail')).toMatchObject({ count: 1, errors: 1, failed: 1 })
  })

  it('does not count what still runs when the monitoring is stopped, and does it', async () => {
    let finish = () => {}
    const bench = await benches.open(unmonitored, () => new Promise<void>((resolve) => (finish = resolve)))
    const quasar = startQuasar({ service: bench.service, store: bench.store, logger: false })
    const monitored = monitor(bench)
    const job = await bench.add('mail')
    await vi.waitFor(async () => expect(await job.getState()).toBe('active'))
    await monitored.stop()
    finish()
    await bench.reach(job, 'completed')
    await quasar.stop()
    expect(await mails(bench)).toBeUndefined()
  })

  it('counts what throws or returns at once', async () => {
    const bench = await benches.open(host, ((job: { name: string }) => {
      if (job.name === 'bad') throw 'a text'
    }) as never)
    await doMail(bench)
    await bench.add('bad')
    await vi.waitFor(async () => expect((await exceptions(bench.store, bench.service)).length).toBe(1))
    expect((await bench.recorded()).jobs.get('bad')).toMatchObject({ count: 1, errors: 1, failed: 1 })
  })

  it('goes by the events of a worker that has no method for single attempts', async () => {
    const other = plainHost(hostName, ['callProcessJob'])
    const bench = await benches.open(other, async (job) => {
      if (job.name === 'bad') throw new Error('no')
    })
    await doMail(bench)
    await bench.reach(await bench.add('bad', { attempts: 2 }), 'failed')
    const { jobs } = await bench.recorded()
    expect(jobs.get('mail')).toMatchObject({ count: 1, errors: 0 })
    expect(jobs.get('bad')).toMatchObject({ count: 2, errors: 2, failed: 1 })
  })

  it("does not silence BullMQ's log of the worker's own errors, nor report them as a job's", async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => log.mockRestore())
    const bench = await benches.open(host, async () => {})
    const error = new Error('lost the connection')
    bench.worker.emit('error', error)
    expect(log.mock.calls.flat()).toContain(error)
    await bench.close()
    expect(await exceptions(bench.store, bench.service)).toEqual([])
  })

  it('reports the last job before close() is over, and the node as gone', async () => {
    const store = memoryStore()
    const write: Store['write'] = async (batch) => {
      await sleep(100)
      return store.write(batch)
    }
    const bench = await benches.open(host, async () => {}, { quasar: { interval: 60_000, store: { ...store, write } } })
    await doMail(bench)
    await bench.worker.close()
    expect((await recordedBy(store, bench.service)).jobs.get('mail')?.count).toBe(1)
    expect((await store.nodes()).nodes).toEqual([])
  })

  it('closes the worker before a last report that hangs is given up', async () => {
    const bench = await benches.open(unmonitored, async () => {})
    const store = { ...bench.store, write: () => new Promise<never>(() => {}) }
    const monitored = monitorWorker(bench.worker, { service: bench.service, store, logger: false })
    await doMail(bench)
    await bench.worker.close()
    const first = Promise.race([monitored.stop().then(() => 'given up'), sleep(0, 'closed')])
    expect(await first).toBe('closed')
  })

  it("does not take the time that the queue's Redis needs for that of the job", async () => {
    const bench = await benches.open(host, (({ name }: { name: string }) => {
      bench.redis.pause()
      setTimeout(() => bench.redis.resume(), 1_500)
      if (name === 'thrown') throw new Error('at once')
      return name === 'rejected' ? Promise.reject(new Error('later')) : Promise.resolve()
    }) as never)
    for (const name of ['thrown', 'rejected', 'done']) {
      await bench.reach(await bench.add(name), name === 'done' ? 'completed' : 'failed')
    }
    const { jobs } = await bench.recorded()
    expect(jobs.get('thrown')).toMatchObject({ count: 1, errors: 1, failed: 1 })
    expect(jobs.get('rejected')).toMatchObject({ count: 1, errors: 1, failed: 1 })
    for (const { durations } of jobs.values()) expect(durations.quantile(1)).toBeLessThan(1_200)
  })
})

describe.each(['bullmq5', 'bullmq6'])('a process with a worker of %s', (host) => {
  let redis: Awaited<ReturnType<typeof startRedis>>
  beforeAll(async () => {
    await packInto(host)
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  it.each(['', 'process.exit(0)'])('ends after worker.close() %s and has reported everything', async (ending) => {
    const service = `process-${ending.length}-${host}`
    const { code, output } = await runInHost(
      host,
      `
      const { Worker, Queue } = require('bullmq')
      const { monitorWorker } = require('@gravito/quasar/bullmq')
      const connection = { host: '127.0.0.1', port: ${redis.port} }
      const queue = new Queue('${service}', { connection })
      const worker = new Worker('${service}', async () => {}, { connection })
      monitorWorker(worker)
      worker.on('completed', async () => {
        await queue.close()
        await worker.close()
        ${ending}
      })
      void queue.add('mail', {})
      `,
      { QUASAR_SERVICE: service, QUASAR_REDIS_URL: redis.url, QUASAR_INTERVAL: '60000' },
    )
    expect(output).toBe('')
    expect(code).toBe(0)
    const store = redisStore({ redis: redis.url })
    onTestFinished(() => store.close())
    expect((await recordedBy(store, service)).jobs.get('mail')?.count).toBe(1)
    expect((await store.nodes()).nodes.filter((node) => node.service === service)).toEqual([])
  })

  it('does its jobs and ends with code 0 when the Redis of the reports hangs', async () => {
    const reports = await startRedis()
    onTestFinished(() => reports.stop())
    reports.pause()
    const { code, output } = await runInHost(
      host,
      `
      const { Worker, Queue } = require('bullmq')
      const { monitorWorker } = require('@gravito/quasar/bullmq')
      const connection = { host: '127.0.0.1', port: ${redis.port} }
      const queue = new Queue('hanging-${host}', { connection })
      const worker = new Worker('hanging-${host}', async () => {}, { connection })
      monitorWorker(worker, { logger: false, interval: 100 })
      worker.on('completed', async () => {
        process.stdout.write('done')
        await queue.close()
        await worker.close()
      })
      void queue.add('mail', {})
      `,
      { QUASAR_REDIS_URL: reports.url },
    )
    reports.resume()
    expect({ code, output }).toEqual({ code: 0, output: 'done' })
  })
})

/** What monitoring puts on a worker. */
function fingerprint({ worker }: Bench) {
  const events = worker.eventNames().map((event) => [String(event), worker.listenerCount(event as 'error')])
  return {
    own: Object.getOwnPropertyNames(worker).filter((name) =>
      ['callProcessJob', 'handleCompleted', 'handleFailed', 'close'].includes(name),
    ),
    events,
  }
}

function processorFile(code: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'quasar-processor-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'processor.cjs'), code)
  return join(folder, 'processor.cjs')
}

/** Runs a CommonJS program as a host's own. */
async function runInHost(host: string, code: string, env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ['--input-type=commonjs', '-e', code], {
    cwd: folderOf(host),
    env: { ...process.env, NODE_ENV: 'test', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const [exitCode] = (await once(child, 'exit')) as [number | null]
  return { code: exitCode, output }
}
