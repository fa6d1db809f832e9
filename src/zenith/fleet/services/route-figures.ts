import type { RouteDetail, RouteView } from '../../../api/routes.js'
import type { TimeRange } from '../../../api/time-window.js'
import { roundToFourDigits } from '../../../lib/round.js'
import { shareOf } from './figures.js'
import { coveredBy, type RangeGrain } from './period.js'
import type { RollupAggregate } from './rollup-aggregate.js'
import type { MeasuredSeries } from './series-totals.js'

/** What a service has reported. */
export interface Reported {
  readonly service: string
  readonly aggregate: RollupAggregate
  /** Unix ms up to which all nodes have reported. */
  readonly end: number
  readonly grain: RangeGrain
}

export type RouteFigures = Omit<RouteView, 'share'>

/** All routes of a service over a time range, cut to whole steps. */
export function routesOf(reported: Reported, range: TimeRange): readonly RouteFigures[] {
  const { from, to } = stepsIn(reported, range)
  if (to <= from) return []
  const seconds = secondsIn(reported, from, to)
  return reported.aggregate.routes.measured(from, to).map((measured) => figuresOf(reported.service, measured, seconds))
}

/** One route with its recent past; null if it had no request. */
export function routeOf(reported: Reported, key: string, range: TimeRange): RouteDetail | null {
  const { service, aggregate, grain } = reported
  const { period, from, to } = stepsIn(reported, range)
  const measured = to <= from ? null : aggregate.routes.measuredOne(key, from, to)
  if (!measured) return null
  const step = grain.seriesStep
  const ends = Array.from({ length: (to - from) / step }, (_, index) => from + (index + 1) * step)
  return {
    ...figuresOf(service, measured, secondsIn(reported, from, to)),
    ...{ period, from, to, step },
    traffic: ends.filter((at) => aggregate.hasReported(at - step)).map((at) => pointOf(aggregate, key, at - step, at)),
  }
}

function pointOf({ routes }: RollupAggregate, key: string, from: number, at: number): RouteDetail['traffic'][number] {
  const measured = routes.measuredOne(key, from, at)
  if (!measured) return { at, count: 0, rate: 0, errorRate: null, p50: null, p95: null, p99: null }
  const { count, errors, p50, p95, p99 } = measured.view
  const rate = roundToFourDigits((count * 1_000) / (at - from))
  return { at, count, rate, errorRate: shareOf(errors, count), p50, p95, p99 }
}

/** Counts are known by whole steps: a rate of a part of one would be none. */
function stepsIn({ end, grain }: Reported, range: TimeRange) {
  const { seriesStep } = grain
  const { period, from, to } = coveredBy(range, end, grain)
  const floor = (at: number) => Math.floor(at / seriesStep) * seriesStep
  return { period, from: floor(from), to: floor(to) }
}

/** A service that has just started has done what it did in less time. */
function secondsIn({ aggregate }: Reported, from: number, to: number): number {
  return Math.max(1_000, to - Math.max(from, Math.min(aggregate.oldest, to))) / 1_000
}

function figuresOf(service: string, { view, max, totalMs }: MeasuredSeries, seconds: number): RouteFigures {
  const { key, count, errors, aborted, p50, p95, p99 } = view
  const rate = roundToFourDigits(count / seconds)
  return { service, key, count, rate, errors, errorRate: shareOf(errors, count), aborted, p50, p95, p99, max, totalMs }
}
