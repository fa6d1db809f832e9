import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { PulseDifference } from '../../../src/api/overview.js'
import type { QueueView } from '../../../src/api/queues.js'
import type { QueueSource, SourceReading } from '../../../src/ports/index.js'
import { parseQueueSnapshot } from '../../../src/protocol/index.js'
import { shareSource } from '../../../src/runtime/shared-queues.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { askApi } from '../support/api.js'
import { segment, snapshotOf } from '../support/changes.js'
import { countingReader } from '../support/counting-reader.js'
import { START } from '../support/figures.js'
import { beatOf, present, report } from '../support/records.js'
import { INTERVAL, openZenith, overviewOf, seen, serveZenith, serviceOf } from '../support/zenith.js'

const MINUTE = 60_000
const MAIL = { name: 'mail', driver: 'bullmq', place: 'redis:6379/0 bull', metrics: { waiting: 3, active: 1 } }

/** A clock that the test sets. */
function stopClock(): { set(at: number): void } {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const set = (at: number) => void vi.setSystemTime(at)
  set(START)
  return { set }
}

const queueOf = (queues: readonly QueueView[], name = 'mail') => present(queues.find((queue) => queue.name === name))

describe('the queues that services report', () => {
  async function shown(queues: readonly Record<string, unknown>[]) {
    const store = memoryStore()
    await store.writeQueues(snapshotOf('shop', queues), 1)
    return (await overviewOf(openZenith({ store }))).queues
  }

  it('are one for each queue, with all services that report it', async () => {
    const store = memoryStore()
    await store.writeQueues(snapshotOf('shop', [MAIL, { ...MAIL, name: 'sms' }], Date.now() - 5_000), 1)
    await store.writeQueues(snapshotOf('web', [{ ...MAIL, metrics: { waiting: 7 } }]), 1)
    await store.writeQueues(
      snapshotOf('other', [
        { ...MAIL, place: 'else:6379/0 bull' },
        { ...MAIL, driver: 'laravel' },
      ]),
      1,
    )
    const { queues } = await overviewOf(openZenith({ store }))
    expect(queues.map(({ name, driver, services, place }) => [name, driver, place, services.join()])).toEqual(
      [
        ['mail', 'bullmq', 'else:6379/0 bull', 'other'],
        ['mail', 'bullmq', 'redis:6379/0 bull', 'shop,web'],
        ['mail', 'laravel', 'redis:6379/0 bull', 'other'],
        ['sms', 'bullmq', 'redis:6379/0 bull', 'shop'],
      ].sort((a, b) => order(a, b, queues)),
    )
    // The newest word counts.
    expect(queues.find(({ services }) => services.length === 2)?.metrics.waiting).toBe(7)
    expect(new Set(queues.map(({ key }) => key)).size).toBe(4)
  })

  const order = (a: readonly string[], b: readonly string[], queues: readonly QueueView[]) => {
    const place = (row: readonly string[]) =>
      queues.findIndex((one) => one.name === row[0] && one.driver === row[1] && one.place === row[2])
    return place(a) - place(b)
  }

  it('are two on two databases or prefixes of one server', async () => {
    const server = 'run-1'
    const queues = await shown([
      { ...MAIL, server },
      { ...MAIL, server, place: 'redis:6379/1 bull' },
      { ...MAIL, server, place: 'redis:6379/0 other' },
      { ...MAIL, server, place: '10.0.0.1:6379/0 bull' },
    ])
    expect(queues).toHaveLength(3)
  })

  it('are found under every address that they are reached by', async () => {
    const store = memoryStore()
    const zenith = openZenith({ store })
    await store.writeQueues(snapshotOf('shop', [{ ...MAIL, server: 'run-1' }]), 1)
    const { key } = await seen(zenith, ({ queues }) => queueOf(queues))
    await store.writeQueues(snapshotOf('a-first', [{ ...MAIL, server: 'run-1', place: '10.0.0.1:6379/0 bull' }]), 1)
    await seen(zenith, ({ queues }) => expect(queues).toMatchObject([{ key, services: ['a-first', 'shop'] }]))
  })

  it('are never taken for one of another server behind the same address', async () => {
    const store = memoryStore()
    const zenith = openZenith({ store })
    const clock = stopClock()
    await store.writeQueues(snapshotOf('shop', [{ ...MAIL, server: 'run-1' }]), 1)
    const first = await seen(zenith, ({ queues }) => queueOf(queues))
    await store.writeQueues(snapshotOf('web', [{ ...MAIL, server: 'run-2', metrics: { waiting: 9 } }]), 1)
    const keys = await seen(zenith, ({ queues }) => {
      expect(queues.map(({ services, metrics }) => [services, metrics.waiting])).toEqual([
        [['shop'], 3],
        [['web'], 9],
      ])
      return queues.map(({ key }) => key)
    })
    expect(keys[0]).toBe(first.key)
    for (const key of keys) {
      const { body } = await askApi<{ view: QueueView }>(zenith, `/api/queues/${segment(key)}`)
      expect(body.view.key).toBe(key)
    }
    // The first one's service is gone: its key must not lead to the other.
    clock.set(START + MINUTE)
    await store.writeQueues(snapshotOf('web', [{ ...MAIL, server: 'run-2' }]), 1)
    await seen(zenith, ({ queues }) => expect(queues.map(({ key }) => key)).toEqual([keys[1]]))
    expect((await askApi(zenith, `/api/queues/${segment(first.key)}`)).status).toBe(404)
  })

  it('keep their key when their server is started again', async () => {
    const store = memoryStore()
    const zenith = openZenith({ store })
    await store.writeQueues(snapshotOf('shop', [{ ...MAIL, server: 'run-1' }]), 1)
    const { key } = await seen(zenith, ({ queues }) => queueOf(queues))
    await store.writeQueues(snapshotOf('shop', [{ ...MAIL, server: 'run-2' }]), 1)
    await seen(zenith, ({ queues }) => expect(queues).toMatchObject([{ key, server: 'run-2', attention: [] }]))
  })

  it.each([
    ['error', { error: 'WRONGTYPE' }, 'WRONGTYPE'],
    ['unpolled', { overdueMs: 45_000 }, 'jobs are overdue by 40 s; no worker is picking them up'],
    ['unpolled', { workers: 0 }, '3 jobs waiting, no worker connected'],
    ['paused', { paused: true, workers: 0 }, 'paused with 3 jobs waiting'],
    ['old', { oldestMs: 2.5 * 60 * MINUTE }, 'the oldest job has waited 2 h'],
  ])('need attention: %s', async (kind, fields, text) => {
    expect(await shown([{ ...MAIL, ...fields }])).toMatchObject([{ attention: [{ kind, text }] }])
  })

  it.each([
    ['just due', { overdueMs: 20_000 }],
    ['paused and empty', { paused: true, metrics: { waiting: 0 } }],
    ['without workers and empty', { workers: 0, metrics: { waiting: 0 } }],
    ['of which next to nothing is known', { metrics: {} }],
    ['with a job that waits', { oldestMs: 59 * MINUTE }],
  ])('need none when they are %s', async (_, fields) => {
    expect(await shown([{ ...MAIL, ...fields }])).toMatchObject([{ attention: [] }])
  })

  it('stand in the order of their troubles', async () => {
    const queues = await shown([
      { ...MAIL, name: 'a' },
      { ...MAIL, name: 'b', oldestMs: 5 * 60 * MINUTE },
      { ...MAIL, name: 'c', paused: true },
      { ...MAIL, name: 'd', workers: 0, oldestMs: 5 * 60 * MINUTE },
      { ...MAIL, name: 'e', error: 'gone' },
    ])
    expect(queues.map(({ name }) => name).join('')).toBe('edcba')
    expect(queueOf(queues, 'd').attention.map(({ kind }) => kind)).toEqual(['unpolled', 'old'])
  })

  it('have a past: their backlog and rates by the times of their snapshots, and what grows is told', async () => {
    const clock = stopClock()
    const store = memoryStore()
    const zenith = openZenith({ store })
    const throughput = { in: 60, out: 30 }
    for (let step = 0; step < 70; step++) {
      const at = START + step * 10_000
      clock.set(at)
      await store.writeQueues(snapshotOf('shop', [{ ...MAIL, metrics: { waiting: step * 5 }, throughput }], at), 1)
      await seen(zenith, ({ queues }) => expect(queueOf(queues).at).toBe(at))
    }
    const mail = queueOf((await overviewOf(zenith)).queues)
    expect(mail.samples).toHaveLength(60)
    expect(mail.samples.at(-1)).toEqual({ at: START + 690_000, backlog: 345, in: 60, out: 30 })
    expect(mail.samples.at(0)).toEqual({ at: START + 100_000, backlog: 50, in: 60, out: 30 })
    expect(mail.attention).toEqual([{ kind: 'growing', text: 'the backlog is growing, from 50 to 345' }])
  })

  it('are unpolled when nothing ended for minutes while jobs waited, unless one is running', async () => {
    for (const [active, kind] of [
      [0, 'unpolled'],
      [1, undefined],
    ] as const) {
      const clock = stopClock()
      const store = memoryStore()
      const zenith = openZenith({ store })
      const entry = { ...MAIL, metrics: { waiting: 4, active }, throughput: { in: 0, out: 0 } }
      for (let step = 0; step < 20; step++) {
        const at = START + step * 10_000
        clock.set(at)
        await store.writeQueues(snapshotOf('shop', [entry], at), 1)
        await seen(zenith, ({ queues }) => expect(queueOf(queues).at).toBe(at))
        if (step === 15) expect(queueOf((await overviewOf(zenith)).queues).attention).toEqual([])
      }
      expect(queueOf((await overviewOf(zenith)).queues).attention[0]?.kind).toBe(kind)
    }
  })

  it('are greyed for an hour when nobody reports them any more, and then gone', async () => {
    const clock = stopClock()
    const store = memoryStore()
    const zenith = openZenith({ store })
    await store.writeQueues(snapshotOf('shop', [MAIL]), 1)
    await seen(zenith, ({ queues }) => expect(queueOf(queues).attention).toEqual([]))
    clock.set(START + MINUTE)
    await seen(zenith, ({ queues }) => {
      expect(queueOf(queues)).toMatchObject({ metrics: { waiting: 3 }, attention: [{ kind: 'silent' }], actions: [] })
    })
    clock.set(START + 59 * MINUTE)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect((await overviewOf(zenith)).queues).toHaveLength(1)
    clock.set(START + 61 * MINUTE)
    await seen(zenith, ({ queues }) => expect(queues).toEqual([]))
  })

  it('need no attention when the node that reported them goes on without them, and are gone soon', async () => {
    const clock = stopClock()
    const store = memoryStore()
    const zenith = openZenith({ store })
    await store.writeQueues(snapshotOf('shop', [MAIL, { ...MAIL, name: 'tenant-1' }]), 1)
    await seen(zenith, ({ queues }) => expect(queues).toHaveLength(2))
    clock.set(START + 10_000)
    await store.writeQueues(snapshotOf('shop', [MAIL], START + 10_000), 1)
    await seen(zenith, ({ queues }) => expect(queues.find(({ name }) => name === 'mail')?.at).toBe(START + 10_000))
    const { queues } = await overviewOf(zenith)
    expect(queues.flatMap(({ attention }) => attention)).toEqual([])
    // The node may have closed all of them.
    clock.set(START + 45_000)
    await store.writeQueues(snapshotOf('shop', [], START + 45_000), 1)
    await seen(zenith, (overview) => expect(overview.queues).toEqual([]))
  })

  it('are silent when the node that reported them is gone, and the others are not', async () => {
    const clock = stopClock()
    const store = memoryStore()
    const zenith = openZenith({ store })
    const other = { ...MAIL, name: 'tenant-1' }
    await store.writeQueues(snapshotOf('shop', [MAIL]), 1)
    await store.writeQueues({ ...snapshotOf('shop', [other]), reporter: 'web-2' }, 2)
    await seen(zenith, ({ queues }) => expect(queues).toHaveLength(2))
    clock.set(START + MINUTE)
    await store.writeQueues(snapshotOf('shop', [MAIL], START + MINUTE), 1)
    await seen(zenith, ({ queues }) => {
      expect(queues.find(({ name }) => name === 'tenant-1')?.attention).toMatchObject([{ kind: 'silent' }])
    })
  })

  it('cost their services health, in words', async () => {
    const store = memoryStore()
    await report(store, beatOf('shop', 'web-1'))
    await report(store, beatOf('other', 'web-1'))
    await store.writeQueues(
      snapshotOf('shop', [
        { ...MAIL, workers: 0 },
        { ...MAIL, name: 'sms', paused: true },
      ]),
      1,
    )
    await seen(openZenith({ store }), (overview) => {
      expect(serviceOf(overview, 'shop').health).toEqual({
        score: 70,
        reasons: [{ cost: 30, text: 'queue mail: 3 jobs waiting, no worker connected, and 1 more in trouble' }],
      })
      expect(serviceOf(overview, 'other').health).toEqual({ score: 100, reasons: [] })
    })
  })

  it('are read from the older SDK, too', async () => {
    const store = memoryStore()
    const text = JSON.stringify({
      timestamp: Date.now(),
      service: 'old',
      queues: [{ name: 'mail', size: { waiting: 2 } }],
    })
    await store.writeQueues(present(parseQueueSnapshot(text)), 1)
    expect((await overviewOf(openZenith({ store }))).queues).toMatchObject([
      { name: 'mail', driver: 'other', place: null },
    ])
  })

  it('leave the rest alone when they can’t be read', async () => {
    const store = memoryStore()
    await report(store, beatOf('shop', 'web-1'))
    const denied = { ...store, queues: () => Promise.reject(new Error('NOPERM this user has no permissions')) }
    const { nodes, queues, store: health } = await overviewOf(openZenith({ store: denied }))
    expect([nodes.length, queues.length, health.ok]).toEqual([1, 0, true])
    expect(health.error).toContain('does not allow')
  })

  it('are metrics', async () => {
    const store = memoryStore()
    const entry = { ...MAIL, metrics: { waiting: 3, failed: 0 }, oldestMs: 1_500, workers: 2, paused: false }
    await store.writeQueues(snapshotOf('shop', [entry, { name: 'bare' }]), 1)
    const zenith = openZenith({ store })
    const text = await (await zenith.fetch(new Request('http://localhost/metrics'))).text()
    const labels = 'queue="mail",driver="bullmq",place="redis:6379/0 bull"'
    expect(text.split('\n').filter((line) => /^quasar_queue/.test(line))).toEqual([
      `quasar_queue_jobs{${labels},state="waiting"} 3`,
      `quasar_queue_jobs{${labels},state="failed"} 0`,
      `quasar_queue_oldest_seconds{${labels}} 1.5`,
      `quasar_queue_workers{${labels}} 2`,
      `quasar_queue_paused{${labels}} 0`,
    ])
  })

  it('are listed by service, driver and text', async () => {
    const store = memoryStore()
    await store.writeQueues(snapshotOf('shop', [MAIL, { ...MAIL, name: 'sms' }]), 1)
    await store.writeQueues(snapshotOf('web', [{ ...MAIL, driver: 'laravel' }]), 1)
    const zenith = openZenith({ store })
    const totals = ['', '?service=shop', '?driver=laravel', '?text=SM', '?text=redis:6379', '?limit=1'].map(
      async (query) => {
        return (await askApi<{ total: number }>(zenith, `/api/queues${query}`)).body.total
      },
    )
    expect(await Promise.all(totals)).toEqual([3, 2, 1, 1, 3, 3])
  })
})

