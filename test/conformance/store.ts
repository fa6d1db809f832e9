import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store, StoreRecord } from '../../src/ports/index.js'
import { payloadContext } from '../../src/protocol/index.js'
import {
  exceptionOf,
  exceptionRecord,
  finishedJobsOf,
  heartbeatOf,
  queueHistoryOf,
  rollupOf,
  rollupRecord,
  slowOf,
  slowRecord,
} from '../stores/samples.js'
import { commandsConformance } from './store-commands.js'
import { queuesConformance } from './store-queues.js'

export interface StoreUnderTest {
  readonly store: Store
  /** Lets a node's heartbeat come to the end of its life. */
  runOut(service: string, node: string): Promise<void>
  /** Lets the lease of a slot expire; it was taken for at most a minute. */
  runOutLease(service: string, slot: number): Promise<void>
  /** After the store was closed. */
  end(): Promise<void>
}

/** What every store must do. */
export function storeConformance(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`store conformance: ${name}`, () => {
    let made: StoreUnderTest
    let store: Store

    beforeEach(async () => {
      made = await makeStore()
      store = made.store
    })
    afterEach(async () => {
      await store.close()
      await made.end()
    })

    async function write(service: string, records: readonly StoreRecord[]): Promise<void> {
      expect(await store.write({ service, node: 'n1', heartbeat: null, records })).toEqual({
        unwritten: [],
        error: null,
      })
    }

    async function beat(service: string, node: string, changes = {}): Promise<void> {
      const heartbeat = heartbeatOf(service, node, changes)
      expect(await store.write({ service, node, heartbeat, records: [] })).toEqual({ unwritten: [], error: null })
    }

    test('a store that nobody wrote to is empty', async () => {
      expect(await store.nodes()).toEqual({ nodes: [], unreadable: 0 })
      expect(await store.slow({ service: 'shop', limit: 10 })).toEqual({ records: [], unreadable: 0, cursor: null })
      expect(await store.exceptions({ service: 'shop', limit: 10 })).toEqual({
        records: [],
        unreadable: 0,
        cursor: null,
      })
      expect(await store.rollups({ service: 'shop', since: 0 })).toEqual({ records: [], unreadable: 0, cursor: null })
      expect(await store.ping()).toBeGreaterThanOrEqual(0)
    })

    test('a heartbeat is read as it was written', async () => {
      const heartbeat = heartbeatOf('shop', 'n1')
      await store.write({ service: 'shop', node: 'n1', heartbeat, records: [] })
      const { nodes, unreadable } = await store.nodes()
      expect(unreadable).toBe(0)
      expect(nodes).toMatchObject([{ service: 'shop', node: 'n1', lastBeat: expect.any(Number) }])
      // A store with a clock of its own says whether the node's differs from it.
      expect([null, 0]).toContain(nodes[0]?.heartbeat?.clockAhead)
      expect({ ...nodes[0]?.heartbeat, clockAhead: null }).toEqual(heartbeat)
      expect(Math.abs((nodes[0]?.lastBeat ?? 0) - Date.now())).toBeLessThan(60_000)
    })

    test('a later heartbeat replaces the one before', async () => {
      await beat('shop', 'n1', { pid: 1 })
      await beat('shop', 'n1', { pid: 2 })
      const { nodes } = await store.nodes()
      expect(nodes.map((node) => node.heartbeat?.pid)).toEqual([2])
    })

    test('names with separators, globs and letters of any script stay apart', async () => {
      const names = ['a:b', 'a', 'b*', '[x]', '100%', '%41', 'mañana 朝', '{slot}']
      for (const service of names) await beat(service, `node of ${service}:*`)
      const { nodes } = await store.nodes()
      expect(nodes.map((node) => [node.service, node.node]).sort()).toEqual(
        names.map((service) => [service, `node of ${service}:*`]).sort(),
      )
      for (const service of names) await write(service, [slowRecord(slowOf(service))])
      for (const service of names) {
        const { records } = await store.slow({ service, limit: 10 })
        expect(records.map((record) => record.service)).toEqual([service])
      }
    })

    test('a node whose heartbeat ran out is lost but known', async () => {
      await beat('shop', 'n1')
      await beat('shop', 'n2')
      await made.runOut('shop', 'n1')
      const { nodes, unreadable } = await store.nodes()
      const lost = nodes.find((node) => node.node === 'n1')
      expect(lost).toMatchObject({ service: 'shop', node: 'n1', heartbeat: null })
      expect(lost?.lastBeat).toBeGreaterThan(0)
      expect(unreadable).toBe(0)
      await beat('shop', 'n1')
      expect((await store.nodes()).nodes.find((node) => node.node === 'n1')?.heartbeat).not.toBeNull()
    })

    test('a node that leaves is gone, and nobody else', async () => {
      await beat('shop', 'n1')
      await beat('shop', 'n2')
      await store.removeNode('shop', 'n1')
      await store.removeNode('shop', 'never there')
      expect((await store.nodes()).nodes.map((node) => node.node)).toEqual(['n2'])
    })

    test('records are read as they were written, whole', async () => {
      const slow = slowOf('shop')
      const job = slowOf('shop', { kind: 'job', name: 'send', status: 'failed', requestId: null, thresholdMs: null })
      const exception = exceptionOf('shop', 'e1', { stack: null, handled: true })
      const rollup = rollupOf()
      await write('shop', [slowRecord(slow), exceptionRecord(exception), slowRecord(job), rollupRecord(rollup)])
      expect((await store.slow({ service: 'shop', limit: 10 })).records).toEqual([slow, job])
      expect((await store.exceptions({ service: 'shop', limit: 10 })).records).toEqual([exception])
      expect((await store.rollups({ service: 'shop', since: Date.now() - 60_000 })).records).toEqual([rollup])
    })

    test('a heartbeat and records of one batch are all taken', async () => {
      const records = Array.from({ length: 100 }, (_, index) => index).flatMap((index) => [
        slowRecord(slowOf('shop', { requestId: `r-${index}` })),
        exceptionRecord(exceptionOf('shop', `e${index}`)),
        rollupRecord(rollupOf({ from: index, to: index + 1 })),
      ])
      const heartbeat = heartbeatOf('shop', 'n1')
      expect(await store.write({ service: 'shop', node: 'n1', heartbeat, records })).toEqual({
        unwritten: [],
        error: null,
      })
      expect((await store.nodes()).nodes).toHaveLength(1)
      expect((await store.slow({ service: 'shop', limit: 1_000 })).records).toHaveLength(100)
      expect((await store.exceptions({ service: 'shop', limit: 1_000 })).records).toHaveLength(100)
      expect((await store.rollups({ service: 'shop', since: 0 })).records).toHaveLength(100)
    })

    test('the services of records stay apart', async () => {
      await write('shop', [
        slowRecord(slowOf('shop')),
        exceptionRecord(exceptionOf('shop', 'e1')),
        rollupRecord(rollupOf()),
      ])
      expect((await store.slow({ service: 'blog', limit: 10 })).records).toEqual([])
      expect((await store.exceptions({ service: 'blog', limit: 10 })).records).toEqual([])
      expect((await store.rollups({ service: 'blog', since: 0 })).records).toEqual([])
    })

    test('a limit gives the newest slow entries, a cursor those after it', async () => {
      const entry = (number: number) => slowOf('shop', { requestId: `r-${number}`, ts: 1_000 + number })
      await write('shop', [1, 2, 3].map(entry).map(slowRecord))
      const first = await store.slow({ service: 'shop', limit: 2 })
      expect(first.records.map((record) => record.requestId)).toEqual(['r-2', 'r-3'])
      const none = await store.slow({ service: 'shop', after: first.cursor, limit: 2 })
      expect(none.records).toEqual([])
      await write('shop', [4, 5, 6].map(entry).map(slowRecord))
      const all = await store.slow({ service: 'shop', after: none.cursor, limit: 10 })
      expect(all.records.map((record) => record.requestId)).toEqual(['r-4', 'r-5', 'r-6'])
      const newest = await store.slow({ service: 'shop', after: none.cursor, limit: 1 })
      expect(newest.records.map((record) => record.requestId)).toEqual(['r-6'])
    })

    test('a limit gives the newest exceptions, a cursor those after it', async () => {
      const entry = (number: number) => exceptionRecord(exceptionOf('shop', `e${number}`, { ts: Date.now() + number }))
      for (const number of [1, 2, 3]) await write('shop', [entry(number)])
      const first = await store.exceptions({ service: 'shop', limit: 10 })
      expect(first.records.map((record) => record.id)).toEqual(['e1', 'e2', 'e3'])
      const none = await store.exceptions({ service: 'shop', after: first.cursor, limit: 10 })
      expect(none.records).toEqual([])
      await write('shop', [entry(4)])
      await write('shop', [entry(5)])
      const all = await store.exceptions({ service: 'shop', after: none.cursor, limit: 10 })
      expect(all.records.map((record) => record.id)).toEqual(['e4', 'e5'])
    })

    test('exceptions of one moment and of an outage before are neither lost nor given twice', async () => {
      const ts = Date.now()
      const entry = (number: number, at = ts) => exceptionRecord(exceptionOf('shop', `e${number}`, { ts: at }))
      const given: string[] = []
      let after: string | null = null
      const read = async () => {
        const page = await store.exceptions({ service: 'shop', after, limit: 100 })
        after = page.cursor
        given.push(...page.records.map((record) => record.id))
      }
      await write('shop', [entry(1), entry(2)])
      await read()
      await write('shop', [entry(3)])
      await read()
      await write('shop', [entry(4, ts - 120_000), entry(5)])
      await read()
      await read()
      expect(given.sort()).toEqual(['e1', 'e2', 'e3', 'e4', 'e5'])
    })

    test('the two tiers of rollups are apart', async () => {
      const minute = rollupOf({ node: 'b' })
      await write('shop', [rollupRecord(rollupOf({ node: 'a' })), { type: 'history', record: minute }])
      const query = { service: 'shop', since: Date.now() - 60_000 }
      expect((await store.rollups(query)).records.map((rollup) => rollup.node)).toEqual(['a'])
      const history = await store.history(query)
      expect(history.records).toEqual([minute])
      expect((await store.history({ ...query, after: history.cursor })).records).toEqual([])
    })

    test('the history of queues is read since a time and after a cursor, apart from what Zenith recorded', async () => {
      const [first, next, own] = ['n1', 'n2', 'zenith'].map((node) => queueHistoryOf({ node }))
      if (!first || !next || !own) throw new Error('There are three')
      const query = { service: 'shop', since: Date.now() - 60_000 }
      expect((await store.queueHistory?.(query))?.records).toEqual([])
      await write('shop', [{ type: 'queues', record: first }])
      const page = await store.queueHistory?.(query)
      expect(page?.records).toEqual([first])
      await write('shop', [{ type: 'queues', record: next }])
      expect((await store.queueHistory?.({ ...query, after: page?.cursor ?? null }))?.records).toEqual([next])
      await store.recordQueues?.(own)
      expect((await store.queueHistory?.({ ...query, service: null }))?.records).toEqual([own])
      expect((await store.queueHistory?.({ ...query, service: 'blog' }))?.records).toEqual([])
      expect((await store.history(query)).records).toEqual([])
    })

    test('finished jobs are read since a time and after a cursor, with their sealed payloads', async () => {
      const context = payloadContext('shop', 'n1', 1)
      const first = finishedJobsOf({ payloads: { bytes: Buffer.from([1, 2, 250]), context } })
      const sealed = { ...first, jobs: first.jobs.map((job, index) => ({ ...job, payload: index })) }
      const next = finishedJobsOf({ seq: 2, left: 3 })
      const query = { service: 'shop', since: Date.now() - 60_000 }
      expect((await store.finishedJobs?.(query))?.records).toEqual([])
      await write('shop', [{ type: 'jobs', record: sealed }])
      const page = await store.finishedJobs?.(query)
      expect(page?.records).toEqual([sealed])
      await write('shop', [{ type: 'jobs', record: next }])
      expect((await store.finishedJobs?.({ ...query, after: page?.cursor ?? null }))?.records).toEqual([next])
      expect((await store.finishedJobs?.({ ...query, service: 'blog' }))?.records).toEqual([])
      expect((await store.rollups(query)).records).toEqual([])
    })

    test('rollups are read since a time and after a cursor', async () => {
      await write('shop', [rollupRecord(rollupOf({ node: 'a' })), rollupRecord(rollupOf({ node: 'b' }))])
      const first = await store.rollups({ service: 'shop', since: Date.now() - 60_000 })
      expect(first.records.map((rollup) => rollup.node)).toEqual(['a', 'b'])
      await write('shop', [rollupRecord(rollupOf({ node: 'c' }))])
      const next = await store.rollups({ service: 'shop', since: Date.now() - 60_000, after: first.cursor })
      expect(next.records.map((rollup) => rollup.node)).toEqual(['c'])
      const none = await store.rollups({ service: 'shop', since: Date.now() - 60_000, after: next.cursor })
      expect(none).toEqual({ records: [], unreadable: 0, cursor: next.cursor })
    })

    test('what a service keeps is bounded, and the newest stays', async () => {
      const numbers = Array.from({ length: 1_300 }, (_, index) => index)
      await write(
        'shop',
        numbers.map((number) => slowRecord(slowOf('shop', { requestId: `r-${number}`, ts: 1_000 + number }))),
      )
      await write(
        'shop',
        numbers.slice(0, 700).map((number) => exceptionRecord(exceptionOf('shop', `e${number}`))),
      )
      await write(
        'shop',
        numbers.slice(700).map((number) => exceptionRecord(exceptionOf('shop', `e${number}`))),
      )
      const slow = await store.slow({ service: 'shop', limit: 5_000 })
      // Redis trims whole blocks of a hundred.
      expect(slow.records.length).toBeGreaterThanOrEqual(1_000)
      expect(slow.records.length).toBeLessThanOrEqual(1_200)
      expect(slow.records.at(-1)?.requestId).toBe('r-1299')
      const exceptions = await store.exceptions({ service: 'shop', limit: 5_000 })
      expect(exceptions.records).toHaveLength(1_000)
      expect(exceptions.records.some((record) => record.id === 'e1299')).toBe(true)
    })

    test('readers with cursors of their own each see everything', async () => {
      await write('shop', [slowRecord(slowOf('shop', { requestId: 'r-1' }))])
      const one = await store.slow({ service: 'shop', limit: 10 })
      await write('shop', [slowRecord(slowOf('shop', { requestId: 'r-2' }))])
      const two = await store.slow({ service: 'shop', limit: 10 })
      const oneMore = await store.slow({ service: 'shop', after: one.cursor, limit: 10 })
      expect(two.records.map((record) => record.requestId)).toEqual(['r-1', 'r-2'])
      expect(oneMore.records.map((record) => record.requestId)).toEqual(['r-2'])
    })

    queuesConformance(() => made)
    commandsConformance(() => store)

    test('closing twice is harmless', async () => {
      await beat('shop', 'n1')
      await store.close()
      await store.close()
    })
  })
}
