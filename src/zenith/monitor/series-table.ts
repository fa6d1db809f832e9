import { OTHER, type SeriesRollup, type SeriesView, Sketch } from '../../protocol/index.js'
import { MergedSketch } from './merged-sketch.js'
import { percentilesOf } from './timeline.js'

const STEP_MS = 30_000
/** What is shown: the last five minutes, in ms. */
export const SERIES_WINDOW_MS = 5 * 60_000
/** How many are shown. */
const MAX_SHOWN = 20
/** How many are kept; the rest counts as `(other)`. Each node tells at most 500 apart. */
const MAX_KEPT = 1_000

interface Step {
  count: number
  errors: number
  aborted: number
  readonly sketch: MergedSketch
}

interface Series {
  readonly key: string
  readonly queue: string | null
  readonly steps: Map<number, Step>
}

/** A service's routes, or its jobs, over the last five minutes. */
export class SeriesTable {
  readonly #series = new Map<string, Series>()

  /** @param at Unix ms of the rollup's end */
  add(rollup: SeriesRollup & { queue?: string | null }, at: number): void {
    const step = stepOf(this.#seriesOf(rollup.key, rollup.queue ?? null), Math.floor(at / STEP_MS))
    step.count += rollup.count
    step.errors += rollup.errors
    step.aborted += rollup.aborted
    step.sketch.add(rollup.sketch)
  }

  /** Forgets what is over five minutes old. @param now Unix ms */
  prune(now: number): void {
    const oldest = Math.floor((now - SERIES_WINDOW_MS) / STEP_MS)
    for (const [id, series] of this.#series) {
      for (const index of series.steps.keys()) if (index < oldest) series.steps.delete(index)
      if (series.steps.size === 0) this.#series.delete(id)
    }
  }

  /** The busiest, by count. */
  busiest(): SeriesView[] {
    const totals = [...this.#series.values()].map((series) => ({ series, count: sumOf(series, 'count') }))
    totals.sort((a, b) => b.count - a.count || (a.series.key < b.series.key ? -1 : 1))
    return totals.slice(0, MAX_SHOWN).map(({ series }) => viewOf(series))
  }

  #seriesOf(key: string, queue: string | null): Series {
    const id = JSON.stringify([key, queue])
    const known = this.#series.get(id)
    if (known) return known
    if (this.#series.size >= MAX_KEPT && key !== OTHER) return this.#seriesOf(OTHER, null)
    const series: Series = { key, queue, steps: new Map() }
    this.#series.set(id, series)
    return series
  }
}

function stepOf(series: Series, index: number): Step {
  const known = series.steps.get(index)
  if (known) return known
  const step: Step = { count: 0, errors: 0, aborted: 0, sketch: new MergedSketch() }
  series.steps.set(index, step)
  return step
}

function viewOf(series: Series): SeriesView {
  const sketch = new Sketch()
  for (const step of series.steps.values()) step.sketch.mergeInto(sketch)
  return {
    key: series.key,
    queue: series.queue,
    count: sumOf(series, 'count'),
    errors: sumOf(series, 'errors'),
    aborted: sumOf(series, 'aborted'),
    ...percentilesOf(sketch),
  }
}

function sumOf(series: Series, figure: 'count' | 'errors' | 'aborted'): number {
  let sum = 0
  for (const step of series.steps.values()) sum += step[figure]
  return sum
}
