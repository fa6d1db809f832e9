import { expect, it } from 'vitest'
import type { QueueSource } from '../../../src/ports/index.js'
import { JOB_STATES, type JobState, type QueueCapability } from '../../../src/protocol/index.js'
import type { QueueSystem, SourceBench } from '../queue-source.js'
import { means, readingOf, sample, samples } from './samples.js'

const METHODS: Partial<Record<QueueCapability, readonly (keyof QueueSource)[]>> = {
  list: ['jobs', 'scan'],
  get: ['job'],
  search: ['search'],
  logs: ['logs'],
  flow: ['flow'],
  retry: ['retry'],
  promote: ['promote'],
  remove: ['remove'],
  pause: ['pause', 'resume'],
  clean: ['clean'],
  empty: ['empty'],
  add: ['add'],
  duplicate: ['duplicate'],
  schedulers: ['schedulers'],
  runScheduler: ['runScheduler'],
  saveScheduler: ['saveScheduler'],
  removeScheduler: ['removeScheduler'],
}

/** What a source says of itself and of its queues. */
export function readingCases({ promise, run, can }: SourceBench): void {
  it(
    'has the methods of its capabilities, and no others',
    run(async ({ source }) => {
      expect([...source.capabilities].sort()).toEqual([...promise.capabilities].sort())
      for (const [capability, methods] of Object.entries(METHODS)) {
        const has = methods.map((method) => [method, typeof source[method] === 'function'])
        const isNamed = source.capabilities.includes(capability as QueueCapability)
        expect(has).toEqual(methods.map((method) => [method, isNamed]))
      }
      const native = promise.pausesSchedulers === true
      expect([source.pauseScheduler !== undefined, source.resumeScheduler !== undefined]).toEqual([native, native])
    }),
  )

  it(
    'reads an empty system: known names with zeros, or no queues',
    run(async ({ source }) => {
      const { queues, server } = await source.read()
      expect(queues.map(({ name }) => name)).toEqual(source.names ?? [])
      for (const { metrics, error, oldestMs, overdueMs } of queues) {
        expect([error, oldestMs, overdueMs]).toEqual([null, null, null])
        for (const state of JOB_STATES)
          expect([state, metrics[state]]).toEqual([state, promise.counts.includes(state) ? 0 : null])
      }
      expect(server === null || server.length > 0).toBe(true)
      expect(source.place.length).toBeGreaterThan(0)
    }),
  )

  it(
    'counts what is in each state, and knows nothing of the others',
    run(async (system) => {
      const [queue, other] = system.queues
      await system.wait(other, [sample(4)])
      const expected = await fill(system, queue, promise.counts)
      const reading = await readingOf(system, queue)
      for (const state of JOB_STATES) {
        const count = promise.counts.includes(state) ? (expected[state] ?? 0) : null
        expect([state, reading.metrics[state]]).toEqual([state, count])
      }
      expect(reading.driver).toBe(system.source.driver)
      expect(reading.error).toBeNull()
      for (const state of promise.counts) expect(reading.states).toContain(state)
      expect(system.source.capabilities).toEqual(expect.arrayContaining([...reading.capabilities]))
      if (!can('workers')) expect(reading.workers).toBeNull()
      expect((await readingOf(system, other)).metrics.waiting).toBe(1)
    }),
  )

  it(
    'tells for how long jobs have waited, and nothing when none waits',
    run(async (system) => {
      const [queue, other] = system.queues
      await system.wait(other, [sample(1)])
      if (system.age) await system.age(queue, 90_000)
      else await system.wait(queue, [sample(2)])
      await system.source.read()
      await system.drain(other)
      const { oldestMs } = await readingOf(system, queue)
      if (system.age) {
        expect(oldestMs).toBeGreaterThanOrEqual(90_000)
        expect(oldestMs).toBeLessThan(300_000)
      } else expect(oldestMs === null || oldestMs >= 0).toBe(true)
      const { queues } = await system.source.read()
      expect(queues.find(({ name }) => name === other)?.oldestMs ?? null).toBeNull()
    }),
  )

  it(
    'tells that jobs are due and nobody takes them, and not that they are due later',
    run(async (system) => {
      const [queue, other] = system.queues
      await system.wait(queue, [sample(3)])
      await system.delay?.(other, [sample(1)], Date.now() + 3_600_000)
      if (!system.overdue) {
        expect((await readingOf(system, queue)).overdueMs).toBeNull()
        return
      }
      await system.overdue(queue, 60_000)
      const { overdueMs } = await readingOf(system, queue)
      expect(overdueMs).toBeGreaterThanOrEqual(60_000)
      expect(overdueMs).toBeLessThan(300_000)
      if (system.delay) expect((await readingOf(system, other)).overdueMs).toBeNull()
    }),
  )

  it(
    'tells which queue is paused',
    run(async (system) => {
      const [queue, other] = system.queues
      await system.wait(queue, [sample(1)])
      await system.wait(other, [sample(2)])
      await system.pause?.(queue)
      const paused = [(await readingOf(system, queue)).paused, (await readingOf(system, other)).paused]
      expect(paused).toEqual(system.pause ? [true, false] : [null, null])
      expect((await readingOf(system, queue)).metrics.waiting).toBe(1)
    }),
  )

  it(
    'a queue that cannot be read says so, and hides no other',
    run(async (system) => {
      const [queue, other] = system.queues
      await system.wait(queue, [sample(1)])
      await system.wait(other, [sample(2)])
      if (!system.spoil) return expect((await system.source.read()).queues).toHaveLength(2)
      await system.source.read()
      await system.spoil(queue)
      const broken = await readingOf(system, queue)
      expect(broken.error).toMatch(/\w+ \w+/)
      expect([broken.metrics.waiting, broken.oldestMs]).toEqual([null, null])
      const whole = await readingOf(system, other)
      expect([whole.error, whole.metrics.waiting]).toEqual([null, 1])
    }),
  )

  it(
    'remembers a queue that was drained, and reads zeros',
    run(async (system) => {
      const [queue] = system.queues
      await system.wait(queue, [sample(1)])
      expect((await readingOf(system, queue)).metrics.waiting).toBe(1)
      await system.drain(queue)
      const drained = await readingOf(system, queue)
      expect([drained.metrics.waiting, drained.oldestMs, drained.error]).toEqual([0, null, null])
    }),
  )
}

/** Puts jobs into the states whose counts are known. @returns how many there are in each */
async function fill(system: QueueSystem, queue: string, counts: readonly JobState[]) {
  await system.wait(queue, samples(3))
  if (counts.includes('delayed')) await means(system, 'delay')(queue, samples(2, 10), Date.now() + 3_600_000)
  if (counts.includes('failed')) await system.fail?.(queue, samples(2, 20), 'No stock')
  if (counts.includes('active')) await system.activate?.(queue, sample(30))
  return { waiting: 3, delayed: 2, failed: system.fail ? 2 : 0, active: system.activate ? 1 : 0 } as Partial<
    Record<JobState, number>
  >
}
