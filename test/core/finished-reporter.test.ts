import { expect, it } from 'vitest'
import type { FinishedAttempt } from '../../src/core/jobs/finished-log.js'
import { FinishedReporter } from '../../src/core/jobs/finished-reporter.js'
import type { Batch, Store, WriteResult } from '../../src/ports/index.js'
import { type FinishedJobs, parsePayloads } from '../../src/protocol/index.js'
import { open } from '../../src/signing/seal.js'
import { memoryStore } from '../../src/stores/memory/index.js'

const TOKEN = 'a-token-of-the-test'
const queue = { name: 'mail', driver: 'bullmq', place: null, server: null } as const

function attemptOf(id: number, changes: Partial<FinishedAttempt> = {}): FinishedAttempt {
  const now = Date.now()
  const times = { addedAt: now - 30, startedAt: now - 20, finishedAt: now }
  const payload = { text: JSON.stringify({ id }), isCut: false }
  const facts = { queue, id: `${id}`, name: 'mail', outcome: 'completed', attempt: 1, waitMs: 10, runMs: 20 } as const
  return { ...facts, ...times, error: null, payload, ...changes }
}

/** A recorder's part that writes to a store. */
function reporterTo(store: Pick<Store, 'write'>, token: string | null = null) {
  const faults: unknown[] = []
  const counts = { dropped: 0 }
  const onDrop = (jobs: number) => {
    counts.dropped += jobs
  }
  const parts = { writer: store, onDrop, onFault: (error: unknown) => void faults.push(error) }
  return { reporter: new FinishedReporter({ service: 'shop', node: 'n1', token }, parts), faults, counts }
}

async function recordsOf(store: Store): Promise<readonly FinishedJobs[]> {
  return (await store.finishedJobs?.({ service: 'shop', since: 0 }))?.records ?? []
}

/** A store that refuses what it gets until it is told otherwise. */
function stubborn(refuse: (batch: Batch) => Promise<WriteResult>) {
  const store = memoryStore()
  const state = { isRefusing: true }
  const write = (batch: Batch) => (state.isRefusing ? refuse(batch) : store.write(batch))
  return { store: { ...store, write }, state }
}

it('tells how many attempts were left out while the store refused them, and counts them as dropped', async () => {
  const { store, state } = stubborn(async ({ records }) => ({ unwritten: records, error: new Error('away') }))
  const { reporter, faults, counts } = reporterTo(store)
  const total = 47_123
  for (let id = 0; id < total; id++) {
    reporter.add(attemptOf(id, { payload: null }))
    if (id % 10_000 === 0) await reporter.flush()
  }
  expect(reporter.bytes).toBeLessThan(4_000_000)
  state.isRefusing = false
  await reporter.flush()
  const records = await recordsOf(store)
  const ids = records.flatMap(({ jobs }) => jobs.map(({ id }) => Number(id)))
  const left = records.reduce((sum, record) => sum + record.left, 0)
  expect(ids.length).toBeGreaterThan(19_000)
  expect(new Set(ids).size + left).toBe(total)
  expect(ids).toEqual([...ids].sort((a, b) => a - b))
  expect(counts.dropped).toBe(left)
  expect([reporter.size, faults]).toEqual([0, []])
})

it.each<[what: string, refuse: (batch: Batch) => Promise<WriteResult>]>([
  ['rejects', () => Promise.reject(new Error('no'))],
  [
    'throws',
    () => {
      throw new Error('no')
    },
  ],
])('tries again at the next interval when a store %s', async (_, refuse) => {
  const { store, state } = stubborn(refuse)
  const { reporter } = reporterTo(store)
  reporter.add(attemptOf(1))
  await reporter.flush()
  expect(reporter.size).toBe(1)
  state.isRefusing = false
  await reporter.flush()
  expect((await recordsOf(store)).map(({ jobs }) => jobs.length)).toEqual([1])
})

it('writes what waits at once when the process ends, also what is being compressed', async () => {
  const store = memoryStore()
  const { reporter, faults } = reporterTo(store, TOKEN)
  await reporter.flush()
  for (let id = 0; id < 700; id++) reporter.add(attemptOf(id))
  await new Promise(setImmediate)
  reporter.flushNow()
  const records = await recordsOf(store)
  expect(new Set(records.flatMap(({ jobs }) => jobs.map(({ id }) => id))).size).toBe(700)
  for (const { jobs, payloads } of records) {
    const read = parsePayloads(open(payloads?.bytes ?? new Uint8Array(), [TOKEN], payloads?.context ?? '') ?? '')
    for (const { id, payload } of jobs) expect(read?.[payload ?? -1]?.text).toBe(`{"id":${id}}`)
  }
  expect(faults).toEqual([])
})

it('writes a batch as soon as it is full, by its jobs or by its payloads', async () => {
  const store = memoryStore()
  const { reporter } = reporterTo(store, TOKEN)
  await reporter.flush()
  const payload = { text: 'x'.repeat(60_000), isCut: false }
  for (let id = 0; id < 7; id++) reporter.add(attemptOf(id, { payload }))
  await expect.poll(async () => (await recordsOf(store)).map(({ jobs }) => jobs.length)).toEqual([3, 3])
  expect(reporter.size).toBe(1)
})

it('masks the messages of failures, and names', async () => {
  const store = memoryStore()
  const { reporter } = reporterTo(store)
  const secret = 'redis://:s3cretPassw0rd@cache:6379'
  const failed = { outcome: 'failed', name: secret } as const
  for (let id = 0; id < 300; id++) reporter.add(attemptOf(id, { ...failed, error: `${'x '.repeat(id * 3)} ${secret}` }))
  await reporter.flush()
  const text = JSON.stringify(await recordsOf(store))
  expect(text).toContain('redis://')
  expect(text).not.toContain('s3cret')
})

it('leaves out a batch of which no record can be made, says so, and writes the next ones', async () => {
  const store = memoryStore()
  const { reporter, faults, counts } = reporterTo(store)
  const unreadable = attemptOf(1, { name: Symbol('no name') as never })
  reporter.add(unreadable)
  await reporter.flush()
  reporter.add(attemptOf(2))
  await reporter.flush()
  expect((await recordsOf(store)).map(({ jobs, left }) => [jobs.map(({ id }) => id), left])).toEqual([[['2'], 1]])
  expect([faults.length, counts.dropped]).toEqual([1, 1])
  reporter.add(unreadable)
  expect(() => reporter.flushNow()).not.toThrow()
  expect([faults.length, counts.dropped]).toEqual([2, 2])
})
