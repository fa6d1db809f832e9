import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import 'reflect-metadata'
import { isQuasarError, Monitored, SlowJob, startQuasar } from '../../src/index.js'
import { leaseRecorder } from '../../src/runtime/start-quasar.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { useBenches } from '../conformance/job-worker.js'
import { plainHost } from '../support/job-hosts.js'
import { exceptions, recordedBy, slowEntries } from '../support/recorded.js'
import * as legacy from './fixtures/decorated.js'

type Fixture = typeof legacy

const folder = mkdtempSync(join(tmpdir(), 'quasar-decorators-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The fixture as a compiler makes it that knows standard decorators only. */
async function compileStandard(): Promise<Fixture> {
  const source = join(process.cwd(), 'test/core/fixtures/decorated.ts')
  // Types are erased; without the import there is nothing to look up.
  writeFileSync(
    join(folder, 'decorated.ts'),
    readFileSync(source, 'utf8').replace(/^import type.*$/m, 'type MethodDecorator = any'),
  )
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  const compilerOptions = { target: 'es2022', module: 'nodenext', experimentalDecorators: false, types: [] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['decorated.ts'] }))
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', folder], { stdio: 'inherit' })
  return import(pathToFileURL(join(folder, 'decorated.js')).href)
}

let fixture: Fixture
let Reports: ReturnType<Fixture['declare']>

