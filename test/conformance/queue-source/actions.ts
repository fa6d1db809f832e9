import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { backlogOf, type JobOutcome, type JobState } from '../../../src/protocol/index.js'
import type { QueueSystem, SourceBench } from '../queue-source.js'
import { listed, put } from './jobs.js'
import { idsOf, means, NO_SUCH_JOB, need, PAYLOAD_MARK, readingOf, sample, samples } from './samples.js'

/** Changing jobs and queues. */
export function actionCases(bench: SourceBench): void {
  jobActionCases(bench)
  queueActionCases(bench)
  additionCases(bench)
}

function jobActionCases(bench: SourceBench): void {
  const { can, run } = bench
  const from: Record<string, JobState> = { retry: 'failed', promote: 'delayed' }
  for (const action of ['retry', 'promote'] as const) {
    if (!can(action)) continue
    const state = from[action] ?? 'failed'
    it(
      `${action}: says of each job what became of it, in the order asked`,
      run(async (system) => {
        const [queue] = system.queues
        const [wrong = ''] = await system.wait(queue, [sample(50)])
        const [first = '', second = '', third = ''] = await put(system, queue, state, samples(3))
        const asked = [second, NO_SUCH_JOB, first, second, wrong]
        const outcomes = await need(system.source, action)(queue, asked)
        expect(outcomes.map(({ id, ok }) => [id, ok])).toEqual([
          [second, true],
          [NO_SUCH_JOB, false],
          [first, true],
          [second, false],
          [wrong, false],
        ])
        expectReasons(outcomes)
        const { metrics } = await readingOf(system, queue)
        expect(backlogOf(metrics)).toBe(3)
        const kept = action === 'retry' && bench.promise.keepsRetried ? 3 : 1
        if (metrics[state] !== null) expect(metrics[state]).toBe(kept)
        if (can('get') && bench.promise.lists?.includes('waiting'))
          expect(await numberOf(system, queue, first)).toEqual([first, 1])
        expect(await need(system.source, action)(queue, [])).toEqual([])
        expect((await need(system.source, action)(queue, [third]))[0]?.ok).toBe(true)
      }),
    )
  }

  if (can('remove'))
    it(
      'remove: takes jobs out of every state that it promises to, and no other jobs',
      run(async (system) => {
        const [queue, other] = system.queues
        for (const state of bench.promise.removes ?? listed(bench)) {
          const [first = '', second = '', third = ''] = await put(
            system,
            queue,
            state,
            samples(3).map((job) => ({ ...job, id: `${state}-${job.id}` })),
          )
          await put(system, other, state, [sample(1, { id: `${state}-other` })])
          const outcomes = await need(system.source, 'remove')(queue, [third, NO_SUCH_JOB, first, third])
          expect(outcomes.map(({ id, ok }) => [id, ok])).toEqual([
            [third, true],
            [NO_SUCH_JOB, false],
            [first, true],
            [third, false],
          ])
          expectReasons(outcomes)
          const query = { state, offset: 0, limit: 10, order: 'oldest' } as const
          expect(idsOf((await need(system.source, 'jobs')(queue, query)).jobs)).toEqual([second])
          expect((await need(system.source, 'jobs')(other, query)).total).toBe(1)
        }
      }),
    )
}

function queueActionCases({ can, promise, run }: SourceBench): void {
  if (can('pause'))
    it(
      'pauses a queue and resumes it, and doing so twice is harmless',
      run(async (system) => {
        const [queue, other] = system.queues
        await system.wait(queue, samples(3))
        await system.wait(other, [sample(9)])
        const state = async (name: string) => {
          const { paused, metrics } = await readingOf(system, name)
          return [paused, metrics.waiting]
        }
        await need(system.source, 'pause')(queue)
        await need(system.source, 'pause')(queue)
        expect([await state(queue), await state(other)]).toEqual([
          [true, 3],
          [false, 1],
        ])
        await need(system.source, 'resume')(queue)
        await need(system.source, 'resume')(queue)
        expect(await state(queue)).toEqual([false, 3])
      }),
    )

  if (can('clean'))
    for (const state of promise.cleans ?? [])
      it(
        `cleans ${state} jobs: those before a time, the oldest first, at most so many`,
        run(async (system) => {
          const [queue, other] = system.queues
          const clean = need(system.source, 'clean')
          const ids: string[] = []
          for (const job of samples(5)) {
            ids.push(...(await put(system, queue, state, [job])))
            // Of jobs of one millisecond none is the oldest.
            await sleep(2)
          }
          await put(system, other, state, [sample(9)])
          expect(await clean(queue, { state, before: Date.now() - 3_600_000, limit: 10 })).toBe(0)
          expect(await clean(queue, { state, before: Date.now() + 60_000, limit: 2 })).toBe(2)
          const query = { state, offset: 0, limit: 10, order: 'oldest' } as const
          if (can('list')) expect(idsOf((await need(system.source, 'jobs')(queue, query)).jobs)).toEqual(ids.slice(2))
          expect(await clean(queue, { state, before: Date.now() + 60_000, limit: 10 })).toBe(3)
          expect(await clean(queue, { state, before: Date.now() + 60_000, limit: 10 })).toBe(0)
          expect((await readingOf(system, other)).metrics[state]).toBe(1)
        }),
      )

  if (can('empty'))
    it(
      'empties a queue bit by bit, and leaves what failed and other queues',
      run(async (system) => {
        const [queue, other] = system.queues
        await system.wait(queue, samples(5))
        await system.delay?.(queue, samples(2, 10), Date.now() + 3_600_000)
        await system.fail?.(queue, [sample(20)], 'No stock')
        await system.wait(other, [sample(30)])
        const removed = await emptied(system, queue, 3)
        for (const count of removed) expect(count).toBeLessThanOrEqual(3)
        expect(removed.reduce((sum, count) => sum + count, 0)).toBe(system.delay ? 7 : 5)
        const { metrics } = await readingOf(system, queue)
        expect([metrics.waiting, metrics.delayed ?? 0]).toEqual([0, 0])
        if (system.fail && promise.counts.includes('failed')) expect(metrics.failed).toBe(1)
        expect((await readingOf(system, other)).metrics.waiting).toBe(1)
      }),
    )
}

