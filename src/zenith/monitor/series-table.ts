import { OTHER, type SeriesRollup, type SeriesView, Sketch } from '../../protocol/index.js'
import { percentilesOf } from './figures.js'
import { MergedSketch } from './merged-sketch.js'

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
  /** What was last worked out, by the first step that it holds; empty when something came since. */
  readonly views: Map<number, SeriesView>
}

/** A service's routes, or its jobs, over the recent past. Each rollup is in one step. */
export class SeriesTable {
  readonly #stepMs: number
  readonly #series = new Map<string, Series>()

  /** @param stepMs the grain in which the past is kept */
  constructor(stepMs: number) {
    this.#stepMs = stepMs
  }

  /** @param at Unix ms of the rollup's end */
  add(rollup: SeriesRollup & { queue?: string | null }, at: number): void {
    const series = this.#seriesOf(rollup.key, rollup.queue ?? null)
    const step = stepOf(series, Math.floor(at / this.#stepMs))
    step.count += rollup.count
    step.errors += rollup.errors
    step.aborted += rollup.aborted
    step.sketch.add(rollup.sketch)
    series.views.clear()
  }

  /** Forgets what is older than a time. @param before Unix ms */
  prune(before: number): void {
    const oldest = Math.floor(before / this.#stepMs)
    for (const [id, series] of this.#series) {
      for (const index of series.steps.keys()) if (index < oldest) series.steps.delete(index)
      for (const first of series.views.keys()) if (first < oldest) series.views.delete(first)
      if (series.steps.size === 0) this.#series.delete(id)
    }
  }

  /** The busiest since a time, by count. @param since Unix ms */
  busiest(since: number, limit = MAX_KEPT): SeriesView[] {
    const first = Math.floor(since / this.#stepMs)
    const totals = [...this.#series.values()]
      .filter((series) => [...series.steps.keys()].some((index) => index >= first))
      .map((series) => ({ series, count: sumOf(series, first, 'count') }))
    totals.sort((a, b) => b.count - a.count || (a.series.key < b.series.key ? -1 : 1))
    return totals.slice(0, limit).map(({ series }) => viewOf(series, first))
  }

  /** All that is kept of each, for what counts on from there. */
  *totals(): Generator<SeriesRollup & { readonly queue: string | null }> {
    for (const { key, queue, steps } of this.#series.values()) {
      const sketch = new Sketch()
      const sums = { count: 0, errors: 0, aborted: 0 }
      for (const step of steps.values()) {
        step.sketch.mergeInto(sketch)
        sums.count += step.count
        sums.errors += step.errors
        sums.aborted += step.aborted
      }
      yield { key, queue, ...sums, classes: [], sketch: sketch.encode() }
    }
  }

  #seriesOf(key: string, queue: string | null): Series {
    const id = `${queue ?? ''}\n${key}`
    const known = this.#series.get(id)
    if (known) return known
    if (this.#series.size >= MAX_KEPT && key !== OTHER) return this.#seriesOf(OTHER, null)
    const series: Series = { key, queue, steps: new Map(), views: new Map() }
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

function viewOf(series: Series, first: number): SeriesView {
  const known = series.views.get(first)
  if (known) return known
  const sketch = new Sketch()
  for (const [index, step] of series.steps) if (index >= first) step.sketch.mergeInto(sketch)
  const view: SeriesView = {
    key: series.key,
    queue: series.queue,
    count: sumOf(series, first, 'count'),
    errors: sumOf(series, first, 'errors'),
    aborted: sumOf(series, first, 'aborted'),
    ...percentilesOf(sketch),
  }
  series.views.set(first, view)
  return view
}

function sumOf(series: Series, first: number, figure: 'count' | 'errors' | 'aborted'): number {
  let sum = 0
  for (const [index, step] of series.steps) if (index >= first) sum += step[figure]
  return sum
}
