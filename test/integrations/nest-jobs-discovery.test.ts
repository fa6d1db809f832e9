import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { INestApplicationContext, Type } from '@nestjs/common'
import type { Worker } from 'bullmq'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Store } from '../../src/ports/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { extent } from '../support/extent.js'
import { folderOf } from '../support/installed.js'
import type { Processor } from '../support/job-hosts.js'
import { loadNestJobs, type NestJobs, processorClass, queueModules, startApp } from '../support/nest-jobs.js'
import { recordedBy, slowEntries } from '../support/recorded.js'
import { startRedis, type TestRedis } from '../support/redis.js'

let redis: TestRedis
let count = 0
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

const HOSTS = [
  ['10', 'bullmq5-nest10'],
  ['11', 'bullmq5'],
  ['12', 'bullmq6'],
] as const

describe.each(extent(HOSTS, ([version]) => version !== '11'))('the jobs of Nest %s', (_version, host) => {
  let nest: NestJobs
  beforeAll(async () => {
    nest = await loadNestJobs(host)
  })

  const newQueue = (process: Processor = async () => {}) => ({
    queue: `nest-${++count}`,
    process,
    worker: { connection: { host: '127.0.0.1', port: redis.port } },
  })
  type Setup = ReturnType<typeof newQueue>

  /** Adds a job and waits until it is done. */
  async function doJob(app: Pick<INestApplicationContext, 'get'>, { queue }: Setup, name = 'mail') {
    const bull = app.get<import('bullmq').Queue>(nest.nestBullmq.getQueueToken(queue), { strict: false })
    const job = await bull.add(name, {})
    await vi.waitFor(async () => expect(await bull.getJobState(job.id ?? '')).toBe('completed'), { timeout: 10_000 })
  }

  const quasarModule = (store: Store, service: string) =>
    nest.quasar.QuasarModule.forRoot({ service, store, logger: false, interval: 60_000, slow: 60_000 })

  const countOf = async (store: Store, service: string, name = 'mail') =>
    (await recordedBy(store, service)).jobs.get(name)?.count

  function featureModule(setup: Setup, providers: Type[]) {
    class FeatureModule {}
    nest.common.Module({ imports: queueModules(nest, setup), providers })(FeatureModule)
    return FeatureModule
  }

  it.each(['before', 'after'])(
    'are all reported when the app has closed, with Quasar imported %s them',
    async (place) => {
      const setup = newQueue()
      const store = memoryStore()
      const feature = featureModule(setup, [processorClass(nest, setup)])
      const quasar = quasarModule(store, setup.queue)
      const app = await startApp(nest, { imports: place === 'before' ? [quasar, feature] : [feature, quasar] })
      await doJob(app, setup)
      const [node] = (await waitForNodes(store)).nodes
      expect(node?.heartbeat?.runtime.framework).toBe('nest, bullmq')
      await app.close()
      expect(await countOf(store, setup.queue)).toBe(1)
      expect((await store.nodes()).nodes).toEqual([])
    },
  )

  it('are reported once with two forRoot() and with several queues', async () => {
    const one = newQueue()
    const two = newQueue()
    const store = memoryStore()
    const app = await startApp(nest, {
      imports: [
        quasarModule(store, one.queue),
        quasarModule(store, one.queue),
        ...queueModules(nest, one),
        ...queueModules(nest, two),
      ],
      providers: [processorClass(nest, one), processorClass(nest, two)],
    })
    await doJob(app, one)
    await doJob(app, two, 'report')
    await app.close()
    expect(await countOf(store, one.queue)).toBe(1)
    expect(await countOf(store, one.queue, 'report')).toBe(1)
  })

  it('are found in request-scoped processors and in those that a factory or a value gives', async () => {
    const [scoped, made, given] = [newQueue(), newQueue(), newQueue()]
    const store = memoryStore()
    const Scoped = processorClass(nest, scoped)
    nest.common.Injectable({ scope: nest.common.Scope.REQUEST })(Scoped)
    const Made = processorClass(nest, made)
    const Given = processorClass(nest, given)
    const app = await startApp(nest, {
      imports: [quasarModule(store, scoped.queue), ...[scoped, made, given].flatMap((one) => queueModules(nest, one))],
      providers: [
        Scoped,
        { provide: 'made', useFactory: () => new Made() },
        { provide: 'given', useValue: new Given() },
      ],
    })
    await doJob(app, scoped, 'scoped')
    await doJob(app, made, 'made')
    await doJob(app, given, 'given')
    await app.close()
    for (const name of ['scoped', 'made', 'given']) expect(await countOf(store, scoped.queue, name)).toBe(1)
  })

  it('are named and tuned by decorators, and counted once', async () => {
    const setup = newQueue(() => new Promise((resolve) => setTimeout(resolve, 60)))
    const store = memoryStore()
    const Jobs = processorClass(nest, setup)
    const descriptor = Object.getOwnPropertyDescriptor(Jobs.prototype, 'process') ?? {}
    nest.quasar.SlowJob(40)(Jobs.prototype, 'process', descriptor)
    nest.quasar.Monitored('mail:send')(Jobs.prototype, 'process', descriptor)
    Object.defineProperty(Jobs.prototype, 'process', descriptor)
    const app = await startApp(nest, {
      imports: [quasarModule(store, setup.queue), ...queueModules(nest, setup)],
      providers: [Jobs],
    })
    await doJob(app, setup)
    await app.close()
    const { jobs } = await recordedBy(store, setup.queue)
    expect([...jobs.keys()]).toEqual(['mail:send'])
    expect(jobs.get('mail:send')).toMatchObject({ count: 1, errors: 0 })
    expect(await slowEntries(store, setup.queue)).toMatchObject([{ name: 'mail:send', thresholdMs: 40 }])
  })

  it('leave providers alone that are no processors', async () => {
    let reads = 0
    class Lazy {
      get worker(): Worker {
        reads += 1
        throw new Error('not yet')
      }
    }
    const app = await startApp(nest, {
      imports: [quasarModule(memoryStore(), 'lazy')],
      providers: [Lazy, { provide: 'none', useValue: null }, { provide: 'text', useValue: 'text' }],
    })
    await app.close()
    expect(reads).toBe(0)
  })

  /** The root of BullModule, without the workers of the app. */
  const manual = ({ worker }: Setup) =>
    nest.nestBullmq.BullModule.forRoot({ ...worker, extraOptions: { manualRegistration: true } })

  it('are followed from the first one on when the app registers its workers by hand, also once more', async () => {
    const setup = newQueue()
    const store = memoryStore()
    const app = await startApp(nest, {
      imports: [
        quasarModule(store, setup.queue),
        manual(setup),
        nest.nestBullmq.BullModule.registerQueue({ name: setup.queue }),
      ],
      providers: [processorClass(nest, setup)],
    })
    const registrar = app.get(nest.nestBullmq.BullRegistrar, { strict: false })
    registrar.register()
    await doJob(app, setup)
    registrar.register()
    for (let job = 0; job < 6; job++) await doJob(app, setup)
    await app.close()
    expect(await countOf(store, setup.queue)).toBe(7)
  })

  it.each(['with BullModule in the app', 'that brings BullModule'])(
    'of a module that is loaded lazily are followed, and its queues, %s',
    async (kind) => {
      const setup = newQueue()
      const store = memoryStore()
      const quasar = nest.quasar.QuasarModule.forRoot({ service: setup.queue, store, logger: false, interval: 100 })
      const isThere = kind === 'with BullModule in the app'
      const root = [manual(setup), nest.nestBullmq.BullModule.registerQueue({ name: `${setup.queue}-root` })]
      const app = await startApp(nest, { imports: [quasar, ...(isThere ? root : [])] })
      class LazyModule {}
      const queue = nest.nestBullmq.BullModule.registerQueue({ name: setup.queue })
      nest.common.Module({
        imports: [...(isThere ? [] : [manual(setup)]), queue],
        providers: [processorClass(nest, setup)],
      })(LazyModule)
      const lazy = await app.get(nest.core.LazyModuleLoader).load(() => LazyModule)
      lazy.get(nest.nestBullmq.BullRegistrar, { strict: false }).register()
      await doJob(lazy, setup)
      const names = async () => (await store.queues()).snapshots.flatMap(({ queues }) => queues.map(({ name }) => name))
      await vi.waitFor(async () => expect(await names()).toContain(setup.queue), 10_000)
      await app.close()
      expect(await countOf(store, setup.queue)).toBe(1)
    },
  )

  it('of what ModuleRef.create() makes are followed, and its queues', async () => {
    const setup = newQueue()
    const store = memoryStore()
    const quasar = nest.quasar.QuasarModule.forRoot({ service: setup.queue, store, logger: false, interval: 100 })
    const app = await startApp(nest, { imports: [quasar] })
    class Tenant {
      readonly queue = new nest.bullmq.Queue(setup.queue, setup.worker)
      readonly jobs = new nest.bullmq.Worker(setup.queue, async () => {}, setup.worker)
    }
    nest.common.Injectable()(Tenant)
    const { queue, jobs } = await app.get(nest.core.ModuleRef).create(Tenant)
    const job = await queue.add('mail', {})
    await vi.waitFor(async () => expect(await queue.getJobState(job.id ?? '')).toBe('completed'), 10_000)
    const names = async () => (await store.queues()).snapshots.flatMap(({ queues }) => queues.map(({ name }) => name))
    await vi.waitFor(async () => expect(await names()).toEqual([setup.queue]), 10_000)
    await jobs.close()
    await queue.close()
    await app.close()
    expect(await countOf(store, setup.queue)).toBe(1)
  })

  it('of a processor that ModuleRef.create() made and BullExplorer started are followed', async () => {
    const setup = newQueue()
    const store = memoryStore()
    const app = await startApp(nest, { imports: [quasarModule(store, setup.queue), ...queueModules(nest, setup)] })
    const Jobs = processorClass(nest, setup)
    const instance = await app.get(nest.core.ModuleRef).create(Jobs)
    const registrar = app.get(nest.nestBullmq.BullRegistrar, { strict: false }) as unknown as {
      bullExplorer: { handleProcessor(...args: unknown[]): void }
    }
    registrar.bullExplorer.handleProcessor(instance, setup.queue, setup.worker, null, false)
    await doJob(app, setup)
    await app.close()
    expect(await countOf(store, setup.queue)).toBe(1)
  })

  it('are reported by a process that a signal ends', async () => {
    const { queue, worker } = newQueue()
    const child = spawn(process.execPath, ['--input-type=commonjs', '-e', program(queue, worker.connection.port)], {
      cwd: folderOf(host),
      env: { ...process.env, QUASAR_SERVICE: queue, QUASAR_REDIS_URL: redis.url, QUASAR_INTERVAL: '60000' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    child.kill('SIGTERM')
    const [, signal] = await once(child, 'exit')
    expect(signal).toBe('SIGTERM')
    const store = redisStore({ redis: redis.url })
    onTestFinished(() => store.close())
    expect(await countOf(store, queue)).toBe(1)
    expect((await store.nodes()).nodes.filter((node) => node.service === queue)).toEqual([])
  })
})

const waitForNodes = (store: Store) =>
  vi.waitFor(
    async () => {
      const nodes = await store.nodes()
      expect(nodes.nodes).toHaveLength(1)
      return nodes
    },
    { timeout: 5_000 },
  )

/** An app that does one job, says so, and ends when it is told to. */
function program(queue: string, port: number): string {
  return `
    const { Module } = require('@nestjs/common')
    const { NestFactory } = require('@nestjs/core')
    const { BullModule, Processor, WorkerHost, getQueueToken } = require('@nestjs/bullmq')
    const { QuasarModule } = require('@gravito/quasar/nest')
    class Jobs extends WorkerHost {
      async process() {}
    }
    Processor('${queue}')(Jobs)
    class AppModule {}
    Module({
      imports: [
        QuasarModule.forRoot(),
        BullModule.forRoot({ connection: { host: '127.0.0.1', port: ${port} } }),
        BullModule.registerQueue({ name: '${queue}' }),
      ],
      providers: [Jobs],
    })(AppModule)
    NestFactory.createApplicationContext(AppModule, { logger: false }).then(async (app) => {
      app.enableShutdownHooks()
      app.get(Jobs).worker.on('completed', () => process.stdout.write('done'))
      await app.get(getQueueToken('${queue}')).add('mail', {})
    })`
}
