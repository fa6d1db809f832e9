import { METRICS, type Metric, type MetricUnit } from '../api/alert-metrics.js'
import type { AlertCondition, AlertSubject, Comparison } from '../api/alerts.js'

const COMPARED: Readonly<Record<Comparison, string>> = {
  above: 'above',
  atLeast: 'at least',
  below: 'below',
  atMost: 'at most',
}

/** 1 or 0: a number would say nothing. */
const YES_OR_NO: ReadonlySet<Metric> = new Set(['queue.error', 'node.notReady'])

/** `CPU 93 % (above 90 %)`; for what is 1 or 0, `Unreadable queue`. */
export function conditionInWords({ metric, over, is, threshold }: AlertCondition, value: number | null): string {
  const { label, unit } = METRICS[metric]
  const name = capital(over === 'each' ? label : `${label} (${over})`)
  if (YES_OR_NO.has(metric) && over === 'each' && (is === 'above' || is === 'atLeast')) return name
  const now = value === null ? 'unknown' : valueInWords(value, unit)
  return `${name} ${now} (${COMPARED[is]} ${valueInWords(threshold, unit)})`
}

/** `node web-1 of shop`. */
export function subjectInWords({ kind, name, service }: AlertSubject): string {
  if (kind === 'fleet') return 'the fleet'
  if (kind === 'service') return name
  return `${kind === 'route' ? '' : `${kind} `}${name}${service === null ? '' : ` of ${service}`}`
}

/** With its unit, at most three digits after the point: `93 %`, `1.5 s`, `2.3 GB`. */
export function valueInWords(value: number, unit: MetricUnit): string {
  if (unit === 'ms') return durationInWords(value)
  if (unit === 'bytes') return bytesInWords(value)
  const number = rounded(value)
  return unit === 'count' ? number : `${number}${SUFFIX[unit]}`
}

const SUFFIX = { percent: ' %', perSecond: '/s', perMinute: '/min', times: ' ×', cores: ' cores' } as const

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000]

/** `250 ms`, `12 s`, `4 min`, `2 h 5 min`, `3 d 4 h`. */
export function durationInWords(ms: number): string {
  if (ms < SECOND) return `${rounded(ms)} ms`
  if (ms < 2 * MINUTE) return `${rounded(ms / SECOND, ms < 10 * SECOND ? 1 : 0)} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  if (ms < DAY) return pair(ms, HOUR, 'h', MINUTE, 'min')
  return pair(ms, DAY, 'd', HOUR, 'h')
}

function pair(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small)
  return `${Math.floor(ms / large)} ${largeName}${rest > 0 ? ` ${rest} ${smallName}` : ''}`
}

function bytesInWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, Math.abs(bytes))) / 10)))
  return `${rounded(bytes / 1_024 ** power, 1)} ${units[power]}`
}

function rounded(value: number, digits = Math.abs(value) < 10 ? 2 : 1): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits })
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
