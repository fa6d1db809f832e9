import { expect, test } from 'vitest'
import { queueOf, snapshotOf } from '../stores/samples.js'
import type { StoreUnderTest } from './store.js'

/** Who reports the queues of a service, and what is reported. */
export function queuesConformance(made: () => StoreUnderTest): void {
  const store = () => made().store
  const hold = (holder: string, slot = 1, service = 'shop') => store().acquireQueueSlot(service, slot, holder, 60_000)

  test('a store without queues has none', async () => {
    expect(await store().queues()).toEqual({ snapshots: [], unreadable: 0 })
    expect(await store().readQueues('shop', 1)).toBeNull()
  })

  test('a queue snapshot is read as it was written, and the next one replaces it', async () => {
    const snapshot = snapshotOf('shop')
    expect(await store().writeQueues(snapshot, 1)).toBeNull()
    expect(await store().queues()).toEqual({ snapshots: [snapshot], unreadable: 0 })
    expect(await store().readQueues('shop', 1)).toEqual(snapshot)
    const next = snapshotOf('shop', { timestamp: snapshot.timestamp + 1, reporter: null, interval: null, queues: [] })
    expect(await store().writeQueues(next, 1)).toBeNull()
    const read = (await store().queues()).snapshots
    expect(read.map(({ reporter, queues }) => [reporter, queues])).toEqual([[null, []]])
  })

  test('snapshots of services and of slots are apart, whatever the names', async () => {
    const names = ['a:b', 'a', 'a:2', 'b*', '[x]', '100%', '%41', 'mañana 朝', '{slot}']
    for (const service of names) {
      for (const slot of [1, 2, 12]) {
        const queues = [queueOf(`${service} ${slot}:*`)]
        expect(await store().writeQueues(snapshotOf(service, { queues, interval: 60_000.5 }), slot)).toBeNull()
      }
    }
    const { snapshots, unreadable } = await store().queues()
    expect(unreadable).toBe(0)
    const found = snapshots.map(({ service, queues }) => [service, queues[0]?.name])
    expect(found.sort()).toEqual(names.flatMap((name) => [1, 2, 12].map((slot) => [name, `${name} ${slot}:*`])).sort())
    for (const service of names) {
      expect((await store().readQueues(service, 12))?.queues[0]?.name).toBe(`${service} 12:*`)
    }
  })

  test('a snapshot of 3,000 queues is whole', async () => {
    const queues = Array.from({ length: 3_000 }, (_, number) => queueOf(`queue-${number}`))
    expect(await store().writeQueues(snapshotOf('shop', { queues }), 1)).toBeNull()
    expect((await store().queues()).snapshots[0]?.queues).toEqual(queues)
  })

  test('of those who compete for a slot one holds it, and goes on holding it', async () => {
    expect(await hold('n1')).toBe('n1')
    expect(await hold('n2')).toBe('n1')
    expect(await hold('n1')).toBe('n1')
    expect(await hold('n2', 2)).toBe('n2')
    expect(await hold('n2', 1, 'blog')).toBe('n2')
  })

  test('of many at once one holds a slot', async () => {
    const holders = await Promise.all(Array.from({ length: 20 }, (_, number) => hold(`n${number}`)))
    expect(new Set(holders).size).toBe(1)
  })

  test('who lets go of a slot makes room at once, and nobody else does', async () => {
    await hold('n1')
    await store().releaseQueueSlot('shop', 1, 'n2')
    await store().releaseQueueSlot('shop', 2, 'n1')
    expect(await hold('n2')).toBe('n1')
    await store().releaseQueueSlot('shop', 1, 'n1')
    expect(await hold('n2')).toBe('n2')
    await store().releaseQueueSlot('shop', 1, 'n1')
    expect(await hold('n3')).toBe('n2')
  })

  test('a lease that ran out is free', async () => {
    await hold('n1')
    await made().runOutLease('shop', 1)
    expect(await hold('n2')).toBe('n2')
    expect(await hold('n1')).toBe('n2')
  })
}
