import { describe, expect, test } from 'vitest'
import type { UnderTest } from '../conformance.js'
import { ALL_TIME, allJobs, bucketOf, DAY, idsOf, jobOf, loadedJob, NOON, put, readOf, recordOf } from './samples.js'

export function writeTests(made: UnderTest): void {
  describe('cursors', () => {
    test('a cursor moves from the expected position only', async () => {
      const { driver } = made()
      const stream = 'history:shop'
      expect(await driver.write({ cursor: { stream, expected: '1-0', next: '2-0' } })).toBe(false)
      expect(await driver.cursor(stream)).toBeNull()
      expect(await driver.write({ cursor: { stream, expected: null, next: '1-0' } })).toBe(true)
      expect(await driver.write({ cursor: { stream, expected: null, next: '9-0' } })).toBe(false)
      expect(await driver.write({ cursor: { stream, expected: '0-9', next: '9-0' } })).toBe(false)
      expect(await driver.cursor(stream)).toBe('1-0')
      expect(await driver.write({ cursor: { stream, expected: '1-0', next: '2-0' } })).toBe(true)
      expect(await driver.cursor(stream)).toBe('2-0')
    })

    test('a cursor may stay or go back: a stream that was emptied starts over', async () => {
      const { driver } = made()
      await driver.write({ cursor: { stream: 's', expected: null, next: '9-0' } })
      expect(await driver.write({ cursor: { stream: 's', expected: '9-0', next: '9-0' }, jobs: [jobOf()] })).toBe(true)
      expect(await driver.write({ cursor: { stream: 's', expected: '9-0', next: '1-0' } })).toBe(true)
      expect(await driver.cursor('s')).toBe('1-0')
      expect(await idsOf(driver)).toEqual(['1'])
    })

    test('streams have cursors of their own', async () => {
      const { driver } = made()
      for (const stream of ['a', 'A', 'a:', 'ä', "a'b", 'a%'])
        expect(await driver.write({ cursor: { stream, expected: null, next: `${stream}!` } })).toBe(true)
      for (const stream of ['a', 'A', 'a:', 'ä', "a'b", 'a%']) expect(await driver.cursor(stream)).toBe(`${stream}!`)
    })

    test('nothing of a batch is written whose cursor is another', async () => {
      const { driver } = made()
      const wrong = { stream: 's', expected: '1-0', next: '2-0' }
      const gap = { stream: 's', from: NOON, to: NOON + 1, lost: 1 }
      const parts = { jobs: [loadedJob('{}', ['a'])], figures: [bucketOf()], records: [recordOf()], gaps: [gap] }
      expect(await driver.write({ cursor: wrong, ...parts })).toBe(false)
      await expectNothing(made)
    })

    test('of writers at once with one cursor, one writes', async () => {
      const { driver } = made()
      const writes = Array.from({ length: 8 }, (_, i) =>
        driver.write({ cursor: { stream: 's', expected: null, next: `${i}` }, jobs: [jobOf({ id: `${i}` })] }),
      )
      const results = await Promise.all(writes)
      expect(results.filter(Boolean)).toHaveLength(1)
      const winner = `${results.indexOf(true)}`
      expect(await driver.cursor('s')).toBe(winner)
      expect(await idsOf(driver)).toEqual([winner])
    })

    test('writers at once of other streams and days do not keep each other from writing', async () => {
      const { driver } = made()
      const writes = Array.from({ length: 12 }, (_, i) =>
        driver.write({
          cursor: { stream: `s${i}`, expected: null, next: '1' },
          jobs: [jobOf({ id: `${i}`, finishedAt: NOON + (i % 4) * DAY }), jobOf({ id: `x${i}` })],
        }),
      )
      expect(await Promise.all(writes)).toEqual(writes.map(() => true))
      expect(await idsOf(driver)).toHaveLength(24)
    })
  })

  describe('a batch', () => {
    test.each([
      ['a job without a time', { jobs: [jobOf({ id: 'good' }), jobOf({ id: 'bad', finishedAt: Number.NaN })] }],
      ['a job of no calendar', { jobs: [jobOf({ id: 'good' }), jobOf({ id: 'bad', finishedAt: 1e300 })] }],
      ['a record without a time', { jobs: [jobOf()], records: [recordOf({ at: Number.NaN })] }],
      ['a bucket without a time', { jobs: [jobOf()], figures: [bucketOf({ from: Number.POSITIVE_INFINITY })] }],
    ])('with %s is refused as a whole', async (_, bad) => {
      const { driver } = made()
      const cursor = { stream: 's', expected: null, next: '1-0' }
      const parts = { figures: [bucketOf()], records: [recordOf()], gaps: [gapNow], ...bad }
      await expect(driver.write({ cursor, ...parts })).rejects.toThrow(/\w/)
      await expectNothing(made)
      expect(await driver.write({ cursor, jobs: [jobOf({ id: 'next' })] })).toBe(true)
    })

    test('of nothing but a cursor is one', async () => {
      const { driver } = made()
      const nothing = { figures: [], records: [], jobs: [], gaps: [] }
      expect(await driver.write({ cursor: { stream: 's', expected: null, next: '1' }, ...nothing })).toBe(true)
    })

    test('of 5,000 jobs over several days is one', async () => {
      const { driver } = made()
      const jobs = Array.from({ length: 5000 }, (_, i) =>
        loadedJob(`{"n":${i}}`, [`n=${i}`], { id: `${i}`, startedAt: null, finishedAt: NOON + i * 60_000 }),
      )
      await put(driver, { jobs })
      const found = await allJobs(driver, { withPayloads: true })
      expect(found).toEqual(jobs.reverse().map((job) => readOf(job)))
    })
  })

  describe('an attempt', () => {
    test('is read as it was written', async () => {
      const { driver } = made()
      const jobs = [
        loadedJob('{"a":1}', ['a=1'], { id: 'c', error: 'Out of stock', outcome: 'failed' }),
        jobOf({ id: 'b', outcome: 'retried', attempt: 3, waitMs: 0.25, runMs: 12.5, addedAt: NOON - 0.5 }),
        jobOf({ id: 'a', ...unknown, startedAt: null, payload: { text: '', isCut: true } }),
      ]
      await put(driver, { jobs })
      expect(await allJobs(driver, { withPayloads: true })).toEqual(jobs.map((job) => readOf(job)))
      expect(await allJobs(driver)).toEqual(jobs.map((job) => readOf(job, false)))
    })

    test('written again changes nothing', async () => {
      const { driver } = made()
      const job = loadedJob('{"a":1}', ['a=1'], { outcome: 'failed', error: 'No' })
      for (let i = 0; i < 3; i++) await put(driver, { jobs: [job] })
      expect(await allJobs(driver, { withPayloads: true })).toEqual([readOf(job)])
      expect((await driver.status()).jobs).toBe(1)
    })

    test('gets its unknown values by a later report; known ones stay', async () => {
      const { driver } = made()
      const known = jobOf({ ...unknown, node: 'shop-1' })
      const later = loadedJob('{"late":1}', ['late=1'], {
        node: 'shop-2',
        name: 'other',
        outcome: 'failed',
        error: 'E',
      })
      await put(driver, { jobs: [known] })
      await put(driver, { jobs: [later] })
      const expected = readOf({ ...later, node: 'shop-1', name: 'send', outcome: 'completed' })
      expect(await allJobs(driver, { withPayloads: true })).toEqual([expected])
      expect(await idsOf(driver, { conditions: [termOf('late=1')] })).toEqual(['1'])
      await put(driver, { jobs: [loadedJob('{"third":1}', ['third=1'], { ...unknown })] })
      expect(await allJobs(driver, { withPayloads: true })).toEqual([expected])
      expect(await idsOf(driver, { conditions: [termOf('third=1')] })).toEqual([])
      expect(await idsOf(driver, { conditions: [termOf('late=1')] })).toEqual(['1'])
    })

    test('twice in one batch is completed, too', async () => {
      const { driver } = made()
      const late = loadedJob('{"late":1}', ['late=1'], { node: 'shop-2', waitMs: 7 })
      await put(driver, { jobs: [jobOf({ ...unknown, runMs: 5 }), late, loadedJob('{"x":1}', ['x=1'], { runMs: 9 })] })
      expect(await allJobs(driver, { withPayloads: true })).toEqual([readOf({ ...late, runMs: 5 })])
      expect(await idsOf(driver, { conditions: [termOf('x=1')] })).toEqual([])
      expect((await driver.status()).jobs).toBe(1)
    })

    test('is another with another queue, id or start', async () => {
      const { driver } = made()
      const jobs = [
        jobOf(),
        jobOf({ queue: 'redis:Mail' }),
        jobOf({ id: '01' }),
        jobOf({ startedAt: NOON - 199 }),
        jobOf({ startedAt: null }),
      ]
      await put(driver, { jobs })
      await put(driver, { jobs })
      expect(await allJobs(driver)).toHaveLength(5)
    })

    test('without a start is known by its end', async () => {
      const { driver } = made()
      await put(driver, { jobs: [jobOf({ startedAt: null, runMs: null })] })
      await put(driver, {
        jobs: [jobOf({ startedAt: null, runMs: 8 }), jobOf({ startedAt: null, finishedAt: NOON + 1 })],
      })
      expect((await allJobs(driver)).map((job) => [job.finishedAt, job.runMs])).toEqual([
        [NOON + 1, 200],
        [NOON, 8],
      ])
    })

    test('whose end two clocks tell on both sides of midnight is one', async () => {
      const { driver } = made()
      const midnight = Date.UTC(2026, 10, 21)
      const before = jobOf({ startedAt: midnight - 900, finishedAt: midnight - 1, service: null })
      const after = loadedJob('{"a":1}', ['a=1'], { startedAt: midnight - 900, finishedAt: midnight + 3 })
      await put(driver, { jobs: [before] })
      await put(driver, { jobs: [after] })
      const expected = readOf({ ...after, finishedAt: midnight - 1 })
      expect(await allJobs(driver, { withPayloads: true })).toEqual([expected])
      expect(await idsOf(driver, { conditions: [termOf('a=1')] })).toEqual(['1'])
      await put(driver, { jobs: [jobOf({ ...after, id: '2' })] })
      await put(driver, { jobs: [jobOf({ ...before, id: '2' }), jobOf({ ...after, id: '2' })] })
      expect((await allJobs(driver)).map((job) => [job.id, job.finishedAt])).toEqual([
        ['2', midnight + 3],
        ['1', midnight - 1],
      ])
    })
  })

  async function expectNothing(of: UnderTest): Promise<void> {
    const { driver } = of()
    expect(await driver.cursor('s')).toBeNull()
    expect(await allJobs(driver)).toEqual([])
    expect(await driver.figures({ kind: 'traffic', scope: 'shop', step: 60_000, ...ALL_TIME })).toEqual([])
    expect((await driver.records({ kind: 'slow', ...ALL_TIME, limit: 10 })).items).toEqual([])
    expect(await driver.gaps(ALL_TIME)).toEqual([])
  }
}

const gapNow = { stream: 's', from: NOON, to: NOON + 1, lost: null }

const unknown = {
  attempt: null,
  addedAt: null,
  waitMs: null,
  runMs: null,
  service: null,
  node: null,
  error: null,
}

const termOf = (term: string) => ({ by: 'term', term, isPrefix: false, isNot: false }) as const
