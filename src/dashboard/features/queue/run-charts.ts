import type { DurationFigures, RunMinute } from '../../../api/queue-runs.js'
import type { ChartData } from '../../ui/charts/chart-lines.js'
import { withGaps } from '../../ui/charts/gaps.js'

/** Each point is a minute, so that its count is a rate per minute. */
export function throughputChart(points: readonly RunMinute[]): ChartData {
  return chartOf(points, [{ name: 'ran', color: '--accent', isFilled: true, values: points.map(({ count }) => count) }])
}

export function failuresChart(points: readonly RunMinute[]): ChartData {
  return chartOf(points, [
    { name: 'failed', color: '--bad', isFilled: true, values: points.map(({ errors }) => errors) },
  ])
}

export function runTimeChart(points: readonly RunMinute[]): ChartData {
  return durations(
    points,
    points.map(({ run }) => run),
  )
}

export function waitChart(points: readonly RunMinute[]): ChartData {
  return durations(
    points,
    points.map(({ wait }) => wait),
  )
}

function durations(points: readonly RunMinute[], figures: readonly DurationFigures[]): ChartData {
  return chartOf(points, [
    { name: 'p50', color: '--accent', values: figures.map(({ p50 }) => p50) },
    { name: 'p95', color: '--second', dash: [6, 3], values: figures.map(({ p95 }) => p95) },
    { name: 'p99', color: '--third', dash: [2, 3], values: figures.map(({ p99 }) => p99) },
  ])
}

function chartOf(points: readonly RunMinute[], lines: ChartData['lines']): ChartData {
  return withGaps({ times: points.map(({ at }) => at), lines }, 'grid')
}
