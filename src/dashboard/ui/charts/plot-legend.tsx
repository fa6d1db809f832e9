import { momentOf } from '../period.js'
import type { ChartData, ChartLine } from './chart-lines.js'

interface PlotLegendProps {
  title: string
  data: ChartData
  /** What is pointed at; null for the newest. */
  index: number | null
  write: (value: number | null | undefined) => string
}

/** Names the lines and tells the figures that are pointed at, or the newest. */
export function PlotLegend({ title, data: { times, lines }, index, write }: PlotLegendProps) {
  const at = times[index ?? times.length - 1]
  return (
    <>
      <span className="flex items-baseline justify-between gap-3">
        <span className="font-medium">{title}</span>
        <span className="label" aria-live={index === null ? 'off' : 'polite'}>
          {at === undefined ? '' : momentOf(at, (times.at(-1) ?? at) - (times[0] ?? at))}
        </span>
      </span>
      <span className="mt-1 flex flex-wrap gap-x-4 gap-y-0.5 text-xs" aria-live={index === null ? 'off' : 'polite'}>
        {lines.map((line) => (
          <span key={line.name} className="inline-flex min-w-0 items-center gap-1.5">
            <LineSign line={line} />
            <span className="max-w-40 truncate text-soft" title={line.name}>
              {line.name}
            </span>
            <span className="font-medium whitespace-nowrap">{write(line.values[index ?? line.values.length - 1])}</span>
          </span>
        ))}
      </span>
    </>
  )
}

function LineSign({ line: { color, dash } }: { line: ChartLine }) {
  return (
    <svg viewBox="0 0 18 4" className="h-1 w-4.5 shrink-0" aria-hidden="true">
      <line
        x1="0"
        x2="18"
        y1="2"
        y2="2"
        strokeWidth="2"
        style={{ stroke: `var(${color})` }}
        strokeDasharray={dash?.join(' ')}
      />
    </svg>
  )
}
