import { expect, it } from 'vitest'
import type { SchedulerDefinition } from '../../../src/protocol/index.js'
import type { SourceBench } from '../queue-source.js'
import { NO_SUCH_JOB, need, readingOf } from './samples.js'

const NIGHTLY: SchedulerDefinition = {
  id: 'nightly report: 朝/1',
  name: 'send-report',
  cron: '0 3 * * *',
  every: null,
  timezone: null,
  limit: null,
  from: null,
  until: null,
  data: '{"to":"ada@example.com"}',
  options: {},
}

/** Schedulers. */
export function schedulerCases({ can, promise, run }: SourceBench): void {
  if (!can('schedulers')) return
  const { every = true, timezone = true, id = NIGHTLY.id } = promise.scheduling ?? {}
  const nightly = { ...NIGHTLY, id }

  it(
    'has no schedulers where there are none',
    run(async ({ source, queues: [queue] }) => {
      expect(await need(source, 'schedulers')(queue)).toEqual([])
    }),
  )

  if (can('saveScheduler')) {
    it(
      'creates schedulers, shows them, and replaces one',
      run(async ({ source, queues: [queue, other] }) => {
        const save = need(source, 'saveScheduler')
        const list = need(source, 'schedulers')
        await save(queue, nightly)
        const [entry, ...none] = await list(queue)
        expect(none).toEqual([])
        expect(entry).toMatchObject({ id, name: 'send-report', cron: '0 3 * * *', every: null, state: 'active' })
        expect(entry?.next).toBeGreaterThan(Date.now())
        expect(entry?.next).toBeLessThan(Date.now() + 25 * 3_600_000)
        expect(JSON.parse(entry?.data ?? 'null')).toEqual({ to: 'ada@example.com' })
        await save(queue, { ...nightly, cron: '*/5 * * * *', data: '{"to":"bob@example.com"}' })
        const [replaced, ...more] = await list(queue)
        expect(more).toEqual([])
        expect([replaced?.cron, JSON.parse(replaced?.data ?? 'null')]).toEqual([
          '*/5 * * * *',
          { to: 'bob@example.com' },
        ])
        expect(replaced?.next).toBeLessThanOrEqual(Date.now() + 5 * 60_000)
        expect(await list(other)).toEqual([])
      }),
    )

    it(
      'refuses a schedule that makes no sense, and saves nothing',
      run(async ({ source, queues: [queue] }) => {
        const save = need(source, 'saveScheduler')
        await expect(save(queue, { ...nightly, cron: 'every day' })).rejects.toThrow(/\w+/)
        await expect(save(queue, { ...nightly, cron: null })).rejects.toThrow(/\w+ \w+/)
        if (!every) await expect(save(queue, { ...nightly, cron: null, every: 60_000 })).rejects.toThrow(/\w+ \w+/)
        if (!timezone) await expect(save(queue, { ...nightly, timezone: 'Asia/Tokyo' })).rejects.toThrow(/\w+ \w+/)
        expect(await need(source, 'schedulers')(queue)).toEqual([])
      }),
    )

    if (every)
      it(
        'creates a scheduler that runs every so often',
        run(async ({ source, queues: [queue] }) => {
          await need(source, 'saveScheduler')(queue, { ...nightly, cron: null, every: 3_600_000 })
          expect(await need(source, 'schedulers')(queue)).toMatchObject([{ id, cron: null, every: 3_600_000 }])
        }),
      )

    if (timezone)
      it(
        'takes the time zone of a schedule',
        run(async ({ source, queues: [queue] }) => {
          await need(source, 'saveScheduler')(queue, { ...nightly, timezone: 'Asia/Tokyo' })
          const [entry] = await need(source, 'schedulers')(queue)
          expect(entry?.timezone).toBe('Asia/Tokyo')
          expect(new Date(entry?.next ?? 0).getUTCHours()).toBe(18)
        }),
      )
  }

  if (can('saveScheduler', 'runScheduler'))
    it(
      'runs a scheduler now, and its schedule stays',
      run(async (system) => {
        const { source, queues } = system
        const [queue] = queues
        await need(source, 'saveScheduler')(queue, nightly)
        const [before] = await need(source, 'schedulers')(queue)
        const waiting = (await readingOf(system, queue)).metrics.waiting ?? 0
        const job = await need(source, 'runScheduler')(queue, id)
        expect((await readingOf(system, queue)).metrics.waiting).toBe(waiting + 1)
        const detail = await source.job?.(job.queue, job.id)
        if (can('get')) {
          expect(detail).toMatchObject({ name: 'send-report', state: 'waiting' })
          expect(JSON.parse(detail?.data ?? 'null')).toEqual({ to: 'ada@example.com' })
        }
        const [after] = await need(source, 'schedulers')(queue)
        expect([after?.next, after?.cron, after?.state]).toEqual([before?.next, before?.cron, before?.state])
        await expect(need(source, 'runScheduler')(queue, NO_SUCH_JOB)).rejects.toThrow(/\w+ \w+/)
      }),
    )

  if (can('saveScheduler', 'removeScheduler'))
    it(
      'removes a scheduler, once',
      run(async ({ source, queues: [queue] }) => {
        await need(source, 'saveScheduler')(queue, nightly)
        await need(source, 'saveScheduler')(queue, { ...nightly, id: 'other' })
        expect(await need(source, 'removeScheduler')(queue, id)).toBe(true)
        expect(await need(source, 'removeScheduler')(queue, id)).toBe(false)
        expect((await need(source, 'schedulers')(queue)).map((entry) => entry.id)).toEqual(['other'])
      }),
    )

  if (can('saveScheduler') && promise.pausesSchedulers)
    it(
      'pauses a scheduler and resumes it with all that it was',
      run(async ({ source, queues: [queue] }) => {
        await need(source, 'saveScheduler')(queue, nightly)
        const list = need(source, 'schedulers')
        const [before] = await list(queue)
        await need(source, 'pauseScheduler')(queue, id)
        expect(await list(queue)).toMatchObject([{ id, state: 'paused', next: null, cron: '0 3 * * *' }])
        await need(source, 'resumeScheduler')(queue, id)
        const [after] = await list(queue)
        expect(after).toEqual(before)
        await expect(need(source, 'pauseScheduler')(queue, NO_SUCH_JOB)).rejects.toThrow(/\w+ \w+/)
      }),
    )
}
