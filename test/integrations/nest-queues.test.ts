import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { QueueSource, Store } from '../../src/ports/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { loadNestJobs, type NestJobs, startApp } from '../support/nest-jobs.js'
import { plainSource } from '../support/plain-source.js'
import { startRedis, type TestRedis } from '../support/redis.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

/** What the copy of the package that the host has watches in this process. */
function watched(): QueueSource[] {
  const slot = globalThis as { [key: symbol]: Map<QueueSource, unknown> | undefined }
  return [...(slot[Symbol.for('@gravito/quasar/queues')]?.keys() ?? [])]
}

describe.each([
  ['10', 'bullmq5-nest10'],
  ['11', 'bullmq5'],
  ['12', 'bullmq6'],
])('the queues of Nest %s', (_version, host) => {
  let nest: NestJobs
  let count = 0
  beforeAll(async () => {
    nest = await loadNestJobs(host)
    await redis.client().flushall()
  })

  const names = async (store: Store) =>
    (await store.queues()).snapshots.flatMap(({ queues }) => queues.map(({ name }) => name)).sort()

  function modules(store: Store, options = {}) {
    const { BullModule } = nest.nestBullmq
    count += 1
    const quasar = { service: `nest-${host}-${count}`, store, logger: false as const, interval: 100, ...options }
    return [
      nest.quasar.QuasarModule.forRoot(quasar),
      BullModule.forRoot({ connection: { host: '127.0.0.1', port: redis.port } }),
      BullModule.registerQueue({ name: 'mail' }, { name: 'sms' }),
      BullModule.registerQueueAsync({ name: 'push', useFactory: () => ({}) }),
    ]
  }

  it('are reported by themselves, as one source, until the app has closed', async () => {
    const store = memoryStore()
    const app = await startApp(nest, { imports: modules(store) })
    const queue = app.get<import('bullmq').Queue>(nest.nestBullmq.getQueueToken('mail'), { strict: false })
    await queue.add('send', {})
    await vi.waitFor(async () => expect(await names(store)).toEqual(['mail', 'push', 'sms']))
    await vi.waitFor(async () => {
      const [snapshot] = (await store.queues()).snapshots
      expect(snapshot?.queues.find(({ name }) => name === 'mail')?.metrics.waiting).toBe(1)
    })
    expect(watched()).toHaveLength(1)
    await app.close()
    await vi.waitFor(() => expect(watched()).toEqual([]))
    expect((await store.nodes()).nodes).toEqual([])
  })

  it('get the trace of what adds jobs to them', async () => {
    const app = await startApp(nest, { imports: modules(memoryStore()) })
    const queue = app.get<import('bullmq').Queue>(nest.nestBullmq.getQueueToken('mail'), { strict: false })
    const service = app.get(nest.quasar.QuasarService, { strict: false })
    const [first, second] = await service.run('nightly', () =>
      Promise.all([queue.add('one', {}), queue.add('two', {})]),
    )
    expect(first.opts.telemetry?.metadata).toMatch(/^{"quasarTraceId":"[\da-f]{32}"}$/)
    expect(second.opts.telemetry).toEqual(first.opts.telemetry)
    expect((await queue.add('three', {})).opts.telemetry).toBeUndefined()
    await app.close()
  })

  it('are left alone when the option says so, and others can be reported by hand', async () => {
    const store = memoryStore()
    const app = await startApp(nest, { imports: modules(store, { monitorQueues: false }) })
    const service = app.get(nest.quasar.QuasarService, { strict: false })
    service.monitorQueues(plainSource({ has: ['by hand'] }))
    await vi.waitFor(async () => expect(await names(store)).toEqual(['by hand']))
    expect(service.status().queues).toEqual({ watched: 1, reporting: 1, error: null })
    await app.close()
    expect(watched()).toEqual([])
  })

  it('that can not be read do not keep the app from starting', async () => {
    const store = memoryStore()
    const { getQueueToken } = nest.nestBullmq
    const app = await startApp(nest, {
      imports: [modules(store)[0] as never],
      providers: [
        { provide: getQueueToken('strange'), useValue: { qualifiedName: 'bull:strange', opts: { connection: 1 } } },
        { provide: getQueueToken('bull'), useValue: { name: 'bull', add() {}, clients: [] } },
        { provide: getQueueToken('none'), useValue: null },
      ],
    })
    expect(watched()).toEqual([])
    await app.close()
  })
})