describe('what the page is told of queues', () => {
  it('is what changed of them, with the new samples alone', async () => {
    const store = memoryStore()
    await store.writeQueues(snapshotOf('shop', [MAIL, { ...MAIL, name: 'sms' }]), 1)
    const { watch, zenith } = await serveZenith({ store })
    await seen(zenith, ({ queues }) => expect(queues).toHaveLength(2))
    const stream = await watch()
    const first = await stream.next()
    expect((first.data as { queues: unknown[] }).queues).toHaveLength(2)
    const at = Date.now() + 1
    await store.writeQueues(
      snapshotOf(
        'shop',
        [
          { ...MAIL, metrics: { waiting: 9 } },
          { ...MAIL, name: 'sms' },
        ],
        at,
      ),
      1,
    )
    const { data } = await stream.next((event) => event.name === 'system_pulse')
    const { queues, goneQueues } = data as PulseDifference
    expect(queues).toMatchObject([{ name: 'mail', at, metrics: { waiting: 9 }, samples: [{ at, backlog: 9 }] }])
    expect(goneQueues).toEqual([])
  })

  it('is nothing when only the time moved on', async () => {
    const store = memoryStore()
    await store.writeQueues(snapshotOf('shop', [MAIL]), 1)
    const { watch, zenith } = await serveZenith({ store })
    await seen(zenith, ({ queues }) => expect(queues).toHaveLength(1))
    const stream = await watch()
    await stream.next()
    for (let step = 1; step <= 5; step++) {
      const at = Date.now() + step
      await store.writeQueues(snapshotOf('shop', [MAIL], at), 1)
      await seen(zenith, ({ queues }) => expect(queueOf(queues).at).toBe(at))
    }
    await store.writeQueues(snapshotOf('shop', [{ ...MAIL, paused: true }]), 1)
    const { data } = await stream.next((event) => event.name === 'system_pulse')
    // All samples since, though they were not told one by one.
    expect((data as PulseDifference).queues).toMatchObject([{ paused: true, samples: { length: 6 } }])
  })
})

