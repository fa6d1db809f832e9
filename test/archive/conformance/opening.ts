import { describe, expect, test } from 'vitest'
import type { UnderTest } from '../conformance.js'
import { ALL_TIME, bucketOf, idsOf, jobOf, NOON, put, recordOf } from './samples.js'

export function openTests(made: UnderTest): void {
  describe('opening and closing', () => {
    test('an empty archive has nothing of anything', async () => {
      const { driver } = made()
      expect(await driver.cursor('history:shop')).toBeNull()
      expect(await driver.figures({ kind: 'traffic', scope: 'shop', step: 60_000, ...ALL_TIME })).toEqual([])
      expect(await driver.scopes({ kind: 'traffic', ...ALL_TIME })).toEqual([])
      expect(await driver.records({ kind: 'slow', ...ALL_TIME, limit: 10 })).toEqual({ items: [], next: null })
      expect(await driver.jobs({ ...ALL_TIME, conditions: [], limit: 10 })).toEqual({ items: [], next: null })
      expect(await driver.facets({ ...ALL_TIME, conditions: [] }, 10)).toEqual({
        total: 0,
        isPartial: false,
        fields: { outcome: [], queueName: [], name: [], service: [] },
      })
      expect(await driver.attempts('redis:mail', '1')).toEqual([])
      expect(await driver.runningAt(NOON, 10)).toEqual([])
      expect(await driver.counts(ALL_TIME)).toEqual([])
      expect(await driver.gaps(ALL_TIME)).toEqual([])
      expect(await driver.forget({ ...ALL_TIME, conditions: [] })).toBe(0)
      expect(await driver.verify()).toEqual([])
    })

    test('the status of an empty archive has no times, and sizes that are numbers', async () => {
      const status = await made().driver.status()
      expect(status).toMatchObject({
        jobs: 0,
        payloads: 0,
        since: { figures: null, jobs: null, payloads: null },
        problems: [],
      })
      for (const bytes of Object.values(status.bytes)) expect(bytes).toBeGreaterThanOrEqual(0)
    })

    test('opening twice, also at once, does no harm', async () => {
      const { driver } = made()
      await Promise.all([driver.open(), driver.open()])
      await put(driver, { jobs: [jobOf()] })
      await driver.open()
      expect(await idsOf(driver)).toEqual(['1'])
    })

    test('closing twice, also at once, does no harm', async () => {
      const { driver } = made()
      await Promise.all([driver.close(), driver.close()])
      await driver.close()
    })

    test('a driver that was never opened closes', async () => {
      const { driver, again } = made()
      await driver.close()
      await again().close()
    })

    test('what was written is there after it was closed and opened again', async () => {
      const { driver, again } = made()
      const cursor = { stream: 'jobs:shop', expected: null, next: '5-1' }
      await driver.write({ cursor, jobs: [jobOf()], figures: [bucketOf()], records: [recordOf()] })
      await driver.close()
      const second = again()
      await second.open()
      try {
        expect(await second.cursor('jobs:shop')).toBe('5-1')
        expect(await idsOf(second)).toEqual(['1'])
        expect(await second.figures({ kind: 'traffic', scope: 'shop', step: 60_000, ...ALL_TIME })).toHaveLength(1)
        expect((await second.records({ kind: 'slow', ...ALL_TIME, limit: 10 })).items).toHaveLength(1)
      } finally {
        await second.close()
      }
    })

    test('it says what and where it is, before it is opened, too', () => {
      const { driver, again } = made()
      expect(driver.kind).toMatch(/^[a-z]+$/)
      expect(driver.place).not.toBe('')
      expect(again().place).toBe(driver.place)
    })
  })
}
