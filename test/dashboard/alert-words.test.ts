import { describe, expect, it } from 'vitest'
import { DEFAULT_RULES } from '../../src/alerts/defaults.js'
import { readRule } from '../../src/alerts/rules.js'
import type { AlertRule } from '../../src/api/alerts.js'
import { isOf } from '../../src/dashboard/features/alert-mark/marked.js'
import { ruleCode } from '../../src/dashboard/features/alerts/rule-code.js'
import {
  draftOf,
  NEW_RULE,
  patternsOf,
  problemsOf,
  ruleOf,
  slug,
} from '../../src/dashboard/features/alerts/rule-draft.js'
import { parseValue, typedText, valueText } from '../../src/dashboard/features/alerts/values.js'
import {
  ruleText,
  silenceScope,
  subjectTarget,
  tomorrowAfter,
  weeklyText,
} from '../../src/dashboard/features/alerts/words.js'
import { alertInWords, alertSpansOf } from '../../src/dashboard/ui/charts/marks.js'
import { makeAlert, makeSubject } from './fixture/alert-desk.js'
import { makeShopAlerts } from './fixture/shop-alerts.js'

describe('a value that is typed', () => {
  it.each([
    ['90', 'percent', 90],
    ['90 %', 'percent', 90],
    ['30 s', 'ms', 30_000],
    ['5min', 'ms', 300_000],
    ['1.5 h', 'ms', 5_400_000],
    ['2 GB', 'bytes', 2_147_483_648],
    ['500', 'bytes', 524_288_000],
    ['45', 'ms', 45_000],
    ['1,000', 'count', 1_000],
    ['', 'count', null],
  ] as const)('%s of %s is %s', (text, unit, value) => {
    expect(parseValue(text, unit)).toBe(value)
  })

  it.each([
    ['soon', 'ms', 'takes a duration, such as 30 s, 5 min or 2 h'],
    ['5 fortnights', 'ms', 'takes a duration, such as 30 s, 5 min or 2 h'],
    ['much', 'bytes', 'takes a size, such as 500 MB or 2 GB'],
    ['90 s', 'percent', 'takes a number of percent, such as 90'],
  ] as const)('%s of %s is none: %s', (text, unit, problem) => {
    expect(parseValue(text, unit)).toBe(problem)
  })

  it.each([
    [0, 'ms'],
    [250, 'ms'],
    [90_000, 'ms'],
    [93_600_000, 'ms'],
    [12.5, 'percent'],
    [1_610_612_736, 'bytes'],
    [null, 'count'],
  ] as const)('is written as it is read: %s %s', (value, unit) => {
    expect(parseValue(typedText(value, unit), unit)).toBe(value)
  })

  it('shows an unknown value as a dash', () => {
    expect(valueText(null, 'percent')).toBe('–')
    expect([valueText(5.2, 'percent'), valueText(3, 'times'), valueText(900_000, 'ms')]).toEqual([
      '5.2 %',
      '3 ×',
      '15 min',
    ])
  })
})

