import * as v from 'valibot'
import { METRICS, type SubjectKind } from '../api/alert-metrics.js'
import { type AlertCondition, AlertRule } from '../api/alerts.js'
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

/**
 * Completes and checks a rule.
 *
 * @returns the rule, or a readable error that names the field and what it takes
 */
export function readRule(given: unknown): AlertRule | string {
  if (!isFields(given)) return 'A rule is an object.'
  const parsed = v.safeParse(AlertRule, complete(given))
  if (!parsed.success) return inWords(parsed.issues[0])
  const problem = problemOf(parsed.output)
  return problem ?? parsed.output
}

function complete(given: Readonly<Record<string, unknown>>): unknown {
  const { conditions, scope } = given
  return {
    ...PARTIAL,
    ...given,
    scope: isFields(scope) || scope === undefined ? { ...EVERYTHING, ...scope } : scope,
    conditions: Array.isArray(conditions)
      ? conditions.map((one) => (isFields(one) ? { over: 'each', clear: null, minCount: null, ...one } : one))
      : conditions,
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function inWords(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue)
  return `${path}: takes ${takenBy(issue)}.`
}

/** The library names what it expects in the words of TypeScript. */
function takenBy({ expected, requirement, type }: v.BaseIssue<unknown>): string {
  if (type === 'min_length') return `at least ${requirement}`
  if (type === 'max_length') return `at most ${requirement}`
  if (type === 'min_value') return `a number of at least ${requirement}`
  if (type === 'regex') return 'lower-case letters, digits and hyphens, at most 64'
  return (expected ?? 'another value').replace(/[()"]/g, '').replaceAll(' | ', ', ')
}

function problemOf(rule: AlertRule): string | null {
  const kinds = new Set(rule.conditions.map(kindOf))
  if (kinds.size > 1)
    return `conditions: all are about the same kind of subject; these are about a ${[...kinds].join(' and a ')}.`
  const wrong = rule.conditions.map(conditionProblem).find((problem) => problem !== null)
  return wrong ?? durationProblem(rule)
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
