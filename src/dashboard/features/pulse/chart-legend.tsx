import type { ReactNode } from 'react'
import type { TrafficPoint } from '../../../api/services.js'
import { duration, percent, rate, span } from '../../ui/format.js'
import { highest } from './traffic-plot.js'

interface ChartLegendProps {
  points: readonly TrafficPoint[]
  /** What is pointed at; without it the scales are told. */
  point: TrafficPoint | undefined
  /** How much time the chart shows, ms. */
  shownMs: number
  hasErrors: boolean
}

/** Names the lines and their scales, or the figures that are pointed at. */
export function ChartLegend({ points, point, shownMs, hasErrors }: ChartLegendProps) {
  const told = point
    ? { rate: rate(point.rate), p95: duration(point.p95), errors: percent(point.errorRate), when: timeOfDay(point.at) }
    : {
        rate: `≤ ${rate(highest(points, 'rate'))}`,
        p95: `≤ ${duration(highest(points, 'p95'))}`,
        errors: '',
        when: span(Math.round(shownMs / 60_000) * 60_000),
      }
  return (
    <figcaption className="label mt-1.5 flex flex-wrap items-center gap-x-2 gap-y-1">
      <Key line="border-accent">rate {told.rate}</Key>
      <Key line="border-second border-dashed">p95 {told.p95}</Key>
      {hasErrors && <Key line="border-bad">errors {told.errors}</Key>}
      <span className="ml-auto whitespace-nowrap">{told.when}</span>
    </figcaption>
  )
}

function Key({ line, children }: { line: string; children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1 whitespace-nowrap">
      <span className={`w-2.5 border-t-2 ${line}`} aria-hidden="true" />
      {children}
    </span>
  )
}

function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString()
}
