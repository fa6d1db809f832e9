import { expect, it, vi } from 'vitest'
import { memoryStore } from '../../src/stores/memory/index.js'
import { queueOf } from '../stores/samples.js'
import { looks, plainSource } from '../support/plain-source.js'
import { queueFleets } from '../support/queue-fleet.js'

const fleet = queueFleets()

it('of nodes that watch the same one reads, and the next one when it stops', async () => {
  const { start, reported, store } = fleet()
  const sources = [0, 1, 2].map(() => plainSource({ has: ['mail', 'sms'] }))
  const nodes = sources.map((source) => {
    const quasar = start()
    quasar.monitorQueues(source)
    return quasar
  })
  await vi.waitFor(async () => expect((await store.queues()).snapshots).toHaveLength(1))
  const first = sources.findIndex(({ asked }) => asked.length > 0)
  const chosen = sources[first] ?? plainSource()
  await looks(chosen, 5)
  expect(sources.filter(({ asked }) => asked.length > 0)).toEqual([chosen])
  expect(nodes.map((node) => node.status().queues.reporting).sort()).toEqual([0, 0, 2])
  expect(nodes.map((node) => node.status().queues.watched)).toEqual([2, 2, 2])

  await nodes[first]?.stop()
  expect((await store.queues()).snapshots).toHaveLength(1)
  const others = sources.filter((source) => source !== chosen)
  await vi.waitFor(() => expect(others.some(({ asked }) => asked.length > 2)).toBe(true))
  expect(others.filter(({ asked }) => asked.length > 0)).toHaveLength(1)
  expect(Object.keys(await reported())).not.toContain(String(first))
})

it('a node that watches more reports only the rest, and reads no more than that', async () => {
  const { start, reported } = fleet()
  const [few, more, most] = [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'd', 'a'],
  ].map((has) => plainSource({ has }))
  start().monitorQueues(few ?? plainSource())
  await vi.waitFor(async () => expect(await reported()).toEqual({ 0: ['a', 'b'] }))
  start().monitorQueues(more ?? plainSource())
  await vi.waitFor(async () => expect(await reported()).toEqual({ 0: ['a', 'b'], 1: ['c'] }))
  start().monitorQueues(most ?? plainSource())
  await vi.waitFor(async () => expect(await reported()).toEqual({ 0: ['a', 'b'], 1: ['c'], 2: ['d'] }))
  await looks(most ?? plainSource())
  expect(new Set(few?.asked)).toEqual(new Set([null]))
  expect(new Set(more?.asked.map(String))).toEqual(new Set(['c']))
  expect(new Set(most?.asked.map(String))).toEqual(new Set(['d']))
})

it('nodes with one rest compete for it as they do for the whole', async () => {
  const { start, reported } = fleet()
  start().monitorQueues(plainSource({ has: ['a'] }))
  await vi.waitFor(async () => expect(await reported()).toEqual({ 0: ['a'] }))
  const rest = [1, 2].map(() => plainSource({ has: ['a', 'b'] }))
  const nodes = rest.map((source) => {
    const quasar = start()
    quasar.monitorQueues(source)
    return quasar
  })
  await vi.waitFor(() => expect(rest.some(({ asked }) => asked.length > 3)).toBe(true))
  const chosen = rest.findIndex(({ asked }) => asked.length > 0)
  expect(rest.filter(({ asked }) => asked.length > 0)).toHaveLength(1)
  await nodes[chosen]?.stop()
  await looks(rest[1 - chosen] ?? plainSource())
  expect(new Set(rest[1 - chosen]?.asked.map(String))).toEqual(new Set(['b']))
})

it('when slot 1 is free its next holder reports all that it watches, and a rest that is reported is let go', async () => {
  const { start, store } = fleet()
  const first = start()
  first.monitorQueues(plainSource({ has: ['a'] }))
  await vi.waitFor(async () => expect((await store.queues()).snapshots).toHaveLength(1))
  const second = start()
  const source = plainSource({ has: ['a', 'b'] })
  second.monitorQueues(source)
  await vi.waitFor(() => expect(source.asked.at(-1)).toEqual(['b']))
  await first.stop()
  await vi.waitFor(() => expect(source.asked.at(-1)).toBeNull())
  expect((await store.readQueues('shop', 1))?.queues.map(({ name }) => name)).toEqual(['a', 'b'])
  expect(await store.acquireQueueSlot('shop', 2, 'nobody else', 1_000)).toBe('nobody else')
})

it('a queue that the holder names later is its own from then on', async () => {
  const { start, store } = fleet()
  const first = start()
  first.monitorQueues(plainSource({ has: ['a'] }))
  await vi.waitFor(async () => expect((await store.queues()).snapshots).toHaveLength(1))
  const rest = plainSource({ has: ['b'] })
  const second = start()
  second.monitorQueues(rest)
  await looks(rest)
  const late = plainSource({ has: ['b'] })
  first.monitorQueues(late)
  await looks(late)
  await vi.waitFor(() => expect(second.status().queues.reporting).toBe(0))
  const before = rest.asked.length
  await looks(late)
  expect(rest.asked).toHaveLength(before)
})

