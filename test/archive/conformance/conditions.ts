import { beforeEach, describe, expect, test } from 'vitest'
import type { IndexedJob, JobCondition, JobField, JobFigure, QueueSet } from '../../../src/ports/archive.js'
import type { UnderTest } from '../conformance.js'
import { ALL_TIME, AWKWARD, idsOf, jobOf, loadedJob, NOON, put } from './samples.js'

const term = (text: string, more: { isPrefix?: boolean; isNot?: boolean } = {}): JobCondition => ({
  by: 'term',
  term: text,
  isPrefix: false,
  isNot: false,
  ...more,
})
const phrase = (text: string, isNot = false): JobCondition => ({ by: 'phrase', text, isNot })
const field = (name: JobField, pattern: string, isNot = false): JobCondition => ({
  by: 'field',
  field: name,
  pattern,
  isNot,
})
const figure = (name: JobFigure, atLeast: number | null, atMost: number | null, isNot = false): JobCondition => ({
  by: 'figure',
  figure: name,
  atLeast,
  atMost,
  isNot,
})

export function conditionTests(made: UnderTest): void {
  const find = (...conditions: JobCondition[]) => idsOf(made().driver, { conditions })

  describe('sets of queues', () => {
    const ids = async (query: Parameters<typeof idsOf>[1]) => [...(await idsOf(made().driver, query))].sort()
    const only = (...sets: QueueSet[]) => ids({ only: sets })
    const ofQueue = (id: string, queueName: string, terms: readonly string[] = []) =>
      loadedJob(`{"of":"${queueName}"}`, terms, { id, queue: `redis:1:${queueName}`, queueName })
    beforeEach(async () => {
      const jobs = [
        ofQueue('a', 'mail-out', ['ada']),
        ofQueue('b', 'mail-in'),
        ofQueue('c', 'orders', ['ada']),
        ofQueue('d', 'ma%l_[x]', ['ada']),
      ]
      await put(made().driver, { jobs })
    })

    test('have the queues whose name or key fits a pattern', async () => {
      expect(await only([[['mail*']]])).toEqual(['a', 'b'])
      expect(await only([[['mail-in', 'orders']]])).toEqual(['b', 'c'])
      expect(await only([[['redis:1:orders']]])).toEqual(['c'])
      expect(await only([[['redis:*:mail-*']]])).toEqual(['a', 'b'])
      expect(await only([[['Mail*', 'mai', 'm?il*', 'mail-o%']]])).toEqual([])
      expect(await only([[['ma%l_[x]']]])).toEqual(['d'])
      expect(await only([[['*']]])).toEqual(['a', 'b', 'c', 'd'])
    })

    test('are an entry of which each list fits, or another', async () => {
      expect(await only([[['mail*'], ['*-in']]])).toEqual(['b'])
      expect(await only([[['mail*'], ['*-in']], [['orders']]])).toEqual(['b', 'c'])
      expect(await only([[['mail*'], []]])).toEqual([])
      expect(await only([])).toEqual([])
      expect(await only([[]])).toEqual(['a', 'b', 'c', 'd'])
      expect(await only([[['mail*']]], [[['*-out'], ['redis*']]])).toEqual(['a'])
    })

    test('narrow what terms, phrases and facets find', async () => {
      const { driver } = made()
      const sets = { only: [[[['mail*', 'ma%*']]]] }
      expect(await ids({ ...sets, conditions: [term('ada')] })).toEqual(['a', 'd'])
      expect(await ids({ ...sets, conditions: [term('ada', { isNot: true })] })).toEqual(['b'])
      expect(await ids({ ...sets, conditions: [phrase('"of":"mail-in"')] })).toEqual(['b'])
      expect(await ids({ ...sets, conditions: [phrase('"of":"orders"')] })).toEqual([])
      const { total, fields } = await driver.facets({ ...ALL_TIME, conditions: [term('ada')], ...sets }, 100)
      expect([total, fields.queueName.map(({ value }) => value).sort()]).toEqual([2, ['ma%l_[x]', 'mail-out']])
    })
  })

  describe('terms', () => {
    beforeEach(async () => {
      const jobs = [
        loadedJob('{}', ['user=1', 'user=12', 'mail'], { id: 'a' }),
        loadedJob('{}', ['user=2', 'Mail'], { id: 'b' }),
        loadedJob('{}', ['user=1', 'mailbox'], { id: 'c' }),
        loadedJob('{}', [], { id: 'd' }),
        jobOf({ id: 'e', terms: ['user=1'] }),
      ]
      await put(made().driver, { jobs })
    })

    test('are found whole and as they are written', async () => {
      expect(await find(term('user=1'))).toEqual(['c', 'a'])
      expect(await find(term('mail'))).toEqual(['a'])
      expect(await find(term('Mail'))).toEqual(['b'])
      expect(await find(term('user'))).toEqual([])
      expect(await find(term('ser=1'))).toEqual([])
    })

    test('are found by their beginning', async () => {
      expect(await find(term('user=1', { isPrefix: true }))).toEqual(['c', 'a'])
      expect(await find(term('mail', { isPrefix: true }))).toEqual(['c', 'a'])
      expect(await find(term('user=12', { isPrefix: true }))).toEqual(['a'])
      expect(await find(term('ser', { isPrefix: true }))).toEqual([])
    })

    test('of which one is empty: no job has it, and all terms begin with it', async () => {
      expect(await find(term(''))).toEqual([])
      expect(await find(term('', { isPrefix: true }))).toEqual(['c', 'b', 'a'])
      expect(await find(term('', { isPrefix: true, isNot: true }))).toEqual(['e', 'd'])
    })

    test('that a job must not have let those through that have no payload', async () => {
      expect(await find(term('user=1', { isNot: true }))).toEqual(['e', 'd', 'b'])
      expect(await find(term('mail', { isPrefix: true, isNot: true }))).toEqual(['e', 'd', 'b'])
      expect(await find(term('none', { isNot: true }))).toEqual(['e', 'd', 'c', 'b', 'a'])
    })

    test('have to be there all, and none of the others', async () => {
      expect(await find(term('user=1'), term('mail'))).toEqual(['a'])
      expect(await find(term('user=1'), term('mail', { isNot: true }))).toEqual(['c'])
      expect(await find(term('user=1'), term('mailb', { isPrefix: true, isNot: true }))).toEqual(['a'])
      expect(await find(term('user=1', { isNot: true }), term('Mail', { isNot: true }))).toEqual(['e', 'd'])
      expect(await find(term('user=1'), term('user=1', { isNot: true }))).toEqual([])
    })

    test('a job without a payload has none', async () => {
      expect(await find(term('user=1'), field('id', 'e'))).toEqual([])
    })
  })

  describe('awkward terms', () => {
    test('are found as what they are, and by their first half', async () => {
      await put(made().driver, {
        jobs: AWKWARD.map((text, i) => loadedJob('{}', [text, 'every'], { id: `${i}`, finishedAt: NOON + i })),
      })
      for (const [i, text] of AWKWARD.entries()) {
        expect(await find(term(text)), text).toEqual([`${i}`])
        const others = AWKWARD.flatMap((_, j) => (j === i ? [] : [`${j}`])).reverse()
        expect(await find(term(text, { isNot: true })), text).toEqual(others)
        const start = [...text].slice(0, Math.ceil([...text].length / 2)).join('')
        const alike = AWKWARD.flatMap((other, j) => (other.startsWith(start) ? [`${j}`] : [])).reverse()
        expect(await find(term(start, { isPrefix: true })), start).toEqual(alike)
      }
      expect(await find(term('every'), ...AWKWARD.map((text) => term(text, { isNot: true })))).toEqual([])
    })
  })

  describe('phrases', () => {
    beforeEach(async () => {
      const texts = [
        '{"text":"Two Words here"}',
        '{"text":"two  words"}',
        'wordstwo',
        '50% of _all_ \\ "it\'s" 注文 ÄÖ',
      ]
      const jobs = texts.map((text, i) => loadedJob(text, ['every'], { id: `${i}` }))
      await put(made().driver, { jobs: [...jobs, jobOf({ id: '4' })] })
    })

    test('are found in the text, whatever its case, spacing and escapes', async () => {
      expect(await find(phrase('two words'))).toEqual(['1', '0'])
      expect(await find(phrase('words'))).toEqual(['2', '1', '0'])
      expect(await find(phrase('nowhere'))).toEqual([])
      expect(await find(phrase('äö'))).toEqual(['3'])
      for (const text of ['50%', '%', '_all_', '\\', '"it\'s"', '注文'])
        expect(await find(phrase(text)), text).toEqual(['3'])
      for (const text of ['5_%', 'a*l', 't.o']) expect(await find(phrase(text)), text).toEqual([])
    })

    test('that must not be there let those through that have no payload', async () => {
      expect(await find(phrase('two words', true))).toEqual(['4', '3', '2'])
      expect(await find(phrase('words', true), term('every'))).toEqual(['3'])
    })

    test('fill pages to the limit, however many do not match', async () => {
      const { driver } = made()
      const jobs = Array.from({ length: 3000 }, (_, i) =>
        loadedJob(i % 500 === 7 ? 'a rare sight' : 'a common one', [], { id: `p${i}`, finishedAt: NOON + 1 + i }),
      )
      await put(driver, { jobs })
      const expected = [2507, 2007, 1507, 1007, 507, 7].map((i) => `p${i}`)
      for (const limit of [1, 2, 5, 6, 7])
        expect(await idsOf(driver, { conditions: [phrase('rare sight')], limit })).toEqual(expected)
    })
  })

  describe('fields', () => {
    test('equal a pattern', async () => {
      const jobs = ['mail', 'Mail', 'mail.send', 'email', 'mailx\ny'].map((name, i) => jobOf({ id: `${i}`, name }))
      await put(made().driver, { jobs })
      expect(await find(field('name', 'mail'))).toEqual(['0'])
      expect(await find(field('name', 'mail*'))).toEqual(['4', '2', '0'])
      expect(await find(field('name', '*mail'))).toEqual(['3', '0'])
      expect(await find(field('name', 'm*l*'))).toEqual(['4', '2', '0'])
      expect(await find(field('name', '*'))).toEqual(['4', '3', '2', '1', '0'])
      expect(await find(field('name', '**'))).toEqual(['4', '3', '2', '1', '0'])
      expect(await find(field('name', ''))).toEqual([])
      expect(await find(field('name', 'mail*', true))).toEqual(['3', '1'])
      expect(await find(field('name', 'mail*'), field('name', '*send'))).toEqual(['2'])
    })

    test('that are empty match an empty pattern and any text', async () => {
      await put(made().driver, { jobs: [jobOf({ name: '', service: '' })] })
      expect(await find(field('name', ''))).toEqual(['1'])
      expect(await find(field('service', '*'))).toEqual(['1'])
      expect(await find(field('service', 'x', true))).toEqual(['1'])
    })

    test('take all other characters for themselves', async () => {
      const jobs = AWKWARD.map((name, i) => jobOf({ id: `${i}`, name, service: name, queueName: name, queue: name }))
      await put(made().driver, { jobs: jobs.map((job, i) => ({ ...job, finishedAt: NOON + i })) })
      for (const [i, text] of AWKWARD.entries()) {
        // An asterisk has no escape: it stands for any text, and so for itself.
        for (const name of ['name', 'service', 'queueName', 'queue'] as const) {
          expect(await find(field(name, text)), text).toEqual([`${i}`])
          expect(await find(field(name, `${text.slice(0, -1)}*`)), text).toContain(`${i}`)
        }
      }
      for (const pattern of ['_nder_score 100% [a-z]? {x}', 'under_score 100% a? {x}', 'under_score % [a-z]? {x}'])
        expect(await find(field('name', pattern)), pattern).toEqual([])
    })

    test.each([
      ['outcome', 'fail*', ['b']],
      ['queueName', 'm?il', []],
      ['queueName', 'letters', ['b']],
      ['queue', '*:letters', ['b']],
      ['service', 's*', ['a']],
      ['id', 'b', ['b']],
    ] as const)('%s by %s', async (name, pattern, ids) => {
      const second = { queue: 'redis:letters', queueName: 'letters', service: null, outcome: 'failed' } as const
      await put(made().driver, { jobs: [jobOf({ id: 'a' }), jobOf({ id: 'b', ...second })] })
      expect(await find(field(name, pattern))).toEqual(ids)
      expect(await find(field(name, pattern, true))).toEqual(
        ['a', 'b'].filter((id) => !(ids as readonly string[]).includes(id)),
      )
    })

    test('that are unknown match nothing, and so every condition that is turned over', async () => {
      await put(made().driver, { jobs: [jobOf({ id: 'a', service: null }), jobOf({ id: 'b' })] })
      expect(await find(field('service', '*'))).toEqual(['b'])
      expect(await find(field('service', '*', true))).toEqual(['a'])
      expect(await find(field('service', 'shop', true))).toEqual(['a'])
      expect(await find(field('service', 'none', true))).toEqual(['b', 'a'])
    })
  })

  describe('figures of jobs', () => {
    test.each(['runMs', 'waitMs', 'attempt'] as const)('%s lies between bounds, both included', async (name) => {
      const values = [null, 0, 1, 1.5, 2, 1e12]
      await put(made().driver, { jobs: values.map((value, i) => jobOf({ id: `${i}`, [name]: value })) })
      expect(await find(figure(name, 1, 2))).toEqual(['4', '3', '2'])
      expect(await find(figure(name, 1.5, null))).toEqual(['5', '4', '3'])
      expect(await find(figure(name, null, 0))).toEqual(['1'])
      expect(await find(figure(name, null, null))).toEqual(['5', '4', '3', '2', '1'])
      expect(await find(figure(name, 2, 1))).toEqual([])
      expect(await find(figure(name, 1, 2, true))).toEqual(['5', '1', '0'])
      expect(await find(figure(name, null, null, true))).toEqual(['0'])
      expect(await find(figure(name, 1, null), figure(name, null, 1))).toEqual(['2'])
    })
  })

  describe('conditions of all kinds together', () => {
    test('have to hold all', async () => {
      const jobs = Array.from({ length: 64 }, (_, i) => jobOfBits(i))
      await put(made().driver, { jobs })
      expect(await find(phrase('red'), term('two'), field('name', 'f*'), figure('runMs', 1, null))).toEqual(
        [63, 47, 31, 15].map(String),
      )
      expect(
        await find(
          phrase('red', true),
          term('two', { isNot: true }),
          field('name', 'f*', true),
          figure('runMs', 1, 9, true),
        ),
      ).toEqual([48, 32, 16, 0].map(String))
    })

    test('may be many', async () => {
      await put(made().driver, { jobs: [loadedJob('x', ['t1'])] })
      const many = Array.from({ length: 50 }, (_, i) => [
        term(`none${i}`, { isNot: true }),
        field('name', `none${i}*`, true),
        figure('runMs', i, 1000),
      ]).flat()
      expect(await find(...many)).toEqual(['1'])
    })
  })
}

/** Has the text, term, name and figure that the bits of the number say. */
function jobOfBits(bits: number): IndexedJob {
  const pick = <T>(bit: number, set: T, clear: T) => (bits & bit ? set : clear)
  return loadedJob(pick(1, 'the red fox', 'the blue fox'), [pick(2, 'two', 'none')], {
    id: `${bits}`,
    finishedAt: NOON + bits,
    name: pick(4, 'four', 'other'),
    runMs: pick(8, 8, 0),
  })
}