describe.each([
  ['legacy', 3, async () => legacy],
  ['standard', 2, compileStandard],
] as const)('decorators of the %s kind', (kind, argumentCount, load) => {
  const benches = useBenches()
  beforeAll(async () => {
    fixture = await load()
    fixture.calls.length = 0
    Reports = fixture.declare(Monitored, SlowJob)
  })

  let count = 0
  /** Runs something with a recorder, and gives what it recorded. */
  async function record(run: () => unknown) {
    const store = memoryStore()
    const service = `decorators-${kind}-${++count}`
    const quasar = startQuasar({ service, store, logger: false })
    try {
      await run()
    } finally {
      await quasar.stop()
    }
    const { jobs } = await recordedBy(store, service)
    return { jobs, slow: await slowEntries(store, service), errors: await exceptions(store, service) }
  }

  it('are what this part tries', () => {
    expect(fixture.calls).toEqual([argumentCount])
  })

  it('pass everything through where nothing records', async () => {
    const reports = new Reports()
    expect(await reports.daily({ id: '7' }, 'ann')).toBe('7 to ann')
    expect(reports.sent).toEqual(['ann'])
    expect(reports.weekly({})).toBe('at once')
    const error = new Error('no')
    await expect(reports.failing({}, error)).rejects.toBe(error)
    expect(() => reports.throwing({}, error)).toThrow(error)
    expect(await Reports.all({})).toBe('Reports')
  })

  it('count a call under the name that is given, or that of the method', async () => {
    const { jobs } = await record(async () => {
      const reports = new Reports()
      expect(await reports.daily({ id: '7' }, 'ann')).toBe('7 to ann')
      expect(await reports.daily({ id: '8' }, 'ben')).toBe('8 to ben')
      expect(reports.sent).toEqual(['ann', 'ben'])
      expect(reports.weekly({})).toBe('at once')
      expect(await Reports.all({})).toBe('Reports')
    })
    expect(jobs.get('reports:daily')).toMatchObject({ count: 2, errors: 0 })
    expect(jobs.get('weekly')).toMatchObject({ count: 1, errors: 0 })
    expect(jobs.get('reports:static')).toMatchObject({ count: 1, errors: 0 })
    expect(jobs.size).toBe(3)
  })

  it('count failures, and let the same error through', async () => {
    const error = new Error('no')
    const text = 'a text'
    const { jobs, errors } = await record(async () => {
      await expect(new Reports().failing({}, error)).rejects.toBe(error)
      expect(() => new Reports().throwing({}, text)).toThrow(text)
    })
    expect(jobs.get('reports:failing')).toMatchObject({ count: 1, errors: 1, failed: 1 })
    expect(jobs.get('throwing')).toMatchObject({ count: 1, errors: 1, failed: 1 })
    expect(errors.map((exception) => exception.route).sort()).toEqual(['reports:failing', 'throwing'])
  })

  it('make a job slow from their threshold on', async () => {
    const { jobs, slow } = await record(async () => {
      await new Reports().tuned({}, 250)
      await new Reports().tuned({}, 0)
    })
    expect(jobs.get('tuned')).toMatchObject({ count: 2 })
    // The second one is slow as well where the machine held it for so long.
    expect(slow.map(({ name, thresholdMs }) => [name, thresholdMs])).toContainEqual(['tuned', 200])
    for (const { durationMs } of slow) expect(durationMs).toBeGreaterThanOrEqual(200)
  })

  it.each(['both', 'swapped'] as const)('count a call once when there are two: %s', async (method) => {
    const { jobs, slow } = await record(() => new Reports()[method]({}, 30))
    expect([...jobs.keys()]).toEqual([`reports:${method}`])
    expect(jobs.get(`reports:${method}`)).toMatchObject({ count: 1 })
    expect(slow).toMatchObject([{ name: `reports:${method}`, thresholdMs: 20 }])
  })

  it('find the recorder that follows a job, when there are several', async () => {
    const stores = [memoryStore(), memoryStore()] as const
    const options = { interval: 3_600_000, logger: false } as const
    const leases = stores.map((store, index) => leaseRecorder({ ...options, service: `svc-${index}`, store }))
    const job = { id: '1' }
    const trace = leases[1]?.recorder.jobs
      .openWorker()
      .begin({ name: 'raw', queue: 'q', id: '1', attempt: 1, waitMs: null }, job)
    await new Reports().daily(job, 'ann')
    trace?.complete()
    await Promise.all(leases.map((lease) => lease.release()))
    expect((await recordedBy(stores[0], 'svc-0')).jobs.size).toBe(0)
    expect([...(await recordedBy(stores[1], 'svc-1')).jobs.keys()]).toEqual(['reports:daily'])
  })

  it('keep the name and the length, by which frameworks go', () => {
    expect(Reports.prototype.daily.name).toBe('daily')
    expect(Reports.prototype.daily).toHaveLength(2)
    expect(Reports.prototype.both.name).toBe('both')
    expect(Reports.prototype.weekly).toHaveLength(1)
  })

  describe('on a monitored worker', () => {
    const host = plainHost('bullmq6')

    it('count a job once, by their name and threshold', async () => {
      const reports = new Reports()
      const bench = await benches.open(host, (job) => reports.both(job, 30))
      const job = await bench.add('daily')
      await bench.reach(job, 'completed')
      const { jobs } = await bench.recorded()
      expect([...jobs.keys()]).toEqual(['reports:both'])
      expect(jobs.get('reports:both')).toMatchObject({ count: 1, errors: 0 })
      expect(jobs.get('reports:both')?.waits.count).toBe(1)
      const slow = await slowEntries(bench.store, bench.service)
      expect(slow).toMatchObject([{ name: 'reports:both', thresholdMs: 20, meta: { jobId: job.id } }])
    })

    it('leave it to the worker which failure is final', async () => {
      const reports = new Reports()
      const bench = await benches.open(host, (job) => reports.failing(job, new Error('no')))
      await bench.reach(await bench.add('daily', { attempts: 2 }), 'failed')
      const { jobs } = await bench.recorded()
      expect(jobs.get('reports:failing')).toMatchObject({ count: 2, errors: 2, failed: 1 })
    })
  })
})

describe('decorators', () => {
  it('keep the metadata that others have put on a method', () => {
    const method = function send() {}
    Reflect.defineMetadata('event', 'completed', method)
    const descriptor = { value: method, configurable: true, writable: true }
    Monitored('x')({}, 'send', descriptor)
    expect(descriptor.value).not.toBe(method)
    expect(Reflect.getMetadata('event', descriptor.value)).toBe('completed')
  })

  it.each([Number.NaN, -1, '50' as never])('refuse a threshold of %s', (threshold) => {
    expect(() => SlowJob(threshold)).toThrow(expect.toSatisfy(isQuasarError))
  })
})
