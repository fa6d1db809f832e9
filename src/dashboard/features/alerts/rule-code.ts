import type { AlertRule } from '../../../api/alerts.js'

/** What a rule in code has without being told; see `readRule`. */
const DEFAULTS = {
  enabled: true,
  severity: 'warning',
  forMs: 60_000,
  clearForMs: 60_000,
  cooldownMs: 900_000,
  remindMs: 14_400_000,
  note: '',
} as const

/** A rule as the code that makes it, without what it has anyway. */
export function ruleCode(rule: AlertRule): string {
  return `createZenith({ alerts: { rules: [${write(shortened(rule), 0)}] } })\n`
}

function shortened({ id, name, conditions, scope, receivers, ...rest }: AlertRule): object {
  const patterns = Object.fromEntries(Object.entries(scope).filter(([, list]) => list.length > 0))
  const others = Object.entries(rest).filter(([key, value]) => DEFAULTS[key as keyof typeof DEFAULTS] !== value)
  return {
    id,
    name,
    ...Object.fromEntries(others),
    conditions: conditions.map(shortCondition),
    ...(Object.keys(patterns).length > 0 && { scope: patterns }),
    ...(receivers.length > 0 && { receivers }),
  }
}

function shortCondition({ metric, over, is, threshold, clear, minCount }: AlertRule['conditions'][number]): object {
  return {
    metric,
    ...(over !== 'each' && { over }),
    is,
    threshold,
    ...(clear !== null && { clear }),
    ...(minCount !== null && { minCount }),
  }
}

/** As JavaScript is written by hand: small objects and lists in one line. */
function write(value: unknown, depth: number): string {
  if (Array.isArray(value)) return `[${value.map((one) => write(one, depth + 1)).join(', ')}]`
  if (typeof value === 'string')
    return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
  if (typeof value === 'number') return String(value).replace(/\d(?=(\d{3})+$)/g, value >= 10_000 ? '$&_' : '$&')
  if (typeof value !== 'object' || value === null) return String(value)
  const fields = Object.entries(value).map(([key, one]) => `${key}: ${write(one, depth + 1)}`)
  if (depth > 0) return `{ ${fields.join(', ')} }`
  return `{\n${fields.map((field) => `  ${field},\n`).join('')}}`
}
