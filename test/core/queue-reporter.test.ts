import { describe, expect, it, vi } from 'vitest'
import type { QueueReading } from '../../src/ports/index.js'
import { UNKNOWN_METRICS } from '../../src/protocol/index.js'
import { registeredSources } from '../../src/runtime/shared-queues.js'
import { startQuasar } from '../../src/runtime/start-quasar.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { looks, plainSource, readingOf } from '../support/plain-source.js'
import { queueFleets } from '../support/queue-fleet.js'

const fleet = queueFleets()

const reading = (...queues: QueueReading[]) => ({ server: 'server-1', queues })

describe('a node that watches queues', () => {
  it('reports what their source says, where they are and how fast they go', async () => {
    const { start, store } = fleet()
    const source = plainSource({ has: ['mail'], place: '127.0.0.1:1/0 bull' })
    const quasar = start()
    quasar.monitorQueues(source)
    await vi.waitFor(async () => expect((await store.queues()).snapshots).toHaveLength(1))
    const { snapshots, unreadable } = await store.queues()
    const { totals: _, ...figures } = readingOf('mail')
    expect(unreadable).toBe(0)
    expect(snapshots[0]).toEqual({
      v: 2,
      timestamp: expect.any(Number),
      interval: 100,
      service: 'shop',
      reporter: quasar.status().node,
      queues: [{ ...figures, place: '127.0.0.1:1/0 bull', server: 'server-1', throughput: null }],
    })
    expect(quasar.status().queues).toEqual({ watched: 1, reporting: 1, error: null })
  })

  it('reads every interval, and tells the throughput from what the source counts', async () => {
    const { start, entry } = fleet()
    const source = plainSource({ has: ['counted', 'own', 'unknown'] })
    let total = 0
    source.answer = () => {
      total += 10
      return reading(
        readingOf('counted', { totals: { in: total, out: null } }),
        readingOf('own', { throughput: { in: 7, out: 8 }, totals: { in: total, out: total } }),
        readingOf('unknown'),
      )
    }
    start().monitorQueues(source)
    await looks(source)
    await vi.waitFor(async () => expect((await entry('counted'))?.throughput?.in).toBeGreaterThan(0))
    expect((await entry('counted'))?.throughput?.out).toBeNull()
    expect((await entry('own'))?.throughput).toEqual({ in: 7, out: 8 })
    expect((await entry('unknown'))?.throughput).toBeNull()
  })

  it('reads a source once that was named twice, and a queue once that two sources name', async () => {
    const { start, entries } = fleet()
    const quasar = start()
    const twice = plainSource({ has: ['mail', 'sms'] })
    const same = plainSource({ has: ['sms', 'mail'] })
    const overlapping = plainSource({ has: ['mail', 'push'] })
    const stops = [twice, twice, same, overlapping].map((source) => quasar.monitorQueues(source))
    await looks(twice)
    expect(same.asked).toEqual([])
    expect(new Set(overlapping.asked.map(String))).toEqual(new Set(['push']))
    expect((await entries()).map(({ name }) => name)).toEqual(['mail', 'sms', 'push'])
    expect(quasar.status().queues).toMatchObject({ watched: 3, reporting: 3 })
    await stops[0]?.stop()
    await looks(twice)
    expect(twice.closed).toBe(0)
    await stops[1]?.stop()
    await stops[1]?.stop()
    expect(twice.closed).toBe(1)
    await looks(same)
    const before = twice.asked.length
    await looks(same)
    expect(twice.asked).toHaveLength(before)
  })

  it('reads by name only what a source of the whole place does not find', async () => {
    const { start, entries } = fleet()
    const quasar = start()
    const named = plainSource({ has: ['mail', 'idle'] })
    const whole = plainSource({ names: null, has: ['mail', 'sms'] })
    quasar.monitorQueues(named, whole)
    await vi.waitFor(() => expect(named.asked.at(-1)).toEqual(['idle']))
    await looks(whole)
    expect((await entries()).map(({ name }) => name)).toEqual(['mail', 'sms', 'idle'])
  })

  it('respects how often a source may be read', async () => {
    const { start, entries } = fleet()
    const dear = plainSource({ has: ['dear'], place: 'there', pollEvery: 3_600_000 })
    const cheap = plainSource({ has: ['cheap'] })
    start().monitorQueues(dear, cheap)
    await looks(cheap, 5)
    expect(dear.asked).toHaveLength(1)
    expect((await entries()).find(({ name }) => name === 'dear')?.metrics.waiting).toBe(3)
  })

  it('says nothing of a read that it breaks off itself', async () => {
    const { start, lines } = fleet()
    const source = plainSource({ has: ['mail'] })
    let breakOff = () => {}
    source.answer = () => new Promise((_, reject) => (breakOff = () => reject(new Error('Connection is closed.'))))
    const quasar = start()
    const handle = quasar.monitorQueues({ ...source, close: async () => breakOff() })
    await vi.waitFor(() => expect(source.asked).toHaveLength(1))
    await handle.stop()
    await quasar.stop()
    expect(lines).toEqual([])
  })

  it('stops when it is told to, and closes what it was given when the recorder ends', async () => {
    const { start, entries, store } = fleet()
    const quasar = start()
    const [one, other] = [plainSource({ has: ['one'] }), plainSource({ has: ['other'] })]
    const handle = quasar.monitorQueues(one)
    quasar.monitorQueues(other)
    await looks(one)
    expect(registeredSources()).toEqual([one, other])
    await handle.stop()
    expect([one.closed, other.closed]).toEqual([1, 0])
    await vi.waitFor(async () => expect((await entries()).map(({ name }) => name)).toEqual(['other']))
    await quasar.stop()
    expect([one.closed, other.closed]).toEqual([1, 1])
    // What was said stays until it runs out: it is not wrong yet.
    expect((await entries()).map(({ name }) => name)).toEqual(['other'])
    expect(await store.acquireQueueSlot('shop', 1, 'somebody', 1_000)).toBe('somebody')
    const late = plainSource({ has: ['late'] })
    quasar.monitorQueues(late)
    await vi.waitFor(() => expect(late.closed).toBe(1))
  })

  it('says once that nothing is left when the app closed all of them and goes on', async () => {
    const { start, store } = fleet()
    const monitored = start().monitorQueues(plainSource({ has: ['mail'] }))
    await vi.waitFor(async () => expect((await store.queues()).snapshots[0]?.queues).toHaveLength(1))
    await monitored.stop()
    await vi.waitFor(async () => expect((await store.queues()).snapshots[0]?.queues).toEqual([]))
  })

  it('refuses what is no source, and does nothing when Quasar is off', async () => {
    const quasar = fleet().start()
    for (const wrong of [null, {}, 'mail', { read: 1 }]) {
      expect(() => quasar.monitorQueues(wrong as never)).toThrow(
        expect.objectContaining({ code: 'invalid_option', message: expect.stringContaining('bullmqQueues') }),
      )
    }
    const source = plainSource({ has: ['mail'] })
    const off = startQuasar({ enabled: false })
    await off.monitorQueues(source).stop()
    expect(off.status().queues).toEqual({ watched: 0, reporting: 0, error: null })
    expect([source.asked, registeredSources()]).toEqual([[], []])
  })
})

