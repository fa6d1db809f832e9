import { describe, expect, test } from 'vitest'
import type { JobCondition } from '../../../src/ports/archive.js'
import type { UnderTest } from '../conformance.js'
import { ALL_TIME, DAY, idsOf, jobOf, loadedJob, NOON, put } from './samples.js'

const term = (text: string): JobCondition => ({ by: 'term', term: text, isPrefix: false, isNot: false })

export function forgetTests(made: UnderTest): void {
  describe('forgetting', () => {
    test('deletes what fulfils the filter, with payloads and terms, over days', async () => {
      const { driver } = made()
      const jobs = [0, 1, 2, 3, 4, 5].map((i) =>
        loadedJob(i % 2 ? 'about ann' : 'about bob', [i % 2 ? 'ann' : 'bob'], {
          id: `${i}`,
          finishedAt: NOON + i * DAY,
          name: i === 5 ? 'kept' : 'send',
        }),
      )
      await put(driver, { jobs: [...jobs, jobOf({ id: 'without' })] })
      const name: JobCondition = { by: 'field', field: 'name', pattern: 'kept', isNot: true }
      expect(await driver.forget({ ...ALL_TIME, conditions: [term('ann'), name] })).toBe(2)
      expect(await idsOf(driver)).toEqual(['5', '4', '2', 'without', '0'])
      expect(await idsOf(driver, { conditions: [term('ann')] })).toEqual(['5'])
      expect(await driver.attempts('redis:mail', '1')).toEqual([])
      expect(await driver.forget({ ...ALL_TIME, conditions: [term('ann'), name] })).toBe(0)
      expect(
        await driver.forget({
          from: NOON,
          to: NOON + 3 * DAY,
          conditions: [{ by: 'phrase', text: 'bob', isNot: false }],
        }),
      ).toBe(2)
      expect(await idsOf(driver)).toEqual(['5', '4', 'without'])
      expect(await driver.status()).toMatchObject({ jobs: 3, payloads: 2 })
      expect(await driver.forget({ ...ALL_TIME, conditions: [] })).toBe(3)
      expect(await idsOf(driver)).toEqual([])
    })

    test('deletes thousands', async () => {
      const { driver } = made()
      const jobs = Array.from({ length: 3000 }, (_, i) => loadedJob('{}', [i % 3 ? 'a' : 'b'], { id: `${i}` }))
      await put(driver, { jobs })
      expect(await driver.forget({ ...ALL_TIME, conditions: [term('a')] })).toBe(2000)
      expect(await idsOf(driver)).toHaveLength(1000)
    })

    test('leaves no byte of them in the files of the database', async () => {
      const { driver } = made()
      const secret = 'zq7forgetme4x'
      const person = (i: number) =>
        loadedJob(`{"email":"${secret}${i}"}`, [`email=${secret}${i}`, 'every'], {
          id: `${secret}-${i}`,
          error: `No mail for ${secret}${i}`,
          finishedAt: NOON + (i % 3) * DAY,
        })
      const others = Array.from({ length: 300 }, (_, i) => loadedJob(`{"n":${i}}`, [`n=${i}`, 'every'], { id: `${i}` }))
      await put(driver, { jobs: [...others, ...[1, 2, 3, 4].map(person)] })
      await put(driver, { jobs: others })
      await driver.verify()
      const filter = {
        ...ALL_TIME,
        conditions: [{ by: 'term', term: `email=${secret}`, isPrefix: true, isNot: false }],
      } as const
      expect(await driver.forget(filter)).toBe(4)
      expect(await idsOf(driver)).toHaveLength(300)
      await driver.close()
      expect(await made().holds(Buffer.from(secret))).toBe(false)
    })
  })
}
