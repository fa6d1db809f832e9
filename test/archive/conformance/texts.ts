import { describe, expect, test } from 'vitest'
import {
  MAX_ARCHIVED_PAYLOAD_CHARS,
  MAX_ARCHIVED_TERM_BYTES,
  MAX_ARCHIVED_TERMS,
  MAX_ARCHIVED_TERMS_BYTES,
} from '../../../src/ports/archive.js'
import type { UnderTest } from '../conformance.js'
import { ALL_TIME, AWKWARD, allJobs, idsOf, jobOf, loadedJob, NOON, put, readOf, recordOf, seeded } from './samples.js'

const has = (term: string, isPrefix = false) => [{ by: 'term', term, isPrefix, isNot: false } as const]

export function textTests(made: UnderTest): void {
  describe('texts', () => {
    test.each(AWKWARD)('%j comes back as it is', async (text) => {
      const { driver } = made()
      const job = loadedJob(text, [text], {
        queue: text,
        queueName: text,
        id: text,
        name: text,
        service: text,
        node: text,
        error: text,
      })
      const record = recordOf({ id: text, service: text, name: text, body: JSON.stringify({ text }) })
      const gap = { stream: text, from: NOON, to: NOON + 1, lost: 3 }
      const cursor = { stream: text, expected: null, next: text }
      expect(await driver.write({ cursor, jobs: [job], records: [record], gaps: [gap] })).toBe(true)
      expect(await allJobs(driver, { withPayloads: true })).toEqual([readOf(job)])
      expect(await driver.attempts(text, text)).toEqual([readOf(job)])
      expect(
        (await driver.records({ kind: 'slow', ...ALL_TIME, limit: 1, services: [text], name: text })).items,
      ).toEqual([record])
      expect(await driver.gaps(ALL_TIME)).toEqual([gap])
      expect(await driver.cursor(text)).toBe(text)
      expect(await driver.counts(ALL_TIME)).toEqual([{ queue: text, queueName: text, service: text, attempts: 1 }])
      expect((await driver.facets({ ...ALL_TIME, conditions: [] }, 9)).fields.name).toEqual([{ value: text, count: 1 }])
    })

    test.each([
      ['NUL characters', 'a\0b', 'a\uFFFDb'],
      ['half pairs', 'a\uD83Eb', 'a\uFFFDb'],
    ])('with %s have a replacement, in questions, too', async (_, given, kept) => {
      const { driver } = made()
      const texts = {
        queue: given,
        queueName: given,
        id: given,
        name: given,
        service: given,
        node: given,
        error: given,
      }
      const stored = { queue: kept, queueName: kept, id: kept, name: kept, service: kept, node: kept, error: kept }
      const gap = { stream: given, from: NOON, to: NOON + 1, lost: 3 }
      const figures = [{ kind: 'traffic', scope: given, step: 60_000, from: NOON, body: Buffer.from('x') }] as const
      const records = [recordOf({ id: given, service: given, name: given, body: given })]
      const cursor = { stream: given, expected: null, next: given }
      await driver.write({ cursor, jobs: [loadedJob(given, [given], texts)], records, figures, gaps: [gap] })
      const job = readOf(loadedJob(kept, [], stored))
      expect(await allJobs(driver, { withPayloads: true })).toEqual([job])
      expect(await driver.attempts(given, given)).toEqual([job])
      expect(await idsOf(driver, { conditions: has(given) })).toEqual([kept])
      expect(await idsOf(driver, { conditions: [{ by: 'field', field: 'id', pattern: given, isNot: false }] })).toEqual(
        [kept],
      )
      expect(await idsOf(driver, { conditions: [{ by: 'phrase', text: given.toLowerCase(), isNot: false }] })).toEqual([
        kept,
      ])
      const found = await driver.records({ kind: 'slow', ...ALL_TIME, limit: 1, services: [given], name: given })
      expect(found.items).toEqual([recordOf({ id: kept, service: kept, name: kept, body: kept })])
      expect(await driver.figures({ kind: 'traffic', scope: given, step: 60_000, ...ALL_TIME })).toMatchObject([
        { scope: kept },
      ])
      expect(await driver.gaps(ALL_TIME)).toEqual([{ ...gap, stream: kept }])
      expect(await driver.cursor(given)).toBe(kept)
      expect(await driver.write({ cursor: { stream: given, expected: given, next: '2' } })).toBe(true)
      // The same attempt, whichever way it is written.
      await put(driver, { jobs: [jobOf(stored)] })
      expect(await allJobs(driver)).toHaveLength(1)
    })

    test('of ids with 16 digits are no numbers', async () => {
      const { driver } = made()
      const ids = ['9007199254740993', '9007199254740992', '09007199254740993', '1e3', '1000', '0x10', '']
      await put(driver, { jobs: ids.map((id) => jobOf({ id })) })
      expect((await idsOf(driver)).sort()).toEqual([...ids].sort())
      for (const id of ids) expect(await driver.attempts('redis:mail', id)).toHaveLength(1)
    })
  })

  describe('long ids and names', () => {
    test('are ids and names, whatever their length', async () => {
      const { driver } = made()
      const next = seeded(5)
      const long = Array.from({ length: 9000 }, () => String.fromCharCode(33 + (next() % 9000))).join('')
      const texts = { id: long, name: long, queue: long, queueName: long, service: long, node: long, error: long }
      await put(driver, { jobs: [jobOf(texts), jobOf({ ...texts, id: `${long}x` })] })
      await put(driver, { jobs: [jobOf(texts)] })
      expect(await allJobs(driver)).toEqual(
        [jobOf({ ...texts, id: `${long}x` }), jobOf(texts)].map((job) => readOf(job)),
      )
      expect(await allJobs(driver, { limit: 1 })).toHaveLength(2)
      expect(await driver.attempts(long, long)).toHaveLength(1)
      for (const field of ['id', 'name'] as const) {
        const found = await idsOf(driver, { conditions: [{ by: 'field', field, pattern: long, isNot: false }] })
        expect(found).toEqual(field === 'id' ? [long] : [`${long}x`, long])
      }
    })
  })

  describe('large payloads', () => {
    test.each([
      ['letters', 'x'],
      ['CJK', '注'],
      ['emoji', '🦊'],
    ])('of the longest length in %s come back whole', async (_, letter) => {
      const { driver } = made()
      const text = letter.repeat(MAX_ARCHIVED_PAYLOAD_CHARS / letter.length)
      const job = jobOf({ payload: { text, isCut: true }, terms: ['a'] })
      await put(driver, { jobs: [job] })
      expect(await allJobs(driver, { withPayloads: true })).toEqual([readOf(job)])
    })

    test('without a pattern come back whole, too', async () => {
      const { driver } = made()
      const next = seeded(1)
      const text = Array.from({ length: MAX_ARCHIVED_PAYLOAD_CHARS }, () =>
        String.fromCharCode(32 + (next() % 9000)),
      ).join('')
      await put(driver, { jobs: [loadedJob(text, ['a'])] })
      expect((await allJobs(driver, { withPayloads: true }))[0]?.payload?.text).toBe(text)
    })
  })

  describe('many terms', () => {
    test('are all found', async () => {
      const { driver } = made()
      const terms = Array.from({ length: MAX_ARCHIVED_TERMS }, (_, i) => `key${i}=${'value'.repeat(16)}${i}`)
      await put(driver, { jobs: [loadedJob('{}', terms), loadedJob('{}', ['other'], { id: '2' })] })
      for (const i of [0, 1, 5000, MAX_ARCHIVED_TERMS - 1]) {
        expect(await idsOf(driver, { conditions: has(terms[i] ?? '') })).toEqual(['1'])
        expect(await idsOf(driver, { conditions: has(`key${i}=`, true) })).toEqual(['1'])
      }
    })

    test('beyond the limits are left out; those before stay', async () => {
      const { driver } = made()
      const many = Array.from({ length: MAX_ARCHIVED_TERMS + 1 }, (_, i) => `t${i}`)
      const long = 'é'.repeat(MAX_ARCHIVED_TERM_BYTES / 2)
      const large = Array.from({ length: 1000 }, (_, i) => `${i}`.padStart(MAX_ARCHIVED_TERM_BYTES, '0'))
      await put(driver, {
        jobs: [
          loadedJob('{}', many, { id: 'many' }),
          loadedJob('{}', [`${long}x`, long, 'after'], { id: 'long' }),
          loadedJob('{}', large, { id: 'large' }),
        ],
      })
      expect(await idsOf(driver, { conditions: has(many.at(-2) ?? '') })).toEqual(['many'])
      expect(await idsOf(driver, { conditions: has(many.at(-1) ?? '') })).toEqual([])
      expect(await idsOf(driver, { conditions: has(long) })).toEqual(['long'])
      expect(await idsOf(driver, { conditions: has(`${long}x`) })).toEqual([])
      expect(await idsOf(driver, { conditions: has(long.slice(0, 40), true) })).toEqual(['long'])
      expect(await idsOf(driver, { conditions: has('after') })).toEqual(['long'])
      const last = Math.floor(MAX_ARCHIVED_TERMS_BYTES / MAX_ARCHIVED_TERM_BYTES) - 1
      expect(await idsOf(driver, { conditions: has(large[last] ?? '') })).toEqual(['large'])
      expect(await idsOf(driver, { conditions: has(large[last + 1] ?? '') })).toEqual([])
    })

    test('that are given twice are one', async () => {
      const { driver } = made()
      await put(driver, { jobs: [loadedJob('{}', ['a', 'b', 'a'])] })
      expect(await idsOf(driver, { conditions: has('a') })).toEqual(['1'])
    })
  })
}
