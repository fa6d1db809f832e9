import type { MetricUnit } from '../../../api/alert-metrics.js'
import { bytes, count, duration, exact, span, UNKNOWN } from '../../ui/format.js'

/** Figures of alerts as they are shown, and as they are typed. */

const SUFFIX: Readonly<Partial<Record<MetricUnit, string>>> = {
  percent: ' %',
  perSecond: '/s',
  perMinute: '/min',
  times: ' ×',
  cores: ' cores',
}

/** `93 %`, `12 s`, `2.3 GB`; a dash for what is unknown. */
export function valueText(value: number | null, unit: MetricUnit): string {
  if (value === null) return UNKNOWN
  if (unit === 'ms') return value < 0 ? `−${duration(-value)}` : duration(value)
  if (unit === 'bytes') return bytes(value)
  if (unit === 'count') return Number.isInteger(value) ? count(value) : String(Number(value.toFixed(1)))
  return `${Number(value.toFixed(Math.abs(value) < 10 ? 2 : 1)).toLocaleString('en-US')}${SUFFIX[unit] ?? ''}`
}

/** How long something has to last: `at once`, `2 min`. @param ms */
export function lengthText(ms: number): string {
  return ms === 0 ? 'at once' : span(ms)
}

interface TypedUnit {
  readonly name: string
  /** What a typed number is multiplied by. */
  readonly size: number
}

const DURATIONS: readonly TypedUnit[] = [
  { name: 'ms', size: 1 },
  { name: 's', size: 1_000 },
  { name: 'min', size: 60_000 },
  { name: 'h', size: 3_600_000 },
  { name: 'd', size: 86_400_000 },
]

const SIZES: readonly TypedUnit[] = [
  { name: 'B', size: 1 },
  { name: 'KB', size: 1_024 },
  { name: 'MB', size: 1_048_576 },
  { name: 'GB', size: 1_073_741_824 },
  { name: 'TB', size: 1_099_511_627_776 },
]

const NAMES: Readonly<Record<MetricUnit, string>> = {
  percent: '%',
  ms: 'such as 30 s, 5 min, 2 h',
  bytes: 'such as 500 MB, 2 GB',
  count: '',
  perSecond: 'per second',
  perMinute: 'per minute',
  times: 'times',
  cores: 'cores',
}

/** What a field of a unit takes, in words; empty for a plain number. */
export function unitHint(unit: MetricUnit): string {
  return NAMES[unit]
}

/** What is typed for a value: `90`, `30 s`, `1.5 h`, `2 GB`. The inverse of `parseValue`. */
export function typedText(value: number | null, unit: MetricUnit): string {
  if (value === null) return ''
  if (unit !== 'ms' && unit !== 'bytes') return String(value)
  const units = unit === 'ms' ? DURATIONS : SIZES
  if (value === 0) return unit === 'ms' ? '0 s' : '0 MB'
  const isShort = ({ size }: TypedUnit) => Number.isInteger((value / size) * 10)
  const { name, size } = units.findLast((one) => Math.abs(value) >= one.size && isShort(one)) ?? {
    name: units[0]?.name,
    size: 1,
  }
  return `${value / size} ${name}`
}

/**
 * Reads what is typed: a number, for durations and sizes with a unit. A duration without one is in seconds, a size in MB.
 *
 * @returns null for an empty text; an error in words for what is none
 */
export function parseValue(text: string, unit: MetricUnit): number | null | string {
  const trimmed = text.trim()
  if (trimmed === '') return null
  const match = /^(-?[\d,]*\.?\d+)\s*(\S*)$/.exec(trimmed)
  const number = Number(match?.[1]?.replaceAll(',', ''))
  if (!match || !Number.isFinite(number)) return problem(unit)
  const name = match[2] ?? ''
  if (unit === 'ms') return sized(number, name || 's', DURATIONS) ?? problem(unit)
  if (unit === 'bytes') return sized(number, name || 'MB', SIZES) ?? problem(unit)
  return name === '' || name === NAMES[unit] || name === SUFFIX[unit]?.trim() ? number : problem(unit)
}

function sized(number: number, name: string, units: readonly TypedUnit[]): number | null {
  const unit = units.find((one) => one.name.toLowerCase() === name.toLowerCase())
  return unit ? Math.round(number * unit.size) : null
}

function problem(unit: MetricUnit): string {
  if (unit === 'ms') return 'takes a duration, such as 30 s, 5 min or 2 h'
  if (unit === 'bytes') return 'takes a size, such as 500 MB or 2 GB'
  return unit === 'percent' ? 'takes a number of percent, such as 90' : `takes a number, such as ${exact(10)}`
}