describe('a rule that is edited', () => {
  it.each(DEFAULT_RULES.map((rule) => [rule.id, rule] as const))('%s stays as it is', (_, rule) => {
    expect(ruleOf(draftOf(rule))).toEqual({ rule, problems: {} })
  })

  it('says what is missing and what is wrong at its field', () => {
    const draft = {
      ...NEW_RULE,
      name: '',
      forMs: 'long',
      conditions: NEW_RULE.conditions.map((one) => ({ ...one, clear: '99' })),
    }
    expect(ruleOf(draft).problems).toEqual({
      name: 'is needed',
      forMs: 'takes a duration, such as 30 s, 5 min or 2 h',
      'conditions.0.threshold': 'is needed',
    })
    const high = { ...draft, conditions: draft.conditions.map((one) => ({ ...one, threshold: '90' })) }
    expect(ruleOf(high).problems['conditions.0.clear']).toBe('takes at most the threshold')
  })

  it('finds the field that the API refuses', () => {
    const error = new Error('`rule.remindMs` takes null, or a number of ms from 60000 to 7776000000.')
    expect(problemsOf(error)).toEqual({ remindMs: 'takes null, or a number of ms from 60000 to 7776000000.' })
    const nested = new Error('`rule.conditions[1].clear` takes a number of at most the threshold, 90.')
    expect(problemsOf(nested)).toEqual({ 'conditions.1.clear': 'takes a number of at most the threshold, 90.' })
    expect(problemsOf(new Error('Zenith does not answer.'))).toEqual({})
  })

  it('makes ids and patterns of what is typed', () => {
    expect(slug(' Größe of db-Hosts! ')).toBe('gro-e-of-db-hosts')
    expect(patternsOf(' shop-*, mail\n,')).toEqual(['shop-*', 'mail'])
  })

  it('is told in one line', () => {
    const texts = DEFAULT_RULES.map(ruleText)
    expect(texts).toContain('Free disk below 10 %, clear at 12 %, for 10 s')
    expect(texts).toContain(
      'Wait of the oldest job above 15 min, clear at 5 min, or growing backlog at least 10 min, clear at 1 min',
    )
  })

  it('is code that makes the same rule', () => {
    const rule = {
      ...(DEFAULT_RULES[5] as AlertRule),
      note: 'It’s "full":\ncall O\'Hara',
      forMs: 90_000,
      scope: { ...(DEFAULT_RULES[5] as AlertRule).scope, hosts: ['db-*'] },
    }
    const code = ruleCode(rule)
    expect(code).toContain('forMs: 90_000')
    const written = new Function('createZenith', `return ${code}`)((options: unknown) => options) as {
      alerts: { rules: unknown[] }
    }
    expect(readRule(written.alerts.rules[0])).toEqual(rule)
  })
})

describe('what an alert is about', () => {
  const node = makeAlert(
    'heap',
    makeSubject('node', 'web-1-1', { key: 'k1', service: 'shop-api', services: ['shop-api'] }),
  )
  const queue = makeAlert('backlog', makeSubject('queue', 'mail', { key: 'bullmq|mail', services: ['mailer'] }))
  const route = makeAlert('cpu', makeSubject('route', 'GET /', { service: 'shop-api', services: ['shop-api'] }))

  it('has a page', () => {
    expect(subjectTarget(node.subject)).toMatchObject({ page: 'process', service: 'shop-api', node: 'web-1-1' })
    expect(subjectTarget(queue.subject)).toMatchObject({ page: 'queue', queue: 'bullmq|mail' })
    expect(subjectTarget(route.subject)).toMatchObject({ page: 'route', service: 'shop-api', series: 'GET /' })
    expect(subjectTarget(makeSubject('fleet', 'fleet'))).toBe(null)
  })

  it('is marked where it stands, and on its service', () => {
    expect(isOf(node, { service: 'shop-api' })).toBe(true)
    expect(isOf(node, { node: 'k1', host: 'web-1' })).toBe(true)
    expect(isOf(node, { node: 'k2', host: 'web-1' })).toBe(false)
    expect(isOf(makeAlert('disk', makeSubject('host', 'web-1')), { node: 'k2', host: 'web-1' })).toBe(true)
    expect(isOf(queue, { queue: 'bullmq|mail' })).toBe(true)
    expect(isOf(route, { service: 'shop-api', route: 'GET /users' })).toBe(false)
  })

  it('is silenced with its rule, and no wider than a silence can be', () => {
    expect(silenceScope(queue)).toMatchObject({ rules: ['backlog'], queues: ['bullmq|mail'], services: [] })
    expect(silenceScope(route)).toMatchObject({ rules: ['cpu'], services: ['shop-api'] })
  })

  it('is silenced until the next morning', () => {
    const at = new Date(2026, 10, 30, 23, 50).getTime()
    expect(tomorrowAfter(at)).toBe(new Date(2026, 11, 1, 9).getTime())
  })

  it('is muted at times of the week', () => {
    const week = { days: ['sat', 'sun'], from: '02:30', minutes: 90, timeZone: 'Europe/Berlin' } as const
    expect(weeklyText(week)).toBe('Saturdays, Sundays, 02:30 for 1 h 30 min, Europe/Berlin')
  })
})

it('charts show from when to when alerts fired', () => {
  const { events } = makeShopAlerts()
  const [first, second] = alertSpansOf(events)
  expect(first).toMatchObject({
    rule: 'Disk almost full',
    subject: 'db-1',
    isCritical: true,
    from: events[3]?.at,
    to: events[1]?.at,
  })
  expect(second).toMatchObject({ from: events[0]?.at, to: null })
  expect(second && alertInWords(second)).toMatch(/^Disk almost full, db-1, .+ – now$/)
})
