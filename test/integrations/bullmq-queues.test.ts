import type { Queue } from 'bullmq'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { allRecorders } from '../../src/core/lease.js'
import { monitorQueue } from '../../src/integrations/bullmq/index.js'
import type { Store } from '../../src/ports/index.js'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { registeredSources } from '../../src/runtime/shared-queues.js'
import { startQuasar } from '../../src/runtime/start-quasar.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { requireFrom } from '../support/installed.js'
import type { BullMQ } from '../support/job-hosts.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { countCommands } from '../support/redis-commands.js'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

describe.each(['bullmq5', 'bullmq6'])('monitorQueue on %s', (host) => {
  const bullmq: BullMQ = requireFrom(host)('bullmq')
  const opened: Queue[] = []
  const handles: { stop(): Promise<void> }[] = []
  let store: Store

  beforeEach(async () => {
    store = memoryStore()
    await redis.client().flushall()
  })
  afterEach(async () => {
    await Promise.all(handles.splice(0).map((handle) => handle.stop()))
    await Promise.all(opened.splice(0).map((queue) => queue.close()))
    await vi.waitFor(() => expect(registeredSources()).toEqual([]))
  })

  const connection = () => ({ host: '127.0.0.1', port: redis.port })
  function open(name: string, options = {}) {
    const queue = new bullmq.Queue(name, { connection: connection(), ...options })
    opened.push(queue)
    return queue
  }
  const options = (to = store) => ({ service: 'shop', store: to, logger: false as const, interval: 100 })
  function monitor(queue: Queue, to = store) {
    const handle = monitorQueue(queue, options(to))
    handles.push(handle)
    return handle
  }
  const entries = async (from = store) => (await from.queues()).snapshots.flatMap(({ queues }) => queues)
  const names = async () => (await entries()).map(({ name }) => name).sort()
  const looks = async () => {
    const last = async () => (await store.queues()).snapshots[0]?.timestamp ?? 0
    const before = await last()
    await vi.waitFor(async () => expect(await last()).toBeGreaterThan(before))
  }

  it('reports a queue to another Redis than its own, and leaves no key in it', async () => {
    const reports = await startRedis()
    const target = redisStore({ redis: reports.url })
    const queue = open('mail')
    await queue.addBulk([1, 2, 3].map((number) => ({ name: 'send', data: { number } })))
    const keys = async () => (await redis.client().keys('*')).sort()
    const before = await keys()
    const handle = monitorQueue(queue, { service: 'shop', redis: reports.url, logger: false, interval: 100 })
    const expected = {
      name: 'mail',
      driver: 'bullmq',
      place: `127.0.0.1:${redis.port}/0 bull`,
      metrics: expect.objectContaining({ waiting: 3, active: 0, delayed: 0 }),
      paused: false,
      error: null,
      capabilities: expect.arrayContaining(['list', 'retry']),
    }
    // A first report can come before the queue has been read.
    await vi.waitFor(async () => expect(await entries(target)).toEqual([expect.objectContaining(expected)]))
    expect(await keys()).toEqual(before)
    expect(await reports.client().keys('bull:*')).toEqual([])
    await handle.stop()
    await target.close()
    await reports.stop()
  })

  it('reads many queues of one place as one source, in a few calls a tick', async () => {
    for (let number = 0; number < 60; number++) monitor(open(`q-${number}`))
    await vi.waitFor(async () => expect(await names()).toHaveLength(60))
    expect(registeredSources().map((source) => source.names?.length)).toEqual([60])
    await looks()
    let ticks = 0
    const { writeQueues } = store
    // As the recorder sees it: a test that is slow sees fewer ticks than there are.
    const counted = vi.spyOn(store, 'writeQueues').mockImplementation((...snapshot) => {
      ticks += 1
      return writeQueues(...snapshot)
    })
    const commands = await countCommands(redis.client(), () => vi.waitFor(() => expect(ticks).toBeGreaterThan(4)))
    counted.mockRestore()
    const total = Object.entries(commands)
      .filter(([name]) => !/^(client|config|info|ping)/.test(name))
      .reduce((sum, [, count]) => sum + count, 0)
    // What a script calls counts for itself: what is sent is the script.
    expect(commands.evalsha).toBeGreaterThanOrEqual(1)
    expect(commands.evalsha).toBeLessThanOrEqual(2 * (ticks + 1))
    expect(total).toBeGreaterThan(0)
  })

  it('takes in queues that are named later, and lets go of those that are closed', async () => {
    const [first, second] = [open('first'), open('second')]
    monitor(first)
    await vi.waitFor(async () => expect(await names()).toEqual(['first']))
    monitor(second)
    await vi.waitFor(async () => expect(await names()).toEqual(['first', 'second']))
    await first.close()
    await vi.waitFor(async () => expect(await names()).toEqual(['second']))
    expect((await entries()).map(({ error }) => error)).toEqual([null])
    await second.close()
    await vi.waitFor(() => expect(registeredSources()).toEqual([]))
  })

  it('knows the rates of steady queues while others are opened and closed all the time', async () => {
    const steady = open('steady')
    monitor(steady)
    await vi.waitFor(async () => expect((await entries())[0]?.throughput?.in).toEqual(expect.any(Number)))
    await steady.add('send', {})
    await vi.waitFor(async () => expect((await entries())[0]?.throughput?.in).toBeGreaterThan(0))
    const seen = []
    for (let tenant = 0; tenant < 30; tenant++) {
      const queue = open(`tenant-${tenant}`)
      monitor(queue)
      await steady.add('send', {})
      await looks()
      seen.push((await entries()).find(({ name }) => name === 'steady'))
      await queue.close()
    }
    expect(seen.map((entry) => entry?.error)).toEqual(seen.map(() => null))
    expect(seen.filter((entry) => !entry?.throughput?.in)).toEqual([])
    expect(seen.filter((entry) => typeof entry?.metrics.waiting !== 'number')).toEqual([])
    await vi.waitFor(async () => expect(await names()).toEqual(['steady']))
  })

  it('leaves nothing behind of queues that come and go', async () => {
    const client = redis.client({ maxRetriesPerRequest: null })
    const steady = open('steady', { connection: client })
    monitor(steady)
    await vi.waitFor(async () => expect(await names()).toEqual(['steady']))
    const listeners = () => client.eventNames().map((event) => client.listenerCount(event))
    const control = redis.client()
    const connections = async () => String(await control.client('LIST')).split('\n').length
    const before = { listeners: listeners(), connections: await connections(), recorders: allRecorders().length }
    for (let tenant = 0; tenant < 60; tenant++) {
      const queue = new bullmq.Queue(`tenant-${tenant}`, { connection: client })
      const handle = monitorQueue(queue, options())
      if (tenant % 3 === 0) await looks()
      await (tenant % 2 === 0 ? handle.stop() : queue.close())
      await queue.close()
    }
    await vi.waitFor(async () => expect(await names()).toEqual(['steady']))
    await vi.waitFor(() => expect(registeredSources()).toHaveLength(1))
    const after = { listeners: listeners(), connections: await connections(), recorders: allRecorders().length }
    expect(after).toEqual(before)
  })

  it('tells prefixes apart, and reports a queue once that is named twice, or by monitorQueues as well', async () => {
    const [one, other] = [open('mail'), open('mail', { prefix: 'other' })]
    const stops = [monitor(one), monitor(one), monitor(other)]
    const quasar = startQuasar(options())
    handles.push(quasar)
    quasar.monitorQueues(bullmqQueues({ connection: connection(), queues: ['mail'] }))
    const places = async () => (await entries()).map(({ place }) => place?.split(' ')[1]).sort()
    await vi.waitFor(async () => expect(await places()).toEqual(['bull', 'other']))
    await stops[0]?.stop()
    await looks()
    expect(await places()).toEqual(['bull', 'other'])
    expect(quasar.status().queues).toEqual({ watched: 2, reporting: 2, error: null })
  })

  it('reads through a client that queues share, and never closes it', async () => {
    const client = redis.client({ maxRetriesPerRequest: null })
    const queues = ['a', 'b'].map((name) => open(name, { connection: client }))
    const stops = queues.map((queue) => monitor(queue))
    await vi.waitFor(async () => expect(await names()).toEqual(['a', 'b']))
    await Promise.all(stops.map((handle) => handle.stop()))
    expect(await client.ping()).toBe('PONG')
  })

  it('says so when a queue can not be reported, and does nothing when Quasar is off', async () => {
    const strange = { ...open('mail'), name: 'strange', opts: { connection: { sendCommand() {} } } }
    expect(() => monitorQueue(strange as never, options())).toThrow(
      expect.objectContaining({ name: 'QuasarError', code: 'invalid_option' }),
    )
    await vi.waitFor(() => expect(allRecorders()).toEqual([]))
    const handle = monitorQueue(open('sms'), { ...options(), enabled: false })
    expect(registeredSources()).toEqual([])
    await handle.stop()
  })
})