const NEW_JOB = {
  name: 'send-mail',
  data: '{"to":"ada@example.com","n":1}',
  delay: null,
  priority: null,
  attempts: null,
}

function additionCases(bench: SourceBench): void {
  const { can, run } = bench
  if (can('add'))
    it(
      'adds a job that may start now, and one for later',
      run(async (system) => {
        const [queue] = system.queues
        const add = need(system.source, 'add')
        const now = await add(queue, NEW_JOB)
        expect(now.queue).toBe(queue)
        expect((await readingOf(system, queue)).metrics.waiting).toBe(1)
        if (can('get')) {
          const detail = await need(system.source, 'job')(queue, now.id)
          expect(detail).toMatchObject({ id: now.id, name: 'send-mail', state: 'waiting' })
          expect(JSON.parse(detail?.data ?? 'null')).toEqual({ to: 'ada@example.com', n: 1 })
        }
        if (!bench.promise.counts.includes('delayed')) return
        const later = await add(queue, { ...NEW_JOB, delay: 3_600_000, attempts: 5 })
        const { metrics } = await readingOf(system, queue)
        expect([metrics.waiting, metrics.delayed]).toEqual([1, 1])
        const detail = await system.source.job?.(queue, later.id)
        if (detail) {
          expect([detail.state, detail.maxAttempts]).toEqual(['delayed', 5])
          expect(detail.runAt).toBeGreaterThan(Date.now() + 3_000_000)
        }
      }),
    )

  if (can('duplicate'))
    it(
      'adds another job like one that is there, whatever became of it',
      run(async (system) => {
        const [queue] = system.queues
        const duplicate = need(system.source, 'duplicate')
        const [id = ''] = await means(system, 'fail')(queue, [sample(1)], 'No stock')
        const copy = await duplicate(queue, id)
        expect(copy.queue).toBe(queue)
        expect(copy.id).not.toBe(id)
        const detail = await need(system.source, 'job')(queue, copy.id)
        expect(detail).toMatchObject({ name: 'send-mail', state: 'waiting', error: null, failure: null })
        expect(JSON.parse(detail?.data ?? 'null')).toEqual({ number: 1, note: PAYLOAD_MARK })
        expect((await need(system.source, 'job')(queue, id))?.state).toBe('failed')
        await expect(duplicate(queue, NO_SUCH_JOB)).rejects.toThrow(/\w+ \w+/)
        expect(await waitingOf(system, queue)).toBe(1)
      }),
    )
}

/** Empties a queue, at most so many jobs at a time. @returns how many were removed each time */
async function emptied(system: QueueSystem, queue: string, limit: number): Promise<number[]> {
  const removed: number[] = []
  do removed.push(await need(system.source, 'empty')(queue, limit))
  while (removed.at(-1) !== 0 && removed.length < 20)
  return removed
}

/** Each failure says why, and no success does. */
function expectReasons(outcomes: readonly JobOutcome[]): void {
  for (const { ok, reason } of outcomes) expect(reason).toEqual(ok ? null : expect.stringMatching(/\w+ \w+/))
}

/** A job's id and the number in its payload. */
async function numberOf(system: QueueSystem, queue: string, id: string) {
  const detail = await need(system.source, 'job')(queue, id)
  return [detail?.id, JSON.parse(detail?.data ?? 'null')?.number]
}

async function waitingOf(system: QueueSystem, queue: string) {
  return (await readingOf(system, queue)).metrics.waiting
}