it('a place that is watched whole is covered by whoever watches it whole; a queue by name when it was found', async () => {
  const { start, reported } = fleet()
  const whole = plainSource({ names: null, has: ['a', 'b'] })
  start().monitorQueues(whole)
  await vi.waitFor(async () => expect(await reported()).toEqual({ 0: ['a', 'b'] }))
  const [again, elsewhere, named] = [
    plainSource({ names: null, has: ['a', 'b'] }),
    plainSource({ names: null, has: ['x'], place: 'there' }),
    plainSource({ has: ['b', 'idle'] }),
  ]
  start().monitorQueues(again, elsewhere, named)
  await vi.waitFor(async () => expect(await reported()).toEqual({ 0: ['a', 'b'], 1: ['x', 'idle'] }))
  await looks(named)
  expect(again.asked).toEqual([])
  expect(new Set(named.asked.map(String))).toEqual(new Set(['idle']))
})

it('who watches a place whole leaves out what another reports by name', async () => {
  const { start, reported } = fleet()
  start().monitorQueues(plainSource({ has: ['a'] }))
  await vi.waitFor(async () => expect(await reported()).toEqual({ 0: ['a'] }))
  start().monitorQueues(plainSource({ names: null, has: ['a', 'b'] }))
  await vi.waitFor(async () => expect(await reported()).toEqual({ 0: ['a'], 1: ['b'] }))
})

it('a holder of another kind, or one that never says what it reports, takes nothing from the others for long', async () => {
  const { start, reported, store } = fleet()
  await store.acquireQueueSlot('shop', 1, 'php-1', 600_000)
  const source = plainSource({ has: ['a', 'b'] })
  start().monitorQueues(source)
  await vi.waitFor(async () => expect(await reported()).toEqual({ 0: ['a', 'b'] }))
  const queues = [...((await store.queues()).snapshots[0]?.queues ?? [])].filter(({ name }) => name === 'a')
  await store.writeQueues(
    { v: 2, timestamp: Date.now(), interval: null, service: 'shop', reporter: 'php-1', queues },
    1,
  )
  await vi.waitFor(() => expect(source.asked.at(-1)).toEqual(['b']))
})

it('a node that the store does not answer goes on when it does', async () => {
  const store = memoryStore()
  let answers = true
  const flaky: typeof store = {
    ...store,
    acquireQueueSlot: async (...lease) => (answers ? store.acquireQueueSlot(...lease) : null),
  }
  const { start, reported } = fleet(flaky)
  const source = plainSource({ has: ['a'] })
  start().monitorQueues(source)
  await looks(source)
  answers = false
  const asked = source.asked.length
  await vi.waitFor(async () => expect(await store.acquireQueueSlot('shop', 1, 'another', 1)).toBe('another'))
  expect(source.asked.length).toBeLessThanOrEqual(asked + 1)
  answers = true
  await looks(source)
  expect(await reported()).toEqual({ 0: ['a'] })
})

it('a node that watches a part of what is reported takes no slot', async () => {
  const { start, store } = fleet()
  start().monitorQueues(plainSource({ has: ['a', 'b'] }))
  await vi.waitFor(async () => expect((await store.queues()).snapshots).toHaveLength(1))
  const part = plainSource({ has: ['b'] })
  let reads = 0
  const counting: typeof store = {
    ...store,
    readQueues: async (...at) => {
      reads += 1
      return store.readQueues(...at)
    },
  }
  const node = fleet(counting).start()
  node.monitorQueues(part)
  await vi.waitFor(() => expect(reads).toBeGreaterThan(3))
  expect([part.asked, node.status().queues.reporting]).toEqual([[], 0])
  expect(await store.acquireQueueSlot('shop', 2, 'nobody else', 1)).toBe('nobody else')
})

it('a node that watches the same as the holder reads nothing of what that one reports', async () => {
  const { start, store } = fleet()
  const source = plainSource({ has: ['a', 'b'] })
  start().monitorQueues(source)
  await vi.waitFor(async () => expect((await store.queues()).snapshots).toHaveLength(1))
  const calls: string[] = []
  const counting: typeof store = {
    ...store,
    acquireQueueSlot: async (...lease) => {
      calls.push(`hold ${lease[1]}`)
      return store.acquireQueueSlot(...lease)
    },
    readQueues: async (...at) => {
      calls.push('read')
      return store.readQueues(...at)
    },
  }
  fleet(counting)
    .start()
    .monitorQueues(plainSource({ has: ['b', 'a'] }))
  await vi.waitFor(() => expect(calls.length).toBeGreaterThan(4))
  expect(new Set(calls)).toEqual(new Set(['hold 1']))
})

it('what a holder reported before this one says nothing of this one', async () => {
  const store = memoryStore()
  await store.acquireQueueSlot('shop', 1, 'php-2', 60_000)
  const snapshot = (reporter: string, name: string) => ({
    v: 2 as const,
    timestamp: Date.now(),
    interval: null,
    service: 'shop',
    reporter,
    queues: [queueOf(name, { driver: 'other', place: 'here' })],
  })
  let reads = 0
  const { start } = fleet({
    ...store,
    readQueues: async (service, slot) => {
      if (slot > 1) return store.readQueues(service, slot)
      reads += 1
      return reads === 1 ? snapshot('php-1', 'a') : snapshot('php-2', 'b')
    },
  })
  const source = plainSource({ has: ['a', 'b'] })
  start().monitorQueues(source)
  await looks(source)
  expect(new Set(source.asked.map(String))).toEqual(new Set(['a']))
})