describe('a queue that was seen once', () => {
  it('stays with what is unknown of it when its source does not name it any more', async () => {
    const { start, entry } = fleet()
    const source = plainSource({ names: null })
    source.answer = () => reading(readingOf('mail'), readingOf('sms'))
    start().monitorQueues(source)
    await looks(source)
    source.answer = () => reading(readingOf('sms'))
    await vi.waitFor(async () => expect((await entry('mail'))?.metrics).toEqual(UNKNOWN_METRICS))
    expect(await entry('mail')).toMatchObject({ paused: null, oldestMs: null, workers: null, error: null })
    expect((await entry('sms'))?.metrics.waiting).toBe(3)
  })

  it('stays when another node takes over, which never saw it', async () => {
    const { start, entries, store } = fleet()
    const first = start()
    const source = plainSource({ names: null, has: ['mail', 'sms'] })
    first.monitorQueues(source)
    await looks(source)
    const second = start()
    const later = plainSource({ names: null, has: ['sms'] })
    second.monitorQueues(later)
    await first.stop()
    await looks(later)
    expect((await store.queues()).snapshots[0]?.reporter).toBe(second.status().node)
    const found = new Map((await entries()).map((entry) => [entry.name, entry]))
    expect(found.get('mail')?.metrics).toEqual(UNKNOWN_METRICS)
    expect(found.get('sms')?.metrics.waiting).toBe(3)
  })
})

