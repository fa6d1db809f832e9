import { type KeyboardEvent, memo, useEffect, useRef, useState } from 'react'
import type { ChartData } from './chart-data.js'
import { PlotLegend } from './plot-legend.js'
import { createPlot, type PlotHandle } from './uplot.js'

interface ChartProps {
  title: string
  data: ChartData
  /** How a value is written. The same function on every drawing. */
  write: (value: number | null | undefined) => string
  /** How far back was asked for, ms. */
  periodMs: number
  /** What the height stands for at least, so that noise around nothing stays flat. */
  atLeast: number
}

/** Lines over time with axes. Pointing at it, or the arrow keys, tell the figures of one moment in all charts of the page. */
export const Chart = memo(function Chart({ title, data, write, periodMs, atLeast }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const handle = useRef<PlotHandle>(null)
  const latest = useRef(data)
  latest.current = data
  const [index, setIndex] = useState<number | null>(null)
  const shape = data.lines.map(({ name, color }) => `${name} ${color}`).join('\n')

  // biome-ignore lint/correctness/useExhaustiveDependencies: other lines need another plot, other data does not
  useEffect(() => {
    if (!box.current) return
    handle.current = createPlot(box.current, { data: latest.current, write, periodMs, atLeast, onPoint: setIndex })
    return () => handle.current?.destroy()
  }, [shape, write, periodMs, atLeast])

  useEffect(() => handle.current?.setData(data), [data])

  return (
    <figure className="panel flex min-w-0 flex-col p-4 pb-3">
      <figcaption>
        <PlotLegend title={title} data={data} index={index} write={write} />
      </figcaption>
      <div
        ref={box}
        role="img"
        aria-label={`${title}: ${describe(data, write)}. Use the arrow keys to move through time.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what the pointer can do, the keyboard can too
        tabIndex={0}
        className="mt-2 h-44 w-full overflow-hidden rounded"
        onKeyDown={(event) => handle.current && step(event, handle.current)}
        onBlur={() => handle.current?.leave()}
      />
    </figure>
  )
})

function step(event: KeyboardEvent, handle: PlotHandle): void {
  const by = ({ ArrowLeft: -1, ArrowRight: 1 } as const)[event.key]
  if (!by) return
  event.preventDefault()
  handle.step(by)
}

function describe({ lines }: ChartData, write: ChartProps['write']): string {
  return lines
    .map(({ name, values }) => {
      const known = values.filter((value) => value !== null)
      return `${name} now ${write(values.at(-1))}, at most ${write(known.length > 0 ? Math.max(...known) : null)}`
    })
    .join('; ')
}
