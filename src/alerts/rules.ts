import * as v from 'valibot'
import { METRICS, type SubjectKind } from '../api/alert-metrics.js'
import { AlertCondition, AlertRule, AlertScope } from '../api/alerts.js'
import { DEFAULT_RULES, EVERYTHING } from './defaults.js'

const MAX_MS = 90 * 86_400_000
const LEAST_REMINDER_MS = 60_000

/** The defaults of rules that are not complete. */
const PARTIAL = {
  enabled: true,
  severity: 'warning',
  forMs: 60_000,
  clearForMs: 60_000,
  receivers: [],
  cooldownMs: 15 * 60_000,
  remindMs: 4 * 3_600_000,
  note: '',
} as const

const PARTIAL_CONDITION = {
  ...{ metric: undefined, is: undefined, threshold: undefined },
  ...{ over: 'each', clear: null, minCount: null },
} as const

const ID_WORDS = 'lower-case letters, digits and hyphens, at most 64'
const TYPE_WORDS: Readonly<Record<string, string>> = {
  number: 'a number',
  integer: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}
/** Characters of an unknown name. */
const MAX_SHOWN = 50

/**
 * Completes and checks a rule that a user wrote: a name that it does not have is a typing error, not a field to leave out.
 *
 * @returns the rule, or a readable error: the path of the field and what it takes, `conditions[0].threshold: takes a number.`
 */
export function readRule(given: unknown): AlertRule | string {
  return (isFields(given) ? unknownName(given) : null) ?? readStoredRule(given)
}

/** The same for a rule that a Zenith stored: another version of it may have more fields, which are left out. */
export function readStoredRule(given: unknown): AlertRule | string {
  if (!isFields(given)) return 'takes an object.'
  const parsed = v.safeParse(AlertRule, complete(given))
  if (!parsed.success) return inWords(parsed.issues[0])
  const problem = problemOf(parsed.output)
  return problem ?? parsed.output
}

/** A readable error with the name of what it is about: `rules[2].id: takes …`. */
export function problemIn(parent: string, problem: string): string {
  return /^[\w.[\]]+: /.test(problem) ? `${parent}.${problem}` : `${parent}: ${problem}`
}

function unknownName({ scope, conditions, ...rest }: Readonly<Record<string, unknown>>): string | null {
  const parts: [path: string, given: unknown, names: object][] = [
    ['', rest, AlertRule.entries],
    ['scope', scope, AlertScope.entries],
    ...(Array.isArray(conditions) ? conditions : []).map((one, index): [string, unknown, object] => {
      return [`conditions[${index}]`, one, AlertCondition.entries]
    }),
  ]
  for (const [path, fields, entries] of parts) {
    const names = Object.keys(entries)
    const unknown = isFields(fields) ? Object.keys(fields).find((name) => !names.includes(name)) : undefined
    if (unknown === undefined) continue
    const words = `has no ${JSON.stringify(unknown.slice(0, MAX_SHOWN))}: it has ${names.join(', ')}.`
    return path === '' ? words : `${path}: ${words}`
  }
  return null
}

