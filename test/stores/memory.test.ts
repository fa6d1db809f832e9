import { performance } from 'node:perf_hooks'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import {
  EXCEPTION_LIFE_MS,
  INDEX_LIFE_MS,
  MIN_HEARTBEAT_LIFE_MS,
  MIN_SNAPSHOT_LIFE_MS,
  ROLLUP_LIFE_MS,
} from '../../src/protocol/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { storeConformance } from '../conformance/store.js'
import { exceptionOf, exceptionRecord, heartbeatOf, rollupOf, rollupRecord, snapshotOf } from './samples.js'

storeConformance('memory', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const store = memoryStore()
  return {
    store,
    async runOut(service, node) {
      const { nodes } = await store.nodes()
      vi.setSystemTime(Date.now() + MIN_HEARTBEAT_LIFE_MS + 1)
      // The others went on beating.
      for (const other of nodes) {
        if (other.service === service && other.node === node) continue
        const heartbeat = heartbeatOf(other.service, other.node)
        await store.write({ service: other.service, node: other.node, heartbeat, records: [] })
      }
    },
    async runOutLease() {
      vi.setSystemTime(Date.now() + 60_001)
    },
    async end() {
      vi.useRealTimers()
    },
  }
})

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('a heartbeat lives for three intervals when that is longer than 30 s', async () => {
  const store = memoryStore()
  const heartbeat = heartbeatOf('shop', 'n1', { interval: 60_000 })
  await store.write({ service: 'shop', node: 'n1', heartbeat, records: [] })
  vi.setSystemTime(Date.now() + 179_000)
  expect((await store.nodes()).nodes[0]?.heartbeat).not.toBeNull()
  vi.setSystemTime(Date.now() + 2_000)
  expect((await store.nodes()).nodes[0]?.heartbeat).toBeNull()
})

test('a node that stays silent is forgotten after a day', async () => {
  const store = memoryStore()
  await store.write({ service: 'shop', node: 'n1', heartbeat: heartbeatOf('shop', 'n1'), records: [] })
  vi.setSystemTime(Date.now() + INDEX_LIFE_MS + 1)
  expect((await store.nodes()).nodes).toEqual([])
})

test('exceptions and rollups get old', async () => {
  const store = memoryStore()
  const records = [exceptionRecord(exceptionOf('shop', 'e1')), rollupRecord(rollupOf())]
  await store.write({ service: 'shop', node: 'n1', heartbeat: null, records })
  vi.setSystemTime(Date.now() + ROLLUP_LIFE_MS + 1)
  expect((await store.rollups({ service: 'shop', since: 0 })).records).toEqual([])
  expect((await store.exceptions({ service: 'shop', limit: 10 })).records).toHaveLength(1)
  vi.setSystemTime(Date.now() + EXCEPTION_LIFE_MS)
  expect((await store.exceptions({ service: 'shop', limit: 10 })).records).toEqual([])
})

test('nodes and rollups are bounded by count, and those of late stay', async () => {
  const store = memoryStore({ maxNodes: 3, maxRollups: 4 })
  for (let number = 0; number < 10; number++) {
    const node = `n${number}`
    await store.write({
      service: 'shop',
      node,
      heartbeat: heartbeatOf('shop', node),
      records: [rollupRecord(rollupOf({ node }))],
    })
  }
  expect((await store.nodes()).nodes.map((entry) => entry.node)).toEqual(['n7', 'n8', 'n9'])
  const { records } = await store.rollups({ service: 'shop', since: 0 })
  expect(records.map((rollup) => rollup.node)).toEqual(['n6', 'n7', 'n8', 'n9'])
})

test('a queue snapshot runs out, and thousands of services do not add up', async () => {
  const store = memoryStore()
  await store.writeQueues(snapshotOf('shop'), 1)
  await store.writeQueues(snapshotOf('slow', { interval: 60_000 }), 1)
  vi.setSystemTime(Date.now() + MIN_SNAPSHOT_LIFE_MS)
  expect((await store.queues()).snapshots.map(({ service }) => service)).toEqual(['slow'])
  expect(await store.readQueues('shop', 1)).toBeNull()
  for (let number = 0; number < 1_100; number++) await store.writeQueues(snapshotOf(`s${number}`), 1)
  const { snapshots } = await store.queues()
  expect([snapshots.length, snapshots.at(-1)?.service]).toEqual([1_000, 's1099'])
})

test('the audit trail keeps its newest 10,000 lines', async () => {
  const store = memoryStore()
  const line = { operation: 'o', step: 'intent', at: 1, user: null, role: 'admin', action: 'retry' } as const
  const about = { queue: null, queueName: null, ok: null, detail: null }
  for (let number = 0; number < 10_010; number++) await store.appendAudit({ ...line, ...about, target: `${number}` })
  const [newest] = await store.listAudit({ before: null, limit: 1 })
  expect(newest?.target).toBe('10009')
  const oldest = await store.listAudit({ before: String(Number(newest?.id) - 9_990), limit: 100 })
  expect(oldest.map(({ target }) => target)).toEqual(['18', '17', '16', '15', '14', '13', '12', '11', '10'])
})

test('what is owed is never more than what was added', async () => {
  const store = memoryStore()
  const clock = vi.spyOn(performance, 'now')
  onTestFinished(() => clock.mockRestore())
  for (let number = 0; number < 2_000; number++) {
    clock.mockReturnValue(40_000.123_457 + number * 0.371_3)
    const [owed = 0] = await store.owe([{ name: `${number}`, ms: 60_000 }])
    expect(owed).toBe(60_000)
  }
})
