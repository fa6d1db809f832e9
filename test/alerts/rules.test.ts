import { describe, expect, test } from 'vitest'
import { DEFAULT_RULES } from '../../src/alerts/defaults.js'
import { allRules, readRule, readStoredRule } from '../../src/alerts/rules.js'
import { readAlertsOptions } from '../../src/alerts/settings/options.js'

const RULE = { id: 'cpu', name: 'CPU', conditions: [{ metric: 'host.cpu', is: 'above', threshold: 90 }] }

test('what a rule lacks has a default', () => {
  expect(readRule(RULE)).toEqual({
    ...RULE,
    conditions: [{ metric: 'host.cpu', over: 'each', is: 'above', threshold: 90, clear: null, minCount: null }],
    ...{ enabled: true, severity: 'warning', forMs: 60_000, clearForMs: 60_000, receivers: [], note: '' },
    ...{ cooldownMs: 900_000, remindMs: 14_400_000 },
    scope: { services: [], environments: [], hosts: [], queues: [], routes: [], jobs: [] },
  })
})

test.each(DEFAULT_RULES.map((rule) => [rule.id, rule] as const))('the default %s is complete', (_, rule) => {
  expect(readRule(rule)).toEqual(rule)
})

const condition = (fields: object) => ({ ...RULE, conditions: [{ ...RULE.conditions[0], ...fields }] })

describe('an invalid rule is named', () => {
  test.each([
    [null, /^takes an object/],
    [[], /^takes an object/],
    [{ ...RULE, for: 60_000 }, /^has no "for": it has .*forMs/],
    [{ ...RULE, constructor: 1 }, /^has no "constructor"/],
    [{ ...RULE, scope: { service: ['shop'] } }, /^scope: has no "service": it has services, /],
    [condition({ treshold: 90 }), /^conditions\[0\]: has no "treshold": it has .*threshold/],
    [{ id: 'cpu', conditions: RULE.conditions }, /^name: takes a text/],
    [{ ...RULE, conditions: [{ metric: 'host.cpu', is: 'above' }] }, /^conditions\[0\]\.threshold: takes a number\.$/],
    [{ ...RULE, id: 'Not an id' }, /^id: /],
    [{ ...RULE, name: '' }, /^name: takes at least 1 character\.$/],
    [{ ...RULE, conditions: [] }, /^conditions: takes at least 1 entry\.$/],
    [{ ...RULE, conditions: 'high' }, /^conditions: takes a list\.$/],
    [{ ...RULE, severity: 'bad' }, /^severity: /],
    [{ ...RULE, forMs: -1 }, /^forMs: /],
    [{ ...RULE, forMs: 1e12 }, /^forMs: .*90 days/],
    [{ ...RULE, remindMs: 5 }, /^remindMs: /],
    [{ ...RULE, scope: { services: [''] } }, /^scope\.services\[0\]: takes at least 1 character/],
    [{ ...RULE, scope: 7 }, /^scope: /],
    [condition({ metric: 'cpu' }), /^conditions\[0\]\.metric: /],
    [condition({ threshold: Number.NaN }), /threshold/],
    [condition({ threshold: '90' }), /^conditions\[0\]\.threshold: /],
    [condition({ clear: 95 }), /^conditions\[0\]\.clear: takes a number of at most the threshold, 90/],
    [
      condition({ metric: 'host.diskFree', is: 'below', threshold: 10, clear: 5 }),
      /^conditions\[0\]\.clear: .* at least the threshold, 10/,
    ],
    [condition({ over: 'max' }), /^conditions\[0\]\.over: only metrics of nodes/],
    [
      { ...RULE, conditions: [...RULE.conditions, { metric: 'queue.backlog', is: 'above', threshold: 5 }] },
      /^conditions: all are about the same kind of subject; these are about a host and a queue/,
    ],
  ])('%j', (given, message) => {
    expect(readRule(given)).toMatch(message)
  })
})

test('a rule that another version stored may have more fields', () => {
  expect(readStoredRule({ ...RULE, colour: 'red' })).toEqual(readRule(RULE))
})

test('the code replaces defaults, and the page both', () => {
  const [disk] = DEFAULT_RULES.filter(({ id }) => id === 'disk')
  if (!disk) throw new Error('There is no rule of disks')
  const coded = { ...disk, name: 'Ours' }
  const paged = { ...disk, name: 'Edited' }
  const find = (rules: ReturnType<typeof allRules>) => rules.find(({ rule }) => rule.id === 'disk')
  expect(find(allRules([], new Map()))).toMatchObject({ source: 'default', isOverridden: false })
  expect(find(allRules([coded], new Map()))).toMatchObject({ source: 'code', rule: { name: 'Ours' } })
  expect(find(allRules([coded], new Map([['disk', paged]])))).toMatchObject({
    ...{ source: 'code', isOverridden: true },
    rule: { name: 'Edited' },
  })
  expect(allRules([], new Map([['mine', { ...disk, id: 'mine' }]])).at(-1)).toMatchObject({ source: 'page' })
})

describe('the option `alerts`', () => {
  const isNetwork = (text: string) => /^[\d./]+$/.test(text)
  test.each([
    [true, /takes an object, or false/],
    [{ rule: [] }, /has no "rule"/],
    [{ rules: {} }, /rules: takes a list of at most 484/],
    [{ receivers: Array.from({ length: 101 }) }, /receivers: takes a list of at most 100/],
    [{ rules: [RULE, RULE] }, /rules\[1\]\.id: "cpu" is there twice/],
    [{ rules: [{ ...RULE, id: '?' }] }, /rules\[0\]\.id: /],
    [{ receivers: [{ id: 'ops', kind: 'fax' }] }, /receivers\[0\]\.kind: takes slack, /],
    [{ rules: ['cpu'] }, /rules\[0\]: takes an object/],
    [{ rules: [{ ...RULE, for: 5 }] }, /rules\[0\]: has no "for"/],
    [{ receivers: ['ops'] }, /receivers\[0\]: takes an object/],
    [{ receivers: [{ id: 'ops', kind: 'slack', url: 'https://x.example' }] }, /receivers\[0\]: has no "url"/],
    [{ receivers: [{ id: 'ops', kind: 'webhook' }] }, /receivers\[0\]: The address for a webhook takes/],
    [{ smtp: { url: 'mail.example.com', from: 'a@b' } }, /smtp: takes \{ url, from \}/],
    [{ url: 'zenith.example.com' }, /url: takes the URL of the page/],
    [{ url: 'https://user:password@zenith.example.com' }, /url: takes .* without a password/],
    [{ allowedNetworks: ['internal'] }, /allowedNetworks: takes a list/],
  ])('%j', (given, message) => {
    expect(readAlertsOptions(given, isNetwork)).toMatch(message)
  })

  test('is complete without anything', () => {
    expect(readAlertsOptions({}, isNetwork)).toEqual({
      rules: [],
      receivers: [],
      smtp: null,
      url: null,
      allowedNetworks: [],
    })
  })
})
