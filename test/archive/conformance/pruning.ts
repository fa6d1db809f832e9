import { beforeEach, describe, expect, test } from 'vitest'
import type { ArchiveLimits } from '../../../src/ports/archive.js'
import type { UnderTest } from '../conformance.js'
import { ALL_TIME, allJobs, bucketOf, DAY, loadedJob, NOON, put, recordOf } from './samples.js'

const NO_LIMITS: ArchiveLimits = {
  now: NOON,
  figuresMs: new Map(),
  recordsMs: null,
  jobsMs: null,
  payloadsMs: null,
  maxBytes: null,
  minFreeShare: null,
}
const DAYS = ['2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20']

export function pruneTests(made: UnderTest): void {
  describe('pruning', () => {
    beforeEach(async () => {
      const at = [3, 2, 1, 0].map((days) => NOON - days * DAY)
      // Of a size that a database notices when it goes.
      const text = Array.from({ length: 4000 }, (_, i) => ((i * 7919) % 10007).toString(36)).join('')
      await put(made().driver, {
        jobs: at.flatMap((finishedAt, day) => [
          loadedJob(`${text}${day}`, [`day=${day}`], { id: `${day}`, finishedAt }),
          loadedJob(`${text}-${day}`, [`day=${day}`], { id: `${day}x`, finishedAt: finishedAt - 3_600_000 }),
        ]),
        figures: at.flatMap((from) => [bucketOf({ from }), bucketOf({ from, step: 600_000 })]),
        records: at.map((time, i) => recordOf({ id: `${i}`, at: time })),
        gaps: at.map((from) => ({ stream: 's', from, to: from + 1, lost: 1 })),
      })
    })

    const held = async () => {
      const { driver } = made()
      const jobs = await allJobs(driver, { withPayloads: true })
      const days = (times: readonly number[]) =>
        [...new Set(times.map((at) => new Date(at).toISOString().slice(0, 10)))].sort()
      const step = async (length: number) =>
        (await driver.figures({ kind: 'traffic', scope: 'shop', step: length, ...ALL_TIME })).length
      return {
        jobs: days(jobs.map(({ finishedAt }) => finishedAt)),
        payloads: days(jobs.flatMap(({ finishedAt, payload }) => (payload ? [finishedAt] : []))),
        minutes: await step(60_000),
        tens: await step(600_000),
        records: (await driver.records({ kind: 'slow', ...ALL_TIME, limit: 100 })).items.length,
        gaps: (await driver.gaps(ALL_TIME)).length,
      }
    }
    const all = { jobs: DAYS, payloads: DAYS, minutes: 4, tens: 4, records: 4, gaps: 4 }
    const nothing = { figures: 0, records: 0, gaps: 0, jobDays: [], payloadDays: [] }

    test('without limits deletes nothing', async () => {
      expect(await made().driver.prune(NO_LIMITS)).toEqual(nothing)
      expect(await held()).toEqual(all)
    })

    test('deletes figures by the age of their step, in whole days', async () => {
      const limits = { ...NO_LIMITS, figuresMs: new Map([[60_000, 1.6 * DAY]]) }
      expect(await made().driver.prune(limits)).toEqual({ ...nothing, figures: 1 })
      expect(await held()).toEqual({ ...all, minutes: 3 })
      expect(await made().driver.prune({ ...limits, figuresMs: new Map([[60_000, 1.5 * DAY]]) })).toMatchObject({
        figures: 1,
      })
      expect(await held()).toEqual({ ...all, minutes: 2 })
    })

    test('deletes records by their age, in whole days', async () => {
      expect(await made().driver.prune({ ...NO_LIMITS, recordsMs: DAY })).toEqual({ ...nothing, records: 2 })
      expect(await held()).toEqual({ ...all, records: 2 })
    })

    test('never deletes the audit trail', async () => {
      const kinds = ['slow', 'exception', 'event', 'alert', 'audit'] as const
      await put(made().driver, { records: kinds.map((kind) => recordOf({ kind, id: 'old', at: NOON - 400 * DAY })) })
      expect(await made().driver.prune({ ...NO_LIMITS, recordsMs: 90 * DAY })).toEqual({ ...nothing, records: 4 })
      const page = await made().driver.records({ kind: 'audit', ...ALL_TIME, limit: 10 })
      expect(page.items.map(({ id }) => id)).toEqual(['old'])
    })

    test('deletes jobs by their age, their payloads with them', async () => {
      const report = await made().driver.prune({ ...NO_LIMITS, jobsMs: DAY })
      expect(report).toMatchObject({ ...nothing, jobDays: DAYS.slice(0, 2), payloadDays: expect.any(Array) })
      expect(await held()).toEqual({ ...all, jobs: DAYS.slice(2), payloads: DAYS.slice(2) })
      expect(await made().driver.attempts('redis:mail', '0')).toEqual([])
      expect(await made().driver.status()).toMatchObject({
        jobs: 4,
        payloads: 4,
        since: { jobs: NOON - DAY - 3_600_000 },
      })
    })

    test('deletes payloads by their age, and their terms; the jobs stay', async () => {
      const report = await made().driver.prune({ ...NO_LIMITS, payloadsMs: 2 * DAY })
      expect(report).toEqual({ ...nothing, payloadDays: DAYS.slice(0, 1) })
      expect(await held()).toEqual({ ...all, payloads: DAYS.slice(1) })
      const conditions = [{ by: 'term', term: 'day=0', isPrefix: false, isNot: false }] as const
      expect(await allJobs(made().driver, { conditions })).toEqual([])
      expect((await made().driver.status()).since.payloads).toBe(NOON - 2 * DAY - 3_600_000)
      expect(await made().driver.prune({ ...NO_LIMITS, payloadsMs: 2 * DAY })).toEqual(nothing)
    })

    test('keeps the day of now, whatever the age', async () => {
      const limits = { ...NO_LIMITS, recordsMs: 0, jobsMs: 0, payloadsMs: 0, figuresMs: new Map([[60_000, 0]]) }
      await made().driver.prune(limits)
      expect(await held()).toMatchObject({
        jobs: DAYS.slice(3),
        payloads: DAYS.slice(3),
        minutes: 1,
        tens: 4,
        records: 1,
      })
    })

    test('deletes gaps at the longest age of figures, records and jobs', async () => {
      const ages = { recordsMs: DAY, jobsMs: 0, figuresMs: new Map([[60_000, 0]]) }
      expect(await made().driver.prune({ ...NO_LIMITS, ...ages, jobsMs: null })).toMatchObject({ gaps: 0 })
      expect(await made().driver.prune({ ...NO_LIMITS, ...ages, recordsMs: null })).toMatchObject({ gaps: 0 })
      expect(await made().driver.prune({ ...NO_LIMITS, ...ages, figuresMs: new Map() })).toMatchObject({ gaps: 0 })
      const figuresMs = new Map([...ages.figuresMs, [600_000, 2 * DAY]])
      expect(await made().driver.prune({ ...NO_LIMITS, ...ages, figuresMs })).toMatchObject({ gaps: 1 })
      expect((await held()).gaps).toBe(3)
      expect(await made().driver.prune({ ...NO_LIMITS, ...ages })).toMatchObject({ gaps: 1 })
      expect((await held()).gaps).toBe(2)
    })

    test('deletes the oldest payloads until the archive is no larger', async () => {
      const { total } = (await made().driver.status()).bytes
      const report = await made().driver.prune({ ...NO_LIMITS, maxBytes: total - 1 })
      expect(report).toEqual({ ...nothing, payloadDays: DAYS.slice(0, 1) })
      expect(await held()).toEqual({ ...all, payloads: DAYS.slice(1) })
      expect((await made().driver.status()).bytes.total).toBeLessThan(total)
      expect(await made().driver.prune({ ...NO_LIMITS, maxBytes: total })).toEqual(nothing)
    })

    test('deletes jobs when there are no more payloads; the day of now stays', async () => {
      const report = await made().driver.prune({ ...NO_LIMITS, maxBytes: 0 })
      expect(report).toEqual({ ...nothing, jobDays: DAYS.slice(0, 3), payloadDays: DAYS.slice(0, 3) })
      expect(await held()).toEqual({ ...all, jobs: DAYS.slice(3), payloads: DAYS.slice(3) })
    })

    test('looks at the free disk, if that is known', async () => {
      const { disk } = await made().driver.status()
      expect(await made().driver.prune({ ...NO_LIMITS, minFreeShare: 0 })).toEqual(nothing)
      await made().driver.prune({ ...NO_LIMITS, minFreeShare: 1 })
      expect(await held()).toEqual(disk ? { ...all, jobs: DAYS.slice(3), payloads: DAYS.slice(3) } : all)
    })

    test('leaves an archive that takes jobs of the days that went', async () => {
      const { driver } = made()
      await driver.prune({ ...NO_LIMITS, jobsMs: 0 })
      await put(driver, { jobs: [loadedJob('{}', ['late'], { id: 'late', finishedAt: NOON - 3 * DAY })] })
      expect((await held()).payloads).toEqual([DAYS[0], DAYS[3]])
    })

    test('of payloads leaves jobs that take one again', async () => {
      const { driver } = made()
      await driver.prune({ ...NO_LIMITS, payloadsMs: 0 })
      await put(driver, { jobs: [loadedJob('{"again":1}', ['again'], { id: '0', finishedAt: NOON - 3 * DAY })] })
      expect((await driver.attempts('redis:mail', '0')).map(({ payload }) => payload?.text)).toEqual(['{"again":1}'])
    })
  })
}
