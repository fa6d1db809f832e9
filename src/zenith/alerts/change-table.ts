import type { AlertEvent } from '../../api/alerts.js'

/** Columns of changes of alerts as a table. Times are Unix ms. */
export const CHANGE_COLUMNS = [
  'at',
  'change',
  'rule',
  'ruleName',
  'severity',
  'kind',
  'subject',
  'service',
  'host',
  'environment',
  'text',
  'value',
  'firedAt',
  'by',
] as const

export function changeRow(event: AlertEvent): readonly (string | number | null)[] {
  const { at, change, rule, ruleName, severity, subject, text, value, firedAt, by } = event
  const { kind, name, service, host, environment } = subject
  return [at, change, rule, ruleName, severity, kind, name, service, host, environment, text, value, firedAt, by]
}
