import { memo, type ReactNode, useState } from 'react'
import type { TrafficPoint } from '../../../api/services.js'
import type { TimeRange } from '../../../api/time-window.js'
import { useDrag } from '../../ui/charts/use-drag.js'
import { zoomTo } from '../../ui/charts/zoom.js'
import { duration, percent, rate, span } from '../../ui/format.js'
import { momentOf, periodMs, windowInWords } from '../../ui/period.js'
import { highest, plotTraffic } from './traffic-plot.js'

interface TrafficChartProps {
  points: readonly TrafficPoint[]
  /** Length of a step of the archive, ms; undefined for live points. */
  step: number | undefined
  /** What is counted: `requests` or `jobs`. */
  of: string
  range: TimeRange
  /** Where the chart ends, Unix ms by the server's clock. */
  now: number
}

/** Throughput as an area and p95 as a dashed line, each on its own scale. Dragging over it shows that time everywhere. */
export const TrafficChart = memo(function TrafficChart({ points, step, of, range, now }: TrafficChartProps) {
  const [pointed, setPointed] = useState<number | null>(null)
  const plot = plotTraffic(points, range, now, step)
  const point = pointed === null ? undefined : points[pointed]
  const markX = pointed === null ? undefined : plot.xs[pointed]
  const { dragged, handlers } = useDrag({
    onPoint: (share) => setPointed(share === null ? null : plot.nearest(share)),
    onSelect: (one, other) => zoomTo(plot.momentAt(one), plot.momentAt(other)),
  })
  return (
    <figure>
      <svg
        viewBox={`0 0 ${plot.width} ${plot.height}`}
        preserveAspectRatio="none"
        className="h-20 w-full touch-pan-y select-none"
        role="img"
        aria-label={describe(points, of)}
        {...handlers}
      >
        <line x1="0" x2={plot.width} y1={plot.height - 0.5} y2={plot.height - 0.5} {...HAIR} className="stroke-line" />
        <path d={plot.rate.area} className="fill-accent opacity-15" />
        <path d={plot.rate.line} {...STROKE} className="stroke-accent" />
        <path d={plot.p95.line} {...STROKE} strokeDasharray="3 2.5" className="stroke-second" />
        {plot.errors.map(({ x, height }) => (
          <line
            key={x}
            x1={x}
            x2={x}
            y1={plot.height}
            y2={plot.height - height}
            {...STROKE}
            strokeWidth={2}
            className="stroke-bad"
          />
        ))}
        {dragged && (
          <rect
            x={dragged.from * plot.width}
            width={(dragged.to - dragged.from) * plot.width}
            y="0"
            height={plot.height}
            className="fill-accent opacity-20"
          />
        )}
        {markX !== undefined && (
          <line x1={markX} x2={markX} y1="0" y2={plot.height} {...HAIR} className="stroke-line-strong" />
        )}
      </svg>
      <ChartLegend points={points} point={point} range={range} hasErrors={plot.errors.length > 0} />
    </figure>
  )
})

const HAIR = { strokeWidth: 1, vectorEffect: 'non-scaling-stroke' } as const
const STROKE = { ...HAIR, fill: 'none', strokeWidth: 1.5, strokeLinejoin: 'round', strokeLinecap: 'round' } as const

function describe(points: readonly TrafficPoint[], of: string): string {
  const last = points.at(-1)
  return `The recent past: ${of} now ${rate(last?.rate)}, at most ${rate(highest(points, 'rate'))}; p95 now ${duration(last?.p95)}, at most ${duration(highest(points, 'p95'))}`
}

interface ChartLegendProps {
  points: readonly TrafficPoint[]
  /** What is pointed at; without it the scales are told. */
  point: TrafficPoint | undefined
  /** The time that the chart shows. */
  range: TimeRange
  hasErrors: boolean
}

/** Names the lines and their scales, or the figures that are pointed at. */
function ChartLegend({ points, point, range: { period, window }, hasErrors }: ChartLegendProps) {
  const told = point
    ? {
        rate: rate(point.rate),
        p95: duration(point.p95),
        errors: percent(point.errorRate),
        when: momentOf(point.at, window ? window.to - window.from : periodMs(period)),
      }
    : {
        rate: `≤ ${rate(highest(points, 'rate'))}`,
        p95: `≤ ${duration(highest(points, 'p95'))}, own scale`,
        errors: '',
        when: window ? windowInWords(window) : span(periodMs(period)),
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
