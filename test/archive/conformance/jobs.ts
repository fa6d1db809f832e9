import { describe, expect, test } from 'vitest'
import type { IndexedJob } from '../../../src/ports/archive.js'
import type { UnderTest } from '../conformance.js'
import { ALL_TIME, allJobs, BAD_MARK, byBytes, DAY, idsOf, jobOf, loadedJob, NOON, put } from './samples.js'

const LETTERS = ['a', 'B', 'b', 'A', '~', '0', '-', 'ä', '注', '\uFF5E', '🦊', '𝕏', "'", '_', '%', ' ']

/** Newest first, then by queue, id and start, all descending. */
export function inOrder(jobs: readonly IndexedJob[]): IndexedJob[] {
  const start = (job: IndexedJob) => job.startedAt ?? job.finishedAt
  return [...jobs].sort(
    (a, b) => b.finishedAt - a.finishedAt || byBytes(b.queue, a.queue) || byBytes(b.id, a.id) || start(b) - start(a),
  )
}

const signs = (jobs: readonly { queue: string; id: string; startedAt: number | null }[]) =>
  jobs.map(({ queue, id, startedAt }) => `${queue} ${id} ${startedAt}`)

export function jobTests(made: UnderTest): void {
  describe('the order of jobs', () => {
    test('is that of their ends, then of the bytes of queue and id, then of the start', async () => {
      const { driver } = made()
      const jobs = LETTERS.flatMap((letter) => [
        jobOf({ id: letter, queue: 'q' }),
        jobOf({ id: `${letter}${letter}`, queue: letter }),
        jobOf({ id: letter, queue: letter, startedAt: NOON - 9 }),
        jobOf({ id: letter, queue: letter, startedAt: NOON - 10 }),
        jobOf({ id: letter, queue: letter, startedAt: null }),
        jobOf({ id: letter, queue: letter, startedAt: NOON - 11, finishedAt: NOON + 0.5 }),
      ])
      await put(driver, { jobs })
      expect(signs(await allJobs(driver))).toEqual(signs(inOrder(jobs)))
      expect(signs(await allJobs(driver, { limit: 7 }))).toEqual(signs(inOrder(jobs)))
    })

    test('holds over pages of thousands of one millisecond', async () => {
      const { driver } = made()
      const jobs = Array.from({ length: 4000 }, (_, i) =>
        loadedJob('{}', [i % 2 ? 'odd' : 'even', 'every'], {
          id: `${LETTERS[i % LETTERS.length]}${i % 97}`,
          queue: `q${LETTERS[i % 5]}`,
          startedAt: NOON - i,
        }),
      )
      await put(driver, { jobs })
      const sorted = signs(inOrder(jobs))
      for (const limit of [1000, 333]) expect(signs(await allJobs(driver, { limit }))).toEqual(sorted)
      const odd = signs(inOrder(jobs.filter(({ terms }) => terms.includes('odd'))))
      const conditions = [{ by: 'term', term: 'odd', isPrefix: false, isNot: false }] as const
      for (const limit of [1000, 250]) expect(signs(await allJobs(driver, { limit, conditions }))).toEqual(odd)
    })

    test('holds over days', async () => {
      const { driver } = made()
      const jobs = Array.from({ length: 60 }, (_, i) =>
        jobOf({ id: `${i}`, startedAt: null, finishedAt: Date.UTC(2026, 10, 1 + (i % 20)) + (i % 3) - 1 }),
      )
      await put(driver, { jobs })
      for (const limit of [1000, 7, 1]) expect(signs(await allJobs(driver, { limit }))).toEqual(signs(inOrder(jobs)))
    })
  })

  describe('a page of jobs', () => {
    test('has no next one at the end, also when it is full', async () => {
      const { driver } = made()
      await put(driver, { jobs: [1, 2, 3, 4].map((i) => jobOf({ id: `${i}`, finishedAt: NOON + i })) })
      const first = await driver.jobs({ ...ALL_TIME, conditions: [], limit: 2 })
      expect(first.next).not.toBeNull()
      const second = await driver.jobs({ ...ALL_TIME, conditions: [], limit: 2, after: first.next })
      expect(second.items.map(({ id }) => id)).toEqual(['2', '1'])
      expect(second.next).toBeNull()
    })

    test('is not shifted by jobs that come meanwhile', async () => {
      const { driver } = made()
      await put(driver, { jobs: [1, 2, 3, 4].map((i) => jobOf({ id: `${i}`, finishedAt: NOON + i })) })
      const first = await driver.jobs({ ...ALL_TIME, conditions: [], limit: 2 })
      await put(driver, { jobs: [5, 6].map((i) => jobOf({ id: `${i}`, finishedAt: NOON + i })) })
      const second = await driver.jobs({ ...ALL_TIME, conditions: [], limit: 2, after: first.next })
      expect(second.items.map(({ id }) => id)).toEqual(['2', '1'])
    })

    test('lies in [from, to) of the ends', async () => {
      const { driver } = made()
      await put(driver, { jobs: [-1, 0, 1, 2].map((i) => jobOf({ id: `${i}`, finishedAt: NOON + i })) })
      expect(await idsOf(driver, { from: NOON, to: NOON + 2 })).toEqual(['1', '0'])
      expect(await idsOf(driver, { from: NOON, to: NOON })).toEqual([])
      expect(await idsOf(driver, { from: NOON + 2, to: NOON })).toEqual([])
      expect(await idsOf(driver, { from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER })).toHaveLength(4)
    })

    test('has payloads if they are asked for', async () => {
      const { driver } = made()
      await put(driver, { jobs: [loadedJob('{"a":1}', ['a=1']), jobOf({ id: '0' })] })
      const payloads = async (withPayloads?: boolean) =>
        (
          await driver.jobs({
            ...ALL_TIME,
            conditions: [],
            limit: 9,
            ...(withPayloads === undefined ? {} : { withPayloads }),
          })
        ).items.map(({ payload }) => payload)
      expect(await payloads(true)).toEqual([{ text: '{"a":1}', isCut: false }, null])
      expect(await payloads(false)).toEqual([null, null])
      expect(await payloads()).toEqual([null, null])
    })

    test.each([0, 1001, 1.5, -1, Number.NaN])('with a limit of %s is refused', async (limit) => {
      await expect(made().driver.jobs({ ...ALL_TIME, conditions: [], limit })).rejects.toThrow(/limit/)
    })

    test.each(['x', '', '[]', 'null', '%00'])('after %j, which is no mark, is refused', async (after) => {
      await expect(made().driver.jobs({ ...ALL_TIME, conditions: [], limit: 1, after })).rejects.toMatchObject(BAD_MARK)
    })
  })

  describe('all attempts of a job', () => {
    test('have the payloads of the newest ones only, as far as an answer has room', async () => {
      const { driver } = made()
      const text = 'x'.repeat(60_000)
      const payload = { text, isCut: false }
      const jobs = Array.from({ length: 40 }, (_, n) =>
        jobOf({ startedAt: NOON + n, finishedAt: NOON + n + 1, payload }),
      )
      await put(driver, { jobs })
      const found = await driver.attempts('redis:mail', '1')
      expect(found.map(({ startedAt }) => startedAt)).toEqual(jobs.map(({ startedAt }) => startedAt))
      const lengths = found.map((job) => job.payload?.text.length)
      expect(lengths).toEqual([...Array(7).fill(0), ...Array(33).fill(text.length)])
      expect(found[0]?.payload?.isCut).toBe(true)
    })

    test('come with their payloads, oldest first, over days', async () => {
      const { driver } = made()
      const attempts = [1, 2, 3].map((n) =>
        loadedJob(`{"n":${n}}`, [], { attempt: n, startedAt: NOON + n * DAY - 5, finishedAt: NOON + n * DAY }),
      )
      await put(driver, { jobs: [...attempts, jobOf({ id: '2' }), jobOf({ queue: 'other' })].reverse() })
      const found = await driver.attempts('redis:mail', '1')
      expect(found.map(({ attempt, payload }) => [attempt, payload?.text])).toEqual([
        [1, '{"n":1}'],
        [2, '{"n":2}'],
        [3, '{"n":3}'],
      ])
      expect(await driver.attempts('redis:mail', '9')).toEqual([])
      expect(await driver.attempts('redis:MAIL', '1')).toEqual([])
    })

    test('are at most 1,000, the newest', async () => {
      const { driver } = made()
      await put(driver, {
        jobs: Array.from({ length: 1003 }, (_, i) => jobOf({ startedAt: NOON + i, finishedAt: NOON + i, attempt: i })),
      })
      const found = await driver.attempts('redis:mail', '1')
      expect(found.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 3))
    })
  })

  describe('jobs that were running at a time', () => {
    test('had begun and had not ended', async () => {
      const { driver } = made()
      const run = (id: string, startedAt: number | null, finishedAt: number) => jobOf({ id, startedAt, finishedAt })
      const jobs = [
        run('whole days', NOON - 3 * DAY, NOON + 2 * DAY),
        run('starts now', NOON, NOON + 1),
        run('ends now', NOON - 1, NOON),
        run('ends later', NOON - 1, NOON + 0.5),
        run('starts later', NOON + 0.5, NOON + 2),
        run('unknown', null, NOON + 1),
        loadedJob('{"a":1}', [], { id: 'loaded', startedAt: NOON - 2, finishedAt: NOON + 9 }),
      ]
      await put(driver, { jobs })
      const found = await driver.runningAt(NOON, 10)
      expect(found.map(({ id }) => id)).toEqual(['whole days', 'loaded', 'ends later', 'starts now'])
      expect(found.every(({ payload }) => payload === null)).toBe(true)
      expect((await driver.runningAt(NOON, 2)).map(({ id }) => id)).toEqual(['whole days', 'loaded'])
    })
  })
}
