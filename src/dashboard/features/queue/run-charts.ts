import type { DurationFigures, RunMinute } from '../../../api/queue-runs.js'
import type { ChartData } from '../../ui/charts/chart-lines.js'
import { withGaps } from '../../ui/charts/gaps.js'

/** Counts per minute. @param step distance of the points, ms */
export function throughputChart(points: readonly RunMinute[], step: number): ChartData {
  const values = points.map(({ count, ms }) => perMinute(count, ms))
  return chartOf(points, step, [{ name: 'ran', color: '--accent', isFilled: true, values }])
}

export function failuresChart(points: readonly RunMinute[], step: number): ChartData {
  const values = points.map(({ errors, ms }) => perMinute(errors, ms))
  return chartOf(points, step, [{ name: 'failed', color: '--bad', isFilled: true, values }])
}

export function runTimeChart(points: readonly RunMinute[], step: number): ChartData {
  return durations(
    points,
    step,
    points.map(({ run }) => run),
  )
}

export function waitChart(points: readonly RunMinute[], step: number): ChartData {
  return durations(
    points,
    step,
    points.map(({ wait }) => wait),
  )
}

function durations(points: readonly RunMinute[], step: number, figures: readonly DurationFigures[]): ChartData {
  return chartOf(points, step, [
    { name: 'p50', color: '--accent', values: figures.map(({ p50 }) => p50) },
    { name: 'p95', color: '--second', dash: [6, 3], values: figures.map(({ p95 }) => p95) },
    { name: 'p99', color: '--third', dash: [2, 3], values: figures.map(({ p99 }) => p99) },
  ])
}

function chartOf(points: readonly RunMinute[], step: number, lines: ChartData['lines']): ChartData {
  return withGaps({ times: points.map(({ at }) => at), lines }, Math.max(step, MINUTE_MS))
}

const MINUTE_MS = 60_000

function perMinute(amount: number | null, ms: number): number | null {
  return amount === null ? null : (amount * MINUTE_MS) / ms
}
