import type { ServicePeriod, ServiceView, TrafficPoint } from '../../../api/services.js'
import { byName } from '../groups.js'
import type { ChartData } from './chart-lines.js'
import { type Spacing, withGaps } from './gaps.js'
import { type GhostTraffic, withGhost } from './ghost.js'

export interface Traffic {
  name: string
  points: readonly TrafficPoint[]
  /** Length of a step of the archive, ms; undefined for live points. */
  step?: number | undefined
}

export type Percentile = 'p50' | 'p95' | 'p99'
type Figure = Percentile | 'rate' | 'errorRate'

/** As many lines as eyes can tell apart. */
export const MAX_LINES = 6
const COLORS = ['--accent', '--second', '--third', '--fourth', '--fifth', '--sixth'] as const
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [10, 3, 2, 3], [], [6, 3]]

/** Of a service: its name, and its points over a period. One that has just started has finer points in the live state. */
export function trafficOf(view: ServiceView, period: ServicePeriod | undefined): Traffic {
  const isOfJobs = view.requests === null && view.jobs !== null
  return {
    name: isOfJobs ? `${view.service} (jobs)` : view.service,
    points: hasLine(period) ? period.traffic : view.traffic,
    step: period?.step,
  }
}

function hasLine(period: ServicePeriod | undefined): period is ServicePeriod {
  return (period?.traffic.length ?? 0) > 1
}

/** The busiest services, by name, so that nothing changes its colour as long as they stay the busiest. */
export function busiest(traffic: readonly Traffic[]): readonly Traffic[] {
  const total = ({ points }: Traffic) => points.reduce((sum, { rate }) => sum + rate, 0)
  return [...traffic]
    .sort((a, b) => total(b) - total(a))
    .slice(0, MAX_LINES)
    .sort((a, b) => byName(a.name, b.name))
}

/** One line for each service. */
export function compare(traffic: readonly Traffic[], of: Figure): ChartData {
  const times = [...new Set(traffic.flatMap(({ points }) => points.map(({ at }) => at)))].sort((a, b) => a - b)
  const lines = traffic.map(({ name, points }, index) => {
    const at = new Map(points.map((point) => [point.at, point[of]]))
    return {
      name,
      color: COLORS[index % COLORS.length] as string,
      dash: DASHES[index % DASHES.length] as readonly number[],
      values: times.map((time) => at.get(time) ?? null),
    }
  })
  return withGaps({ times, lines }, traffic[0]?.step ?? 'grid')
}

/** The three percentiles of one service. */
export function percentiles(points: readonly TrafficPoint[], spacing: Spacing = 'grid'): ChartData {
  const data = {
    times: points.map(({ at }) => at),
    lines: [
      { name: 'p50', color: '--accent', values: points.map(({ p50 }) => p50) },
      { name: 'p95', color: '--second', dash: [6, 3], values: points.map(({ p95 }) => p95) },
      { name: 'p99', color: '--third', dash: [2, 3], values: points.map(({ p99 }) => p99) },
    ],
  }
  return withGaps(data, spacing)
}

/** One figure of one service, filled to the axis. */
export function single(
  points: readonly TrafficPoint[],
  of: Figure,
  name: string,
  color: string,
  spacing: Spacing = 'grid',
): ChartData {
  const lines = [{ name, color, isFilled: true, values: points.map((point) => point[of]) }]
  return withGaps({ times: points.map(({ at }) => at), lines }, spacing)
}

/** Rate, percentiles and errors of one service or route. @param step of the archive, ms; undefined for live points */
export function chartsOf(
  points: readonly TrafficPoint[],
  step: number | undefined,
  ghost: GhostTraffic | undefined,
): Record<'rate' | 'latency' | 'errors', ChartData> {
  const spacing = step ?? 'grid'
  const charts = {
    rate: single(points, 'rate', 'rate', '--accent', spacing),
    latency: percentiles(points, spacing),
    errors: single(points, 'errorRate', 'errors', '--bad', spacing),
  }
  if (!ghost || ghost.points.length === 0) return charts
  return {
    rate: withGhost(charts.rate, ghost, 'rate'),
    latency: withGhost(charts.latency, ghost, 'p95'),
    errors: withGhost(charts.errors, ghost, 'errorRate'),
  }
}