/** With all names, so that what lacks is told of like what is wrong. */
function complete(given: Readonly<Record<string, unknown>>): unknown {
  const { conditions, scope } = given
  return {
    ...{ id: undefined, name: undefined },
    ...PARTIAL,
    ...given,
    scope: isFields(scope) || scope === undefined ? { ...EVERYTHING, ...scope } : scope,
    conditions: Array.isArray(conditions)
      ? conditions.map((one) => (isFields(one) ? { ...PARTIAL_CONDITION, ...one } : one))
      : conditions,
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function inWords(issue: v.BaseIssue<unknown>): string {
  const path = (v.getDotPath(issue) ?? '').replace(/\.(\d+)(?=\.|$)/g, '[$1]')
  return `${path}: takes ${takenBy(issue)}.`
}

/** The library names what it expects in the words of TypeScript. */
function takenBy({ expected, requirement, type, input }: v.BaseIssue<unknown>): string {
  if (type === 'min_length') return `at least ${lengthText(requirement, input)}`
  if (type === 'max_length') return `at most ${lengthText(requirement, input)}`
  if (type === 'min_value') return `a number of at least ${requirement}`
  if (type === 'regex') return ID_WORDS
  return TYPE_WORDS[type] ?? (expected ?? 'another value').replace(/[()"]/g, '').replaceAll(' | ', ', ')
}

function lengthText(length: unknown, input: unknown): string {
  const noun = typeof input === 'string' ? 'character' : 'entry'
  if (length === 1) return `1 ${noun}`
  return `${length} ${typeof input === 'string' ? 'characters' : 'entries'}`
}

function problemOf(rule: AlertRule): string | null {
  const kinds = new Set(rule.conditions.map(kindOf))
  if (kinds.size > 1)
    return `conditions: all are about the same kind of subject; these are about a ${[...kinds].join(' and a ')}.`
  for (const [index, condition] of rule.conditions.entries()) {
    const wrong = conditionProblem(condition)
    if (wrong) return `conditions[${index}].${wrong}`
  }
  return durationProblem(rule)
}

/** What a condition is about. */
export function kindOf({ metric, over }: Pick<AlertCondition, 'metric' | 'over'>): SubjectKind {
  const { subject } = METRICS[metric]
  return subject === 'node' && over !== 'each' ? 'service' : subject
}

/** Whether a condition is about the store itself, of which the store can't tell another Zenith. */
export function isOfStore({ metric }: Pick<AlertCondition, 'metric'>): boolean {
  return metric === 'fleet.storeAwayMs' || metric === 'fleet.storeRefusingMs'
}

function conditionProblem({ metric, over, is, threshold, clear }: AlertCondition): string | null {
  if (over !== 'each' && METRICS[metric].subject !== 'node')
    return `over: only metrics of nodes have an aggregate; for ${metric} it is "each".`
  if (!Number.isFinite(threshold)) return 'threshold: takes a number.'
  if (clear === null) return null
  const isHighBad = is === 'above' || is === 'atLeast'
  if (isHighBad ? clear <= threshold : clear >= threshold) return null
  return `clear: takes a number of ${isHighBad ? 'at most' : 'at least'} the threshold, ${threshold}.`
}

function durationProblem({ forMs, clearForMs, cooldownMs, remindMs }: AlertRule): string | null {
  for (const [name, ms] of Object.entries({ forMs, clearForMs, cooldownMs }))
    if (ms > MAX_MS) return `${name}: takes a number of ms up to ${MAX_MS}, 90 days.`
  if (remindMs === null || (remindMs >= LEAST_REMINDER_MS && remindMs <= MAX_MS)) return null
  return `remindMs: takes null, or a number of ms from ${LEAST_REMINDER_MS} to ${MAX_MS}.`
}

/** A rule, and where it comes from. */
export interface SourcedRule {
  readonly rule: AlertRule
  readonly source: 'default' | 'code' | 'page'
  /** The page changed what came with Zenith or from code. */
  readonly isOverridden: boolean
}

/**
 * All rules: those of the code replace the defaults of the same id, and those of the page both.
 *
 * @param ofPage by id
 */
export function allRules(ofCode: readonly AlertRule[], ofPage: ReadonlyMap<string, AlertRule>): readonly SourcedRule[] {
  const rules = new Map<string, SourcedRule>()
  for (const rule of DEFAULT_RULES) rules.set(rule.id, { rule, source: 'default', isOverridden: false })
  for (const rule of ofCode) rules.set(rule.id, { rule, source: 'code', isOverridden: false })
  for (const [id, rule] of ofPage) {
    const before = rules.get(id)
    rules.set(id, { rule, source: before?.source ?? 'page', isOverridden: before !== undefined })
  }
  return [...rules.values()]
}
