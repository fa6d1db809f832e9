import { lazy, Suspense } from 'react'
import type { PlotProps } from './plot.js'

// uPlot is a tenth of what the page would load at first, and no figure waits for a chart.
const Plot = lazy(async () => ({ default: (await import('./plot.js')).Plot }))

/** Lines over time with axes; see `Plot`. Its place is kept while it loads. */
export function Chart(props: PlotProps) {
  return (
    <Suspense
      fallback={
        <figure aria-busy className="panel min-w-0 p-4 pb-3">
          <figcaption className="text-soft">{props.title}</figcaption>
          <div className="mt-2 h-44" />
        </figure>
      }
    >
      <Plot {...props} />
    </Suspense>
  )
}
