import { METRICS, type Metric, type MetricUnit, type SubjectKind } from '../../../api/alert-metrics.js'
import type { Aggregate, AlertCondition, AlertRule, AlertScope, Comparison, Severity } from '../../../api/alerts.js'
import { parseValue, typedText } from './values.js'

/** A rule as it is typed. Numbers are texts in the unit of their metric. */
export interface RuleDraft {
  readonly id: string
  readonly name: string
  readonly enabled: boolean
  readonly severity: Severity
  readonly conditions: readonly ConditionDraft[]
  readonly scope: Readonly<Record<keyof AlertScope, string>>
  readonly receivers: readonly string[]
  readonly note: string
  readonly forMs: string
  readonly clearForMs: string
  readonly cooldownMs: string
  readonly remindMs: string
}

export interface ConditionDraft {
  readonly metric: Metric
  readonly over: Aggregate
  readonly is: Comparison
  readonly threshold: string
  readonly clear: string
  readonly minCount: string
}

/** What is wrong, by the name of its field: `name`, `conditions.0.threshold`. */
export type DraftProblems = Readonly<Record<string, string>>

/** Shares of which a few failures say nothing. */
const SHARES: ReadonlySet<Metric> = new Set<Metric>([
  'service.errorRate',
  'service.jobFailures',
  'service.jobFailuresTimes',
  'route.errorRate',
  'route.aborted',
  'job.failures',
])

export function isShare(metric: Metric): boolean {
  return SHARES.has(metric)
}

export const SCOPE_KEYS = ['services', 'environments', 'hosts', 'queues', 'routes', 'jobs'] as const

/** The patterns that mean something for a kind of subject. */
export const SCOPE_OF: Readonly<Record<SubjectKind, readonly (keyof AlertScope)[]>> = {
  fleet: [],
  host: ['hosts', 'services', 'environments'],
  node: ['services', 'environments', 'hosts'],
  service: ['services', 'environments'],
  route: ['services', 'environments', 'routes'],
  job: ['services', 'environments', 'jobs'],
  queue: ['queues', 'services', 'environments'],
}

export function conditionDraft(metric: Metric): ConditionDraft {
  const is = METRICS[metric].isBadWhen === 'high' ? 'above' : 'below'
  return { metric, over: 'each', is, threshold: '', clear: '', minCount: '' }
}

export const NEW_RULE: RuleDraft = {
  ...{ id: '', name: '', enabled: true, severity: 'warning', conditions: [conditionDraft('host.cpu')] },
  scope: { services: '', environments: '', hosts: '', queues: '', routes: '', jobs: '' },
  ...{ receivers: [], note: '', forMs: '1 min', clearForMs: '1 min', cooldownMs: '15 min', remindMs: '4 h' },
}

export function draftOf(rule: AlertRule): RuleDraft {
  const { forMs, clearForMs, cooldownMs, remindMs, scope, conditions } = rule
  return {
    ...rule,
    conditions: conditions.map(({ metric, over, is, threshold, clear, minCount }) => ({
      ...{ metric, over, is, threshold: typedText(threshold, METRICS[metric].unit) },
      ...{ clear: typedText(clear, METRICS[metric].unit), minCount: typedText(minCount, 'count') },
    })),
    scope: Object.fromEntries(SCOPE_KEYS.map((key) => [key, scope[key].join(', ')])) as RuleDraft['scope'],
    forMs: typedText(forMs, 'ms'),
    clearForMs: typedText(clearForMs, 'ms'),
    cooldownMs: typedText(cooldownMs, 'ms'),
    remindMs: typedText(remindMs, 'ms'),
  }
}

/** An id for a name: `Disk of db hosts` is `disk-of-db-hosts`. */
export function slug(name: string): string {
  const letters = name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
  return letters.replace(/^-+|-+$/g, '').slice(0, 64)
}

/** Patterns, separated by commas or lines. */
export function patternsOf(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

/** Reads what is typed; either there is a rule, or something is wrong. */
export function ruleOf(draft: RuleDraft): { rule: AlertRule | null; problems: DraftProblems } {
  const problems: Record<string, string> = {}
  const read = (field: string, text: string, unit: MetricUnit, isNeeded = true): number => {
    const value = parseValue(text, unit)
    if (typeof value === 'string') problems[field] = value
    else if (value === null && isNeeded) problems[field] = 'is needed'
    return typeof value === 'number' ? value : 0
  }
  const optional = (field: string, text: string, unit: MetricUnit) =>
    text.trim() === '' ? null : read(field, text, unit)
  const name = draft.name.trim()
  const id = draft.id.trim() || slug(name)
  if (name === '') problems.name = 'is needed'
  if (id === '' && name !== '') problems.id = 'is needed: lower-case letters, digits and hyphens'
  const kind = METRICS[(draft.conditions[0] ?? conditionDraft('host.cpu')).metric].subject
  const conditions = draft.conditions.map((one, index): AlertCondition => {
    const field = `conditions.${index}`
    const { unit, subject } = METRICS[one.metric]
    const condition: AlertCondition = {
      metric: one.metric,
      over: subject === 'node' ? one.over : 'each',
      is: one.is,
      threshold: read(`${field}.threshold`, one.threshold, unit),
      clear: optional(`${field}.clear`, one.clear, unit),
      minCount: isShare(one.metric) ? optional(`${field}.minCount`, one.minCount, 'count') : null,
    }
    const wrong = clearProblem(condition)
    if (wrong && !problems[`${field}.clear`] && !problems[`${field}.threshold`]) problems[`${field}.clear`] = wrong
    return condition
  })
  const rule: AlertRule = {
    ...{ id, name, enabled: draft.enabled, severity: draft.severity, conditions, note: draft.note },
    scope: Object.fromEntries(
      SCOPE_KEYS.map((key) => [key, SCOPE_OF[kind].includes(key) ? patternsOf(draft.scope[key]) : []]),
    ) as unknown as AlertScope,
    receivers: [...draft.receivers],
    forMs: read('forMs', draft.forMs, 'ms'),
    clearForMs: read('clearForMs', draft.clearForMs, 'ms'),
    cooldownMs: read('cooldownMs', draft.cooldownMs, 'ms'),
    remindMs: optional('remindMs', draft.remindMs, 'ms'),
  }
  return { rule: Object.keys(problems).length === 0 ? rule : null, problems }
}

function clearProblem({ is, threshold, clear }: AlertCondition): string | null {
  if (clear === null) return null
  const isHighBad = is === 'above' || is === 'atLeast'
  if (isHighBad ? clear <= threshold : clear >= threshold) return null
  return `takes at ${isHighBad ? 'most' : 'least'} the threshold`
}

/** The fields that the form has. */
const FIELDS = /^(id|name|note|conditions|forMs|clearForMs|cooldownMs|remindMs|receivers|scope)\b/

/**
 * Where a refusal of the API belongs: it begins with the path of a field, `rule.conditions[0].clear`.
 *
 * @returns nothing for what belongs to no field
 */
export function problemsOf(error: Error | null): DraftProblems {
  const match = /^`rule\.([\w.[\]]+)` (.*)$/s.exec(error?.message ?? '')
  const [, field = '', words = ''] = match ?? []
  if (!FIELDS.test(field)) return {}
  const path = field.replace(/\[(\d+)\]/g, '.$1')
  return { [path === 'conditions' ? 'conditions.0.metric' : path]: words }
}
