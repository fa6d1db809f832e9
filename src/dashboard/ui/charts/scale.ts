import type { TimeWindow } from '../../../api/time-window.js'
import { exact, UNKNOWN } from '../format.js'
import type { ChartData } from './chart-lines.js'

/** What a chart's figures are; one has one unit at a time, on its axis as in its legend. Rates are per second, durations in ms. */
export type Measure = 'rate' | 'perMinute' | 'duration' | 'percent' | 'bytes' | 'count'

interface Unit {
  /** What a figure is divided by. */
  readonly size: number
  readonly name: string
}

/** The units of each measure, from the largest, with the lowest height of a chart that has it. */
const UNITS: Readonly<Record<Measure, readonly (readonly [from: number, unit: Unit])[]>> = {
  rate: [
    [10_000, { size: 1_000, name: 'k/s' }],
    [1, { size: 1, name: '/s' }],
    [0, { size: 1 / 60, name: '/min' }],
  ],
  perMinute: [
    [10_000, { size: 1_000, name: 'k/min' }],
    [0, { size: 1, name: '/min' }],
  ],
  duration: [
    [2 * 3_600_000, { size: 3_600_000, name: ' h' }],
    [2 * 60_000, { size: 60_000, name: ' min' }],
    [1_000, { size: 1_000, name: ' s' }],
    [0, { size: 1, name: ' ms' }],
  ],
  percent: [[0, { size: 1, name: ' %' }]],
  bytes: [
    [1_073_741_824, { size: 1_073_741_824, name: ' GB' }],
    [0, { size: 1_048_576, name: ' MB' }],
  ],
  count: [
    [1_000_000, { size: 1_000_000, name: 'M' }],
    [10_000, { size: 1_000, name: 'k' }],
    [0, { size: 1, name: '' }],
  ],
}

const MAX_DECIMALS = 4
const HEADROOM = 1.08

/** What the height of a chart stands for. @param atLeast the same for figures around nothing, so that noise stays flat */
export function heightOf({ lines }: ChartData, atLeast: number): number {
  const highest = lines.reduce(
    (max, { values }) => values.reduce<number>((most, value) => Math.max(most, value ?? 0), max),
    0,
  )
  return Math.max(atLeast, highest * HEADROOM)
}

/** Below this share of a chart's unit, a figure is written in its own: a p50 of 0.3 ms beside a p99 of 2 s. */
const LEAST_SHARE = 0.05

/** Writes the figures of a chart in its unit, as precisely as they are read: `0.4 ms`, `12/min`. */
export function writerOf(measure: Measure, height: number): (value: number | null | undefined) => string {
  const { size, name } = unitOf(measure, height)
  return (value) => {
    if (value === null || value === undefined) return UNKNOWN
    const shown = value / size
    if (shown > 0 && shown < LEAST_SHARE && unitOf(measure, value).size < size) return writerOf(measure, value)(value)
    const rounded = Number(shown.toFixed(shown < 0.995 ? 2 : shown < 9.95 ? 1 : 0))
    return rounded === 0 && shown > 0 ? `<0.01${name}` : `${exact(rounded)}${name}`
  }
}

/** The labels of an axis: in one unit, with as many decimals as tell all of them apart. */
export function axisLabels(measure: Measure, height: number, values: readonly number[]): string[] {
  const { size, name } = unitOf(measure, height)
  const shown = values.map((value) => value / size)
  const decimals = decimalsOf(shown)
  return shown.map((value) => {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
    return `${value === 0 ? '0' : value.toLocaleString('en-US', digits)}${name}`
  })
}

/** Where an axis has its marks: at multiples of 1, 2 or 5 of the unit that is shown, or their powers of ten. @param room how many distances fit */
export function axisMarks(measure: Measure, height: number, room: number): number[] {
  const { size } = unitOf(measure, height)
  const shown = height / size
  const power = 10 ** Math.floor(Math.log10(shown / Math.max(1, room)))
  const wanted = [1, 2, 5, 10].map((step) => step * power).find((step) => shown / step <= Math.max(1, room)) ?? shown
  // There is no half a job.
  const step = measure === 'count' && size === 1 ? Math.max(1, wanted) : wanted
  return Array.from({ length: Math.floor(shown / step + 1e-9) + 1 }, (_, index) => index * step * size)
}

/** The shortest stretch of time that a chart shows where no period was chosen, in ms. */
const MIN_WINDOW_MS = 2 * 60_000

/**
 * From when to when a chart goes, Unix ms: over the window, or over the whole period that was chosen, to now, whatever the data covers.
 *
 * @param periodMs null for all that is known
 */
export function windowOf(
  times: readonly number[],
  periodMs: number | null,
  now: number,
  window: TimeWindow | null = null,
): [from: number, to: number] {
  if (window) return [window.from, window.to]
  const to = Math.max(now, times.at(-1) ?? now)
  return [periodMs === null ? Math.min(times[0] ?? to, to - MIN_WINDOW_MS) : to - periodMs, to]
}

function unitOf(measure: Measure, height: number): Unit {
  return (UNITS[measure].find(([from]) => height >= from) ?? (UNITS[measure].at(-1) as readonly [number, Unit]))[1]
}

function decimalsOf(values: readonly number[]): number {
  const isExact = (value: number, decimals: number) =>
    Math.abs(value - Number(value.toFixed(decimals))) < Math.abs(value) * 1e-6
  for (let decimals = 0; decimals < MAX_DECIMALS; decimals++) {
    if (values.every((value) => value === 0 || isExact(value, decimals))) return decimals
  }
  return MAX_DECIMALS
}
