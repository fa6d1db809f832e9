import { type KeyboardEvent, memo, useEffect, useMemo, useRef, useState } from 'react'
import { useNow } from '../../api/hooks.js'
import { useTimeRange } from '../../routing/route.js'
import type { ChartData } from './chart-lines.js'
import type { ChartMarks } from './marks.js'
import { PlotLegend } from './plot-legend.js'
import { PlotMarks } from './plot-marks.js'
import { heightOf, type Measure, windowOf, writerOf } from './scale.js'
import { createPlot, type PlotHandle } from './uplot.js'
import { zoomTo } from './zoom.js'

export interface PlotProps {
  title: string
  data: ChartData
  measure: Measure
  /** How far back was asked for, ms; null for all that is known. */
  periodMs: number | null
  /** What the height stands for at least, so that noise around nothing stays flat. */
  atLeast: number
  /** Why there may be no figure at all. */
  none?: string
  /** Whether it is grey, as its figures are the last. */
  isStill?: boolean
  /** Deployments, and times of which records were lost. */
  marks?: ChartMarks | undefined
}

/**
 * Lines over time with axes. Pointing at it, or the arrow keys, tell the figures of one moment in all charts of the page; dragging over
 * it shows that time everywhere.
 */
export const Plot = memo(function Plot(props: PlotProps) {
  const { title, data, measure, periodMs, atLeast, none = 'No figures in this time', isStill = false, marks } = props
  const box = useRef<HTMLDivElement>(null)
  const handle = useRef<PlotHandle>(null)
  const now = useNow()
  const { window } = useTimeRange()
  const shown = useMemo(() => ({ data, now, window }), [data, now, window])
  const latest = useRef(shown)
  latest.current = shown
  const write = writerOf(measure, heightOf(data, atLeast))
  const [index, setIndex] = useState<number | null>(null)
  const isEmpty = data.lines.every(({ values }) => values.every((value) => value === null))
  const shape = data.lines.map(({ name, color }) => `${name} ${color}`).join('\n')

  // biome-ignore lint/correctness/useExhaustiveDependencies: other lines or colours need another plot, other data does not
  useEffect(() => {
    if (!box.current) return
    const events = { onPoint: setIndex, onSelect: zoomTo }
    handle.current = createPlot(box.current, { ...latest.current, measure, periodMs, atLeast, ...events })
    return () => handle.current?.destroy()
  }, [shape, measure, periodMs, atLeast, isStill])

  useEffect(() => handle.current?.setData(shown), [shown])

  return (
    <figure className="panel flex min-w-0 flex-col p-4 pb-3">
      <figcaption>
        <PlotLegend title={title} data={data} index={index} write={write} />
      </figcaption>
      <div className="relative mt-2">
        <div
          ref={box}
          role="img"
          aria-label={`${title}: ${isEmpty ? none : `${describe(data, write)}. Use the arrow keys to move through time`}.`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what the pointer can do, the keyboard can too
          tabIndex={0}
          className="h-44 w-full overflow-hidden rounded"
          onKeyDown={(event) => handle.current && step(event, handle.current)}
          onBlur={() => handle.current?.leave()}
        />
        {marks && <PlotMarks marks={marks} span={windowOf(data.times, periodMs, now, window)} />}
        {isEmpty && (
          <p className="label pointer-events-none absolute inset-x-0 top-16 pr-4 pl-16 text-center" aria-hidden="true">
            <span className="bg-panel px-1">{none}</span>
          </p>
        )}
      </div>
    </figure>
  )
})

function step(event: KeyboardEvent, handle: PlotHandle): void {
  const by = ({ ArrowLeft: -1, ArrowRight: 1 } as const)[event.key]
  if (!by) return
  event.preventDefault()
  handle.step(by)
}

function describe({ lines }: ChartData, write: (value: number | null | undefined) => string): string {
  return lines
    .map(({ name, values }) => {
      const known = values.filter((value) => value !== null)
      return `${name} now ${write(values.at(-1))}, at most ${write(known.length > 0 ? Math.max(...known) : null)}`
    })
    .join('; ')
}
