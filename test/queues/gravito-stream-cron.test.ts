import { createRequire } from 'node:module'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { nextRun } from '../../src/queues/gravito-stream/cron.js'

const require = createRequire(import.meta.url)
/** The parser of the framework, which BullMQ has too. */
const { CronExpressionParser } = createRequire(require.resolve('bullmq'))('cron-parser') as {
  CronExpressionParser: { parse(cron: string, options: { currentDate: Date }): { next(): { getTime(): number } } }
}
const MINUTE = 60_000
/** Fixed, for the parser overlooks a date named twice that the only month does not have: one in 100,000 such expressions. */
const SEED = 18

afterEach(() => void vi.unstubAllEnvs())

test.each([
  ['*/15 * * * *', '2026-03-04T10:07:30', '2026-03-04T10:15:00'],
  ['0 3 * * *', '2026-03-04T03:00:00', '2026-03-05T03:00:00'],
  ['@monthly', '2026-12-31T23:59:59', '2027-01-01T00:00:00'],
  ['30 9 * * mon-fri', '2026-03-06T10:00:00', '2026-03-09T09:30:00'],
  ['0 0 13 * 5', '2026-03-01T00:00:00', '2026-03-06T00:00:00'],
  ['0 0 29 2 ?', '2026-03-01T00:00:00', '2028-02-29T00:00:00'],
  ['0 0 * * 7', '2026-03-02T00:00:00', '2026-03-08T00:00:00'],
  ['10-40/15 8,20 1 jan,JUL *', '2026-01-01T08:25:00', '2026-01-01T08:40:00'],
  ['*/20 * * * * *', '2026-03-04T10:07:30', '2026-03-04T10:07:40'],
  ['0 0 * * 3/2', '2026-03-13T00:00:00', '2026-03-15T00:00:00'],
  ['0 0 * * 7/1', '2026-03-13T00:00:00', '2026-03-15T00:00:00'],
  ['0 0 * * 0-7', '2026-03-13T00:00:00', '2026-03-14T00:00:00'],
  ['@weekdays', '2026-03-13T00:00:00', '2026-03-16T00:00:00'],
  ['@annually', '2026-03-13T00:00:00', '2027-01-01T00:00:00'],
  ['@secondly', '2026-03-13T00:00:00', '2026-03-13T00:00:01'],
])('%s after %s is due at %s', (cron, after, due) => {
  expect(nextRun(cron, new Date(after).getTime())).toBe(new Date(due).getTime())
})

/** The framework would refuse them after it has pushed a job, at every look. */
test.each(['@DAILY', ' @daily', '@midnight', 'constructor', '1-5,3 * * * *', '0 0 * * 3/4,7'])(
  '"%s" is refused, as by the framework',
  (cron) => {
    expect(() => nextRun(cron, 0)).toThrow(/cron expression/)
    expect(() => CronExpressionParser.parse(cron, { currentDate: new Date(0) })).toThrow()
  },
)

test.each([
  '0 0 L * *',
  '0 0 15W * *',
  '0 0 * * 5#2',
  '0 0 * * 5L',
  '0 0 * * +5',
  '0 0 1 1 * 2027 *',
  '*-5 * * * *',
  'H * * * *',
])('"%s", which some parsers know, is refused', (cron) => {
  expect(() => nextRun(cron, 0)).toThrow(/cron expression/)
})

test.each([
  ['30 2 * * *', 'Europe/Berlin', '2026-03-28T20:00:00+01:00', '2026-03-29T03:30:00+02:00'],
  ['15 */2 * * *', 'Europe/Berlin', '2026-03-29T01:00:00+01:00', '2026-03-29T03:15:00+02:00'],
  ['@daily', 'Africa/Cairo', '2026-04-23T12:00:00+02:00', '2026-04-24T01:00:00+03:00'],
])('what the clock leaves out is due an hour later: %s in %s', (cron, zone, after, due) => {
  vi.stubEnv('TZ', zone)
  expect(new Date(nextRun(cron, Date.parse(after)))).toEqual(new Date(due))
})

test.each([
  ['15,45 * * * *', 'Europe/Berlin', '2026-10-25T02:58:09+02:00', '2026-10-25T02:15:00+01:00'],
  ['15,45 0-23 * * *', 'Europe/Berlin', '2026-10-25T02:58:09+02:00', '2026-10-25T02:15:00+01:00'],
  ['30 2 * * *', 'Europe/Berlin', '2026-10-25T02:30:00+02:00', '2026-10-26T02:30:00+01:00'],
  ['0-59/30 23 * * *', 'Africa/Cairo', '2026-10-29T23:30:00+03:00', '2026-10-30T23:00:00+02:00'],
])('what the clock shows twice is due twice when every hour is: %s in %s', (cron, zone, after, due) => {
  vi.stubEnv('TZ', zone)
  expect(new Date(nextRun(cron, Date.parse(after)))).toEqual(new Date(due))
})

test('nothing is due at a time that is over, where the clock shows it twice', () => {
  vi.stubEnv('TZ', 'Europe/Berlin')
  const next = nextRun('*/15 1-3 * * *', Date.parse('2026-10-25T02:33:39+01:00'))
  expect(new Date(next)).toEqual(new Date('2026-10-25T02:45:00+01:00'))
})

/** Each with moments at which the clock changes there. */
const CHANGES = {
  UTC: ['2026-03-29T01:00:00Z', '2028-02-29T00:00:00Z'],
  'Europe/Berlin': ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'],
  'America/New_York': ['2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z'],
  'Africa/Cairo': ['2026-10-29T21:00:00Z'],
  'Asia/Kolkata': ['2026-12-31T18:30:00Z'],
}

function fieldFrom(min: number, max: number): fc.Arbitrary<string> {
  const number = fc.integer({ min, max })
  const span = fc.tuple(number, number).map(([one, other]) => `${Math.min(one, other)}-${Math.max(one, other)}`)
  const step = fc.integer({ min: 1, max: 20 })
  const part = fc.oneof(
    number.map(String),
    span,
    fc.tuple(fc.oneof(fc.constant('*'), span, number), step).map(([from, by]) => `${from}/${by}`),
  )
  return fc.oneof(fc.constant('*'), part, fc.array(part, { minLength: 2, maxLength: 3 }).map(String))
}

const EXPRESSIONS = fc
  .tuple(
    fc.option(fieldFrom(0, 59), { nil: '' }),
    fieldFrom(0, 59),
    fieldFrom(0, 23),
    fieldFrom(1, 31),
    fc.oneof({ weight: 3, arbitrary: fc.constant('*') }, fieldFrom(1, 12)),
    fieldFrom(0, 7),
  )
  .map((fields) => fields.join(' ').trim())

test.each(Object.entries(CHANGES))('in %s, the next run is that of the framework', (zone, changes) => {
  vi.stubEnv('TZ', zone)
  const times = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -1_800, max: 180 }))
    .map(([change, distance]) => Date.parse(change) + (distance + 0.5) * MINUTE)
  const due = (next: () => number) => {
    try {
      return new Date(next()).toISOString()
    } catch {
      return 'refused'
    }
  }
  fc.assert(
    fc.property(EXPRESSIONS, times, (cron, after) => {
      const theirs = due(() =>
        CronExpressionParser.parse(cron, { currentDate: new Date(after) })
          .next()
          .getTime(),
      )
      expect(due(() => nextRun(cron, after))).toBe(theirs)
    }),
    { seed: SEED, numRuns: 300 },
  )
})
