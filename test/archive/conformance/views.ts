import { describe, expect, test } from 'vitest'
import type { ArchivedCount } from '../../../src/ports/archive.js'
import type { UnderTest } from '../conformance.js'
import { ALL_TIME, bucketOf, byBytes, DAY, jobOf, loadedJob, NOON, put, recordOf, seeded } from './samples.js'

export function viewTests(made: UnderTest): void {
  describe('facets', () => {
    test('count the values of each field, most first, equal ones by value', async () => {
      const { driver } = made()
      const names = ['b', 'a', 'a', '🦊', '\uFF5E', 'B', 'c', 'c', 'c', '']
      await put(driver, {
        jobs: names.map((name, i) =>
          jobOf({ id: `${i}`, name, service: i % 2 ? 'shop' : null, outcome: i ? 'completed' : 'failed' }),
        ),
      })
      expect(await driver.facets({ ...ALL_TIME, conditions: [] }, 100)).toEqual({
        total: 10,
        isPartial: false,
        fields: {
          outcome: [
            { value: 'completed', count: 9 },
            { value: 'failed', count: 1 },
          ],
          queueName: [{ value: 'mail', count: 10 }],
          name: [
            { value: 'c', count: 3 },
            { value: 'a', count: 2 },
            ...['', 'B', 'b', '\uFF5E', '🦊'].map((value) => ({ value, count: 1 })),
          ],
          service: [{ value: 'shop', count: 5 }],
        },
      })
    })

    test('count what fulfils the filter', async () => {
      const { driver } = made()
      const jobs = [0, 1, 2, 3].map((i) =>
        loadedJob(i < 2 ? 'the red fox' : 'blue', [`n${i % 2}`], {
          id: `${i}`,
          name: `job ${i}`,
          finishedAt: NOON + i,
        }),
      )
      await put(driver, { jobs })
      const names = async (...conditions: Parameters<typeof driver.facets>[0]['conditions']) =>
        (await driver.facets({ from: NOON, to: NOON + 3, conditions }, 100)).fields.name.map(({ value }) => value)
      expect(await names()).toEqual(['job 0', 'job 1', 'job 2'])
      expect(await names({ by: 'term', term: 'n0', isPrefix: false, isNot: false })).toEqual(['job 0', 'job 2'])
      expect(await names({ by: 'phrase', text: 'red fox', isNot: false })).toEqual(['job 0', 'job 1'])
      expect(await names({ by: 'field', field: 'name', pattern: '*1', isNot: true })).toEqual(['job 0', 'job 2'])
    })

    test('stop at the limit: they are those of the newest then', async () => {
      const { driver } = made()
      const jobs = Array.from({ length: 10 }, (_, i) =>
        loadedJob(i % 2 ? 'odd' : 'even', [i % 2 ? 'odd' : 'even'], {
          id: `${i}`,
          name: i < 6 ? 'old' : 'new',
          finishedAt: NOON + i,
        }),
      )
      await put(driver, { jobs })
      const facets = async (limit: number, ...conditions: Parameters<typeof driver.facets>[0]['conditions']) => {
        const { total, isPartial, fields } = await driver.facets({ ...ALL_TIME, conditions }, limit)
        return [total, isPartial, ...fields.name.map(({ value, count }) => `${count} ${value}`)]
      }
      expect(await facets(11)).toEqual([10, false, '6 old', '4 new'])
      expect(await facets(10)).toEqual([10, false, '6 old', '4 new'])
      expect(await facets(9)).toEqual([9, true, '5 old', '4 new'])
      expect(await facets(4)).toEqual([4, true, '4 new'])
      for (const by of [
        { by: 'term', term: 'odd', isPrefix: false, isNot: false } as const,
        { by: 'phrase', text: 'odd', isNot: false } as const,
      ]) {
        expect(await facets(5, by)).toEqual([5, false, '3 old', '2 new'])
        expect(await facets(3, by)).toEqual([3, true, '2 new', '1 old'])
      }
    })
  })

  describe('counts', () => {
    test('are of the attempts that ended in [from, to), by queue and service', async () => {
      const { driver } = made()
      const letters = { queue: 'redis:letters', queueName: 'letters' }
      await put(driver, {
        jobs: [
          jobOf(),
          jobOf({ id: '2', finishedAt: NOON + DAY - 1 }),
          jobOf({ id: '3', service: null }),
          jobOf({ id: '4', ...letters }),
          jobOf({ id: 'early', finishedAt: NOON - 1 }),
          jobOf({ id: 'late', finishedAt: NOON + DAY }),
        ],
      })
      const counts = await driver.counts({ from: NOON, to: NOON + DAY })
      const sign = ({ queue, service }: ArchivedCount) => `${queue} ${service}`
      expect([...counts].sort((a, b) => byBytes(sign(a), sign(b)))).toEqual([
        { ...letters, service: 'shop', attempts: 1 },
        { queue: 'redis:mail', queueName: 'mail', service: null, attempts: 1 },
        { queue: 'redis:mail', queueName: 'mail', service: 'shop', attempts: 2 },
      ])
    })
  })

  describe('gaps', () => {
    test('overlap [from, to), ascending', async () => {
      const { driver } = made()
      const gaps = [
        { stream: 'a', from: NOON, to: NOON + 10, lost: 5 },
        { stream: 'b', from: NOON + 5, to: NOON + 20, lost: null },
        { stream: 'a', from: NOON + 30, to: NOON + 40, lost: 0 },
      ]
      await put(driver, { gaps: [...gaps].reverse() })
      expect(await driver.gaps(ALL_TIME)).toEqual(gaps)
      const starts = async (from: number, to: number) =>
        (await driver.gaps({ from: NOON + from, to: NOON + to })).map((gap) => gap.from - NOON)
      expect(await starts(-10, 0)).toEqual([])
      expect(await starts(-10, 1)).toEqual([0])
      expect(await starts(9, 10)).toEqual([0, 5])
      expect(await starts(10, 30)).toEqual([5])
      expect(await starts(20, 31)).toEqual([30])
      expect(await starts(40, 99)).toEqual([])
    })
  })

  describe('the status', () => {
    test('counts and dates what the archive holds', async () => {
      const { driver } = made()
      await put(driver, {
        figures: [bucketOf({ from: NOON + 60_000 }), bucketOf({ from: NOON - 60_000, scope: 'other' })],
        records: [recordOf()],
        jobs: [jobOf({ id: 'old', finishedAt: NOON - DAY }), loadedJob('{}', []), jobOf({ id: '3' })],
      })
      const status = await driver.status()
      expect(status).toMatchObject({ jobs: 3, payloads: 1, problems: [] })
      expect(status.since).toEqual({ figures: NOON - 60_000, jobs: NOON - DAY, payloads: NOON })
      const { total, ...parts } = status.bytes
      for (const bytes of Object.values(parts)) expect(bytes).toBeGreaterThan(0)
      expect(total).toBeGreaterThanOrEqual(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0))
      if (status.disk) expect(status.disk.total).toBeGreaterThan(status.disk.free)
    })

    test('grows with what is written', async () => {
      const { driver } = made()
      await put(driver, { jobs: [loadedJob('{}', [])] })
      const before = await driver.status()
      const next = seeded(1)
      const noise = () => Array.from({ length: 3000 }, () => (next() % 36).toString(36)).join('')
      await put(driver, { jobs: Array.from({ length: 200 }, (_, i) => loadedJob(noise(), [], { id: `${i + 2}` })) })
      const after = await driver.status()
      expect(after.bytes.payloads).toBeGreaterThan(before.bytes.payloads)
      expect(after.bytes.total).toBeGreaterThan(before.bytes.total)
      expect(after).toMatchObject({ jobs: 201, payloads: 201 })
    })

    test('of a whole archive has no problems', async () => {
      const { driver } = made()
      await put(driver, { jobs: [loadedJob('{}', ['a'])], figures: [bucketOf()], records: [recordOf()] })
      expect(await driver.verify()).toEqual([])
    })
  })
}
