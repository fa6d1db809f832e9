import { memo, type PointerEvent, useState } from 'react'
import type { TrafficPoint } from '../../../api/services.js'
import type { Period } from '../../../api/words.js'
import { duration, rate } from '../../ui/format.js'
import { periodMs } from '../../ui/period.js'
import { ChartLegend } from './chart-legend.js'
import { highest, plotTraffic } from './traffic-plot.js'

interface TrafficChartProps {
  points: readonly TrafficPoint[]
  /** What is counted: `requests` or `jobs`. */
  of: string
  period: Period
}

/** Throughput as an area and p95 as a dashed line, each on its own scale, over a period. */
export const TrafficChart = memo(function TrafficChart({ points, of, period }: TrafficChartProps) {
  const [pointed, setPointed] = useState<number | null>(null)
  const plot = plotTraffic(points, periodMs(period))
  const point = pointed === null ? undefined : points[pointed]
  const markX = pointed === null ? undefined : plot.xs[pointed]
  const follow = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    setPointed(plot.nearest((event.clientX - box.left) / box.width))
  }
  return (
    <figure>
      <svg
        viewBox={`0 0 ${plot.width} ${plot.height}`}
        preserveAspectRatio="none"
        className="h-20 w-full"
        role="img"
        aria-label={describe(points, of)}
        onPointerMove={follow}
        onPointerLeave={() => setPointed(null)}
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
        {markX !== undefined && (
          <line x1={markX} x2={markX} y1="0" y2={plot.height} {...HAIR} className="stroke-line-strong" />
        )}
      </svg>
      <ChartLegend points={points} point={point} shownMs={plot.shownMs} hasErrors={plot.errors.length > 0} />
    </figure>
  )
})

const HAIR = { strokeWidth: 1, vectorEffect: 'non-scaling-stroke' } as const
const STROKE = { ...HAIR, fill: 'none', strokeWidth: 1.5, strokeLinejoin: 'round', strokeLinecap: 'round' } as const

function describe(points: readonly TrafficPoint[], of: string): string {
  const last = points.at(-1)
  return `The recent past: ${of} now ${rate(last?.rate)}, at most ${rate(highest(points, 'rate'))}; p95 now ${duration(last?.p95)}, at most ${duration(highest(points, 'p95'))}`
}
