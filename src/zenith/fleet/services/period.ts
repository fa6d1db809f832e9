import type { ServicePeriod } from '../../../api/services.js'
import type { TimeRange, TimeWindow } from '../../../api/time-window.js'
import { PERIOD_MS, PERIODS, type Period } from '../../../api/words.js'
import type { RollupAggregate } from './rollup-aggregate.js'

/** How long a point of each period's traffic is, ms; of the others the archive has the points. */
const LIVE_POINTS: Readonly<Partial<Record<Period, number>>> = { '5m': 15_000, '15m': 30_000 }
const MINUTE_MS = 60_000

function pointOf(period: Period): number {
  return LIVE_POINTS[period] ?? MINUTE_MS
}

/** What an aggregate can distinguish, in ms. */
export interface RangeGrain {
  /** The finest point of traffic. */
  readonly point: number
  /** The step of routes and jobs: windows begin and end with one. */
  readonly seriesStep: number
}

/** The time that figures cover, Unix ms, with the length of a point of traffic. */
interface Covered extends TimeWindow {
  readonly period: Period
  readonly point: number
}

/** The figures of a service. @param end Unix ms up to which all nodes have reported */
export function periodOf(
  service: string,
  range: TimeRange,
  aggregate: RollupAggregate,
  end: number,
  grain: RangeGrain,
): ServicePeriod {
  const { period, from, to, point } = coveredBy(range, end, grain)
  const isEmpty = to <= from
  const requests = isEmpty ? null : aggregate.requests.summary(from, to)
  const jobs = isEmpty ? null : aggregate.jobs.summary(from, to)
  const until = range.window ? to : Number.POSITIVE_INFINITY
  return {
    service,
    period,
    from,
    to,
    requests,
    jobs,
    traffic: isEmpty ? [] : (requests ? aggregate.requests : aggregate.jobs).traffic(to, to - from, point),
    routes: aggregate.routes.busiest(from, { until }),
    jobSeries: aggregate.jobSeries.busiest(from, { until }),
  }
}

/** A window is widened to whole steps, and ends where the reports do. @param end as for {@link periodOf} */
export function coveredBy({ period, window }: TimeRange, end: number, grain: RangeGrain): Covered {
  if (!window) {
    return { period, from: end - PERIOD_MS[period], to: end, point: pointOf(period) }
  }
  const { seriesStep } = grain
  const from = Math.floor(window.from / seriesStep) * seriesStep
  const to = Math.min(Math.ceil(window.to / seriesStep) * seriesStep, end)
  const name = periodNameOf({ period, window })
  return { period: name, from, to: Math.max(from, to), point: Math.max(grain.point, pointOf(name)) }
}

/** The period of a range; of a window, the shortest one that is as long. */
export function periodNameOf({ period, window }: TimeRange): Period {
  if (!window) return period
  return PERIODS.find((one) => PERIOD_MS[one] >= window.to - window.from) ?? '90d'
}
