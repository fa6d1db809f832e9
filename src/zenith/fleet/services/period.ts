import type { ServicePeriod } from '../../../api/services.js'
import type { TimeRange, TimeWindow } from '../../../api/time-window.js'
import { PERIODS, type Period } from '../../../api/words.js'
import type { RollupAggregate } from './rollup-aggregate.js'

const MINUTE_MS = 60_000

/** How long each period and a point of its traffic is, in ms. */
export const PERIOD_LENGTHS: Readonly<Record<Period, { readonly length: number; readonly point: number }>> = {
  '5m': { length: 5 * MINUTE_MS, point: 15_000 },
  '15m': { length: 15 * MINUTE_MS, point: 30_000 },
  '1h': { length: 60 * MINUTE_MS, point: 60_000 },
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
    const { length, point } = PERIOD_LENGTHS[period]
    return { period, from: end - length, to: end, point }
  }
  const { seriesStep } = grain
  const from = Math.floor(window.from / seriesStep) * seriesStep
  const to = Math.min(Math.ceil(window.to / seriesStep) * seriesStep, end)
  const name = periodNameOf({ period, window })
  return { period: name, from, to: Math.max(from, to), point: Math.max(grain.point, PERIOD_LENGTHS[name].point) }
}

/** The period of a range; of a window, the shortest one that is as long. */
export function periodNameOf({ period, window }: TimeRange): Period {
  if (!window) return period
  return PERIODS.find((one) => PERIOD_LENGTHS[one].length >= window.to - window.from) ?? '1h'
}