describe('the sources of a Zenith', () => {
  /** As its contract has it; what a reading costs is counted. */
  function sourceOf(queues: string[], options: Partial<QueueSource> = {}) {
    let reads = 0
    const metrics = {
      waiting: 1,
      prioritized: null,
      active: 0,
      delayed: 0,
      waitingChildren: null,
      completed: 0,
      failed: 0,
    }
    const nothing = {
      paused: null,
      oldestMs: null,
      overdueMs: null,
      throughput: null,
      workers: null,
      error: null,
      meta: null,
      totals: null,
    }
    const reading: SourceReading = {
      server: 'run-1',
      queues: queues.map((name) => ({
        name,
        driver: 'bullmq',
        metrics,
        states: ['waiting'],
        approximate: false,
        capabilities: ['list'],
        ...nothing,
      })),
    }
    const source: QueueSource = {
      driver: 'bullmq',
      place: 'redis:6379/0 bull',
      names: queues,
      capabilities: ['list'],
      pollEvery: null,
      read: async () => {
        reads += 1
        return reading
      },
      close: () => Promise.reject(new Error('closed by Zenith')),
      ...options,
    }
    return { source, reads: () => reads }
  }

  it('are not read while nobody looks, and once for all who do', async () => {
    const { source, reads } = sourceOf(['mail'])
    const store = countingReader(memoryStore())
    const { watch } = await serveZenith({ store, queues: [source] })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect([reads(), store.looks]).toEqual([0, 0])
    const started = performance.now()
    const streams = await Promise.all(Array.from({ length: 8 }, () => watch()))
    await Promise.all(streams.map((stream) => stream.next()))
    await vi.waitFor(() => expect(reads()).toBeGreaterThan(2), { timeout: 10_000 })
    // Once in six intervals at the most, however many look.
    expect(reads()).toBeLessThanOrEqual((performance.now() - started) / (5 * INTERVAL) + 2)
    for (const stream of streams) stream.close()
    await vi.waitFor(
      async () => {
        const before = reads()
        await new Promise((resolve) => setTimeout(resolve, 700))
        expect(reads()).toBe(before)
      },
      { timeout: 10_000 },
    )
  })

  it('are asked no more often than they like, and hardly at all for what services report', async () => {
    const slow = sourceOf(['slow'], { pollEvery: 60_000, place: 'sqs' })
    const reported = sourceOf(['mail'])
    const store = memoryStore()
    await store.writeQueues(snapshotOf('shop', [{ ...MAIL, server: 'run-1' }]), 1)
    const counting = countingReader(store)
    const started = performance.now()
    const zenith = openZenith({
      store: { ...store, nodes: () => counting.nodes() },
      queues: [slow.source, reported.source],
    })
    await vi.waitFor(
      async () => {
        await overviewOf(zenith)
        expect(counting.looks).toBeGreaterThan(30)
      },
      { timeout: 15_000, interval: 10 },
    )
    expect([slow.reads() > 0, reported.reads() > 0]).toEqual([true, true])
    // Once in forty intervals, which a slow machine needs for thirty looks as well.
    const elapsed = performance.now() - started
    expect(slow.reads()).toBeLessThanOrEqual(1 + elapsed / 60_000)
    expect(reported.reads()).toBeLessThanOrEqual(1 + elapsed / (39 * INTERVAL))
    const { queues } = await overviewOf(zenith)
    expect(queues.map(({ name, actions }) => [name, actions])).toEqual([
      ['mail', ['list']],
      ['slow', ['list']],
    ])
  })

  it('hide nothing when one of them fails or hangs', async () => {
    const failing = sourceOf(['broken'], {
      place: 'a:1/0 bull',
      read: () => Promise.reject(new Error('connect ECONNREFUSED')),
    })
    const throwing = sourceOf(['worse'], {
      place: 'b:1/0 bull',
      read: () => {
        throw new Error('at once')
      },
    })
    const hanging = sourceOf(['never'], { place: 'c:1/0 bull', read: () => new Promise(() => {}) })
    const good = sourceOf(['mail'])
    const sources = [failing, throwing, hanging, good].map(({ source }) => source)
    const warnings: string[] = []
    const logger = { info: () => {}, error: () => {}, warn: (line: string) => void warnings.push(line) }
    const zenith = openZenith({ store: memoryStore(), queues: sources, logger })
    await seen(zenith, ({ queues }) => {
      expect(queues.map(({ name, error }) => [name, error])).toEqual([
        ['broken', 'The system of this queue does not answer: connection refused.'],
        ['worse', 'at once'],
        ['mail', null],
      ])
    })
    expect(warnings.filter((line) => line.includes('a:1/0 bull'))).toHaveLength(1)
  })

  it('are found where this process itself watches queues, and not twice', async () => {
    const { source } = sourceOf(['mail'])
    const zenith = openZenith({ store: memoryStore(), queues: [sourceOf(['mail']).source] })
    const giveBack = shareSource({ ...source, close: async () => {} })
    onTestFinished(giveBack)
    const late = shareSource({ ...sourceOf(['sms'], { place: 'late:1/0 bull' }).source, close: async () => {} })
    onTestFinished(late)
    await seen(zenith, ({ queues }) => expect(queues.map(({ name }) => name)).toEqual(['mail', 'sms']))
    await late()
    await seen(zenith, ({ queues }) => {
      expect(queues.map(({ name, actions }) => [name, actions.length])).toEqual([
        ['sms', 0],
        ['mail', 1],
      ])
    })
  })

  it('keep a queue that drained, and are not closed with Zenith', async () => {
    const { source } = sourceOf(['mail'])
    const zenith = openZenith({ store: memoryStore(), queues: [source] })
    await seen(zenith, ({ queues }) => expect(queues).toHaveLength(1))
    await expect(zenith.close()).resolves.toBeUndefined()
  })

  it.each([
    [{ queues: {} }, '"queues"'],
    [{ queues: [{}] }, '"queues"'],
    [{ readOnly: '*' }, '"readOnly"'],
    [{ readOnly: [''] }, '"readOnly"'],
    [{ payloads: 'everybody' }, '"payloads"'],
  ])('are refused at the start when they are none: %j', (options, name) => {
    expect(() => openZenith(options as never)).toThrow(name)
  })
})