describe('a source that fails', () => {
  it('gives its queues an error and leaves the others alone; one line says so and one that it is over', async () => {
    const { start, entry, lines } = fleet()
    const [broken, sound] = [
      plainSource({ names: null, has: ['broken'] }),
      plainSource({ has: ['sound'], place: 'there' }),
    ]
    const works = broken.answer
    const quasar = start()
    quasar.monitorQueues(broken, sound)
    await looks(broken)
    broken.answer = () => {
      throw new Error('no such host')
    }
    await vi.waitFor(async () => expect((await entry('broken'))?.error).toBe('no such host'))
    await looks(broken)
    expect((await entry('broken'))?.metrics).toEqual(UNKNOWN_METRICS)
    expect(await entry('sound')).toMatchObject({ error: null, metrics: { waiting: 3 } })
    expect(quasar.status().queues).toEqual({ watched: 2, reporting: 2, error: 'no such host' })
    broken.answer = works
    await vi.waitFor(async () => expect((await entry('broken'))?.error).toBeNull())
    expect(quasar.status().queues.error).toBeNull()
    expect(lines).toEqual([
      expect.stringMatching(/^Quasar: the queues of other at here can't be read: no such host\./),
      expect.stringMatching(/^Quasar: the queues of other at here are read again after \d+ s\.$/),
    ])
  })

  it('from the start shows the queues that were named', async () => {
    const { start, entries } = fleet()
    const source = plainSource({ has: ['mail'] })
    source.answer = async () => Promise.reject('out of order')
    start().monitorQueues(source)
    await vi.waitFor(async () => expect((await entries()).map(({ error }) => error)).toEqual(['out of order']))
  })

  it('or gives nonsense is passed over', async () => {
    const { start, entry } = fleet()
    const source = plainSource({ has: ['mail'] })
    const sound = plainSource({ has: ['sound'], place: 'there' })
    source.answer = () => null as never
    start().monitorQueues(source, sound)
    await vi.waitFor(async () => expect((await entry('mail'))?.error).toBeTruthy())
    expect((await entry('sound'))?.metrics.waiting).toBe(3)
  })

  it('to answer holds up no other and is not asked again before it has answered', async () => {
    const { start, entry } = fleet()
    const stuck = plainSource({ has: ['stuck'] })
    const sound = plainSource({ has: ['sound'], place: 'there' })
    const answers: ((value: ReturnType<typeof reading>) => void)[] = []
    stuck.answer = () => new Promise((resolve) => void answers.push(resolve))
    const quasar = start()
    quasar.monitorQueues(stuck, sound)
    await vi.waitFor(() => expect(stuck.asked).toHaveLength(1))
    await looks(sound, 5)
    expect((await entry('sound'))?.metrics.waiting).toBe(3)
    expect((await entry('stuck'))?.metrics).toEqual(UNKNOWN_METRICS)
    await vi.waitFor(async () => expect((await entry('stuck'))?.error).toBe('did not answer within 5 s'))
    const { reports } = quasar.status()
    await vi.waitFor(() => expect(quasar.status().reports).toBeGreaterThan(reports))
    expect(stuck.asked).toHaveLength(1)
    answers[0]?.(reading(readingOf('stuck')))
    await vi.waitFor(async () => expect((await entry('stuck'))?.error).toBeNull())
    await vi.waitFor(() => expect(stuck.asked.length).toBeGreaterThan(1))
  })
})

describe('a store', () => {
  it('that refuses queues alone is said once, and that it is over', async () => {
    const store = memoryStore()
    let works = false
    const { start, entries, lines } = fleet({
      ...store,
      writeQueues: async (snapshot, slot) => (works ? store.writeQueues(snapshot, slot) : new Error('not this key')),
    })
    const source = plainSource({ has: ['mail'] })
    const quasar = start()
    quasar.monitorQueues(source)
    await quasar.flush()
    await vi.waitFor(() => expect(lines).toEqual([expect.stringContaining("can't be reported: not this key")]))
    await looks(source)
    expect(quasar.status().queues.error).toBe('not this key')
    works = true
    await vi.waitFor(() => expect(lines).toHaveLength(2))
    expect(lines[1]).toContain('the queues are reported again')
    expect(await entries()).toHaveLength(1)
  })

  it('that throws, or never says who reports, is no trouble for the app', async () => {
    const fail = () => {
      throw new Error('broken')
    }
    for (const acquireQueueSlot of [fail, async () => null]) {
      const { start, lines } = fleet({ ...memoryStore(), acquireQueueSlot })
      const quasar = start()
      quasar.monitorQueues(plainSource({ has: ['mail'] }))
      await quasar.flush()
      await vi.waitFor(() => expect(lines.join()).toContain('does not say which node'))
      expect(quasar.status().queues).toMatchObject({ watched: 1, reporting: 0 })
      await quasar.stop()
      expect(lines).toHaveLength(1)
    }
  })
})

it('queues of one name are told apart by their driver and their place', async () => {
  const { start, entries } = fleet()
  start().monitorQueues(
    plainSource({ has: ['mail'] }),
    plainSource({ has: ['mail'], place: 'there' }),
    plainSource({ has: ['mail'], driver: 'sqs' }),
  )
  const identities = async () => (await entries()).map(({ driver, place, name }) => `${driver} ${place} ${name}`)
  await vi.waitFor(async () =>
    expect(await identities()).toEqual(['other here mail', 'other there mail', 'sqs here mail']),
  )
})
