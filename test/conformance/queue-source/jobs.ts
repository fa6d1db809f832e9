import { expect, it } from 'vitest'
import type { JobState } from '../../../src/protocol/index.js'
import type { QueueSystem, SampleJob, SourceBench } from '../queue-source.js'
import { idsOf, means, NO_SUCH_JOB, need, PAYLOAD_MARK, sample, samples } from './samples.js'

const HARD_IDS = ['a/b/../c', 'with:colon', 'mañana 朝 🙂', ' two  spaces ', '100%2F', '[x]*?', '"quoted\\"']

/** Puts jobs into a state by the system's own means. */
export function put(system: QueueSystem, queue: string, state: JobState, jobs: readonly SampleJob[]) {
  if (state === 'failed') return means(system, 'fail')(queue, jobs, 'No stock')
  if (state === 'delayed') return means(system, 'delay')(queue, jobs, Date.now() + 3_600_000)
  return system.wait(queue, jobs)
}

/** The states that the suite knows how to fill. */
export function listed({ promise }: SourceBench): JobState[] {
  return (promise.lists ?? []).filter((state) => ['waiting', 'delayed', 'failed'].includes(state))
}

/** Looking at jobs. */
export function jobCases(bench: SourceBench): void {
  const { can, promise, run } = bench
  if (can('list')) listCases(bench)
  if (can('get')) {
    it(
      'gives a job whole',
      run(async (system) => {
        const [queue] = system.queues
        const job = need(system.source, 'job')
        for (const state of listed(bench)) {
          const [id = ''] = await put(system, queue, state, [sample(1, { id: `of ${state}` })])
          const detail = await job(queue, id)
          expect(detail).toMatchObject({ id, state, name: 'send-mail' })
          expect(JSON.parse(detail?.data ?? 'null')).toEqual({ number: 1, note: PAYLOAD_MARK })
          if (state === 'failed') expect([detail?.failure, detail?.error]).toEqual(['No stock', 'No stock'])
          if (state === 'delayed') expect(detail?.runAt).toBeGreaterThan(Date.now() + 3_000_000)
        }
      }),
    )

    it(
      'knows no job of an unknown id, in a queue with jobs or in none',
      run(async (system) => {
        const [queue, other] = system.queues
        const job = need(system.source, 'job')
        await system.wait(queue, [sample(1)])
        expect(await job(queue, NO_SUCH_JOB)).toBeNull()
        expect(await job(other, NO_SUCH_JOB)).toBeNull()
      }),
    )
  }
  if (can('get', 'list') && promise.takesIds) {
    it(
      'finds jobs of any id, each its own',
      run(async (system) => {
        const [queue] = system.queues
        const ids = await system.wait(
          queue,
          HARD_IDS.map((id, number) => sample(number, { id })),
        )
        const { jobs } = await need(system.source, 'jobs')(queue, {
          state: 'waiting',
          offset: 0,
          limit: 50,
          order: 'oldest',
        })
        expect(idsOf(jobs)).toEqual(ids)
        for (const [number, id] of ids.entries()) {
          const detail = await need(system.source, 'job')(queue, id)
          expect(detail?.id).toBe(id)
          expect(JSON.parse(detail?.data ?? 'null')).toMatchObject({ number })
        }
      }),
    )
  }
}

function listCases(bench: SourceBench): void {
  for (const state of listed(bench))
    it(
      `lists ${state} jobs in both orders, part by part, without payloads`,
      bench.run(async (system) => {
        const [queue, other] = system.queues
        const jobs = need(system.source, 'jobs')
        const ids: string[] = []
        for (const one of samples(7)) ids.push(...(await put(system, queue, state, [one])))
        await put(system, other, state, [sample(99)])
        const whole = await expectParts(system, queue, state)
        expect([whole.total, whole.missing]).toEqual([7, 0])
        expect(idsOf(whole.jobs)).toEqual(ids)
        expect(JSON.stringify(whole)).not.toContain(PAYLOAD_MARK)
        for (const job of whole.jobs) expect(job).toMatchObject({ state, name: 'send-mail' })
        expect(await jobs(queue, { state, offset: 7, limit: 3, order: 'oldest' })).toEqual({
          total: 7,
          jobs: [],
          missing: 0,
        })
      }),
    )

  if (listed(bench).includes('failed'))
    it(
      'a list says why jobs failed, shortly',
      bench.run(async (system) => {
        const [queue] = system.queues
        await means(system, 'fail')(queue, [sample(1)], `No stock: ${'x'.repeat(4_000)}`)
        const { jobs } = await need(system.source, 'jobs')(queue, {
          state: 'failed',
          offset: 0,
          limit: 5,
          order: 'newest',
        })
        expect(jobs[0]?.error).toMatch(/^No stock: x+/)
        // More than is shown: it is masked before it is cut.
        expect(jobs[0]?.error?.length).toBeLessThanOrEqual(2_400)
      }),
    )

  it(
    'says how much a payload weighs, or that it does not know',
    bench.run(async (system) => {
      const [queue] = system.queues
      await system.wait(queue, [sample(1, { data: { text: '朝'.repeat(10_000) } })])
      const { jobs } = await need(system.source, 'jobs')(queue, {
        state: 'waiting',
        offset: 0,
        limit: 5,
        order: 'newest',
      })
      const bytes = jobs[0]?.dataBytes ?? null
      if (bytes !== null) expect(bytes).toBeGreaterThanOrEqual(30_000)
      expect(JSON.stringify(jobs).length).toBeLessThan(2_000)
    }),
  )

  it(
    'a queue that is not there has no jobs',
    bench.run(async (system) => {
      const [, other] = system.queues
      for (const state of listed(bench)) {
        const query = { state, offset: 0, limit: 10, order: 'newest' } as const
        expect(await need(system.source, 'jobs')(other, query)).toEqual({ total: 0, jobs: [], missing: 0 })
        const scanned = await need(system.source, 'scan')(other, { state, asOf: Date.now(), cursor: null, limit: 10 })
        expect(scanned).toEqual({ jobs: [], cursor: null })
      }
    }),
  )
}

/** Asks for seven jobs in parts and at once. @returns them, the oldest first */
async function expectParts(system: QueueSystem, queue: string, state: JobState) {
  const jobs = need(system.source, 'jobs')
  const oldest = await jobs(queue, { state, offset: 0, limit: 100, order: 'oldest' })
  const newest = await jobs(queue, { state, offset: 0, limit: 100, order: 'newest' })
  expect(newest).toEqual({ ...oldest, jobs: [...oldest.jobs].reverse() })
  for (const [order, whole] of [['oldest', oldest] as const, ['newest', newest] as const]) {
    const parts = []
    for (const offset of [0, 3, 6]) parts.push(await jobs(queue, { state, offset, limit: 3, order }))
    expect(parts.map((part) => part.jobs.length)).toEqual([3, 3, 1])
    expect(parts.flatMap((part) => part.jobs)).toEqual(whole.jobs)
  }
  return oldest
}
