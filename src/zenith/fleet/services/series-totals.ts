import type { SeriesView } from '../../../api/services.js'
import { type JobRollup, OTHER, type SeriesRollup, Sketch } from '../../../protocol/index.js'
import type { Budget } from './budget.js'
import { extentOf, percentilesOf } from './figures.js'
import { MergedSketch } from './merged-sketch.js'

/** How many are kept; the rest counts as `(other)`. Each node tells at most 500 apart. */
const MAX_KEPT = 1_000

const FIGURES = ['count', 'errors', 'aborted', 'failed', 'stalled'] as const
type Figures = Record<(typeof FIGURES)[number], number>

const NONE: Readonly<Figures> = { count: 0, errors: 0, aborted: 0, failed: 0, stalled: 0 }

/** A route's rollup, or a job's. */
export type AnyRollup = SeriesRollup & Partial<Pick<JobRollup, 'queue' | 'failed' | 'stalled'>>

/** A series with what is not in its view. */
export interface MeasuredSeries {
  readonly view: SeriesView
  /** The longest duration, and the sum of all, in ms within 2 %; null without measurements. */
  readonly max: number | null
  readonly totalMs: number | null
}

interface Step extends Figures {
  readonly sketch: MergedSketch
}

/** Indices of steps, the end not included. */
interface Steps {
  readonly first: number
  readonly end: number
}

const ALL: Steps = { first: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }

function isIn({ first, end }: Steps, index: number): boolean {
  return index >= first && index < end
}

interface Series {
  readonly key: string
  readonly queue: string | null
  readonly steps: Map<number, Step>
  /** What was last worked out up to now, by the first step that it holds; empty when something came since. */
  readonly views: Map<number, MeasuredSeries>
}

/** The time that a rollup covers, Unix ms. */
export interface RollupSpan {
  readonly from: number
  readonly to: number
}

/** A service's routes, or its jobs, over the recent past. */
export class SeriesTotals {
  readonly #stepMs: number
  readonly #budget: Budget
  readonly #series = new Map<string, Series>()

  /** @param stepMs the grain in which the past is kept */
  constructor(stepMs: number, budget: Budget) {
    this.#stepMs = stepMs
    this.#budget = budget
  }

  get size(): number {
    return this.#series.size
  }

  /** Spreads counts over the steps by the share of the span that lies in each; a sketch can't be split, and goes to the middle of it. */
  add(rollup: AnyRollup, { from, to }: RollupSpan): void {
    const size = this.#stepMs
    const series = this.#seriesOf(rollup.key, rollup.queue ?? null)
    const length = Math.max(to - from, 1)
    const end = from + length
    for (let index = Math.floor(from / size); index * size < end; index++) {
      const step = stepOf(series, index, this.#budget)
      const share = (Math.min(end, (index + 1) * size) - Math.max(from, index * size)) / length
      for (const figure of FIGURES) step[figure] += (rollup[figure] ?? 0) * share
    }
    stepOf(series, Math.floor((from + end) / 2 / size), this.#budget).sketch.add(rollup.sketch)
    series.views.clear()
  }

  /** Forgets what is older than a time. @param before Unix ms */
  prune(before: number): void {
    const oldest = Math.floor(before / this.#stepMs)
    for (const [id, series] of this.#series) {
      for (const [index, step] of series.steps) {
        if (index >= oldest) continue
        step.sketch.release()
        series.steps.delete(index)
      }
      for (const first of series.views.keys()) if (first < oldest) series.views.delete(first)
      if (series.steps.size > 0) continue
      this.#series.delete(id)
      this.#budget.giveSeries()
    }
  }

  /** Whether jobs of a queue are among them. */
  hasQueue(queue: string): boolean {
    for (const series of this.#series.values()) if (series.queue === queue) return true
    return false
  }

  /** How often jobs stalled since a time, over all of them. @param since Unix ms */
  stalled(since: number): number {
    const steps = this.#stepsOf(since)
    return [...this.#series.values()].reduce((sum, series) => sum + sumsOf(series, steps).stalled, 0)
  }

  /**
   * The busiest since a time, by count; of those with the same count the ones that stalled most.
   *
   * @param since Unix ms
   * @param options.until Unix ms; up to now without it
   */
  busiest(since: number, { until = Number.POSITIVE_INFINITY, limit = MAX_KEPT } = {}): SeriesView[] {
    const steps = this.#stepsOf(since, until)
    const totals = [...this.#series.values()]
      .filter((series) => [...series.steps.keys()].some((index) => isIn(steps, index)))
      .map((series) => ({ series, ...sumsOf(series, steps) }))
    totals.sort((a, b) => b.count - a.count || b.stalled - a.stalled || (a.series.key < b.series.key ? -1 : 1))
    return totals.slice(0, limit).map(({ series }) => measureOf(series, steps).view)
  }

  /** All that did something between two times, Unix ms, in no order. */
  measured(from: number, to: number): MeasuredSeries[] {
    const steps = this.#stepsOf(from, to)
    return [...this.#series.values()].map((series) => measureOf(series, steps)).filter(({ view }) => view.count > 0)
  }

  /** One of them by its name, as routes have no queue; null if it did nothing. */
  measuredOne(key: string, from: number, to: number): MeasuredSeries | null {
    const series = this.#series.get(idOf(key, null))
    const measured = series && measureOf(series, this.#stepsOf(from, to))
    return measured && measured.view.count > 0 ? measured : null
  }

  /** All that is kept of each, for what counts on from there. */
  *totals(): Generator<AnyRollup & { readonly queue: string | null }> {
    for (const series of this.#series.values()) {
      const { key, queue, steps } = series
      const sketch = new Sketch()
      for (const step of steps.values()) step.sketch.mergeInto(sketch)
      yield { key, queue, ...sumsOf(series, ALL), classes: [], sketch: sketch.encode() }
    }
  }

  #stepsOf(since: number, until = Number.POSITIVE_INFINITY): Steps {
    return { first: Math.floor(since / this.#stepMs), end: Math.ceil(until / this.#stepMs) }
  }

  #seriesOf(key: string, queue: string | null): Series {
    const id = idOf(key, queue)
    const known = this.#series.get(id)
    if (known) return known
    const hasRoom = this.#series.size < MAX_KEPT && this.#budget.takeSeries(this.#series.size)
    if (!hasRoom && key !== OTHER) return this.#seriesOf(OTHER, null)
    if (!hasRoom) this.#budget.takeSeries(0)
    const series: Series = { key, queue, steps: new Map(), views: new Map() }
    this.#series.set(id, series)
    return series
  }
}

function stepOf(series: Series, index: number, budget: Budget): Step {
  const known = series.steps.get(index)
  if (known) return known
  const step: Step = { ...NONE, sketch: new MergedSketch(budget) }
  series.steps.set(index, step)
  return step
}

function idOf(key: string, queue: string | null): string {
  return `${queue ?? ''}\n${key}`
}

function measureOf(series: Series, steps: Steps): MeasuredSeries {
  const isUpToNow = steps.end === Number.POSITIVE_INFINITY
  const known = isUpToNow ? series.views.get(steps.first) : undefined
  if (known) return known
  const sketch = new Sketch()
  let isWhole = true
  for (const [index, step] of series.steps) {
    if (!isIn(steps, index)) continue
    step.sketch.mergeInto(sketch)
    isWhole &&= step.sketch.isWhole
  }
  // Of a part of the durations they would be those of something else.
  const measured = isWhole ? sketch : new Sketch()
  const view: SeriesView = {
    key: series.key,
    queue: series.queue,
    ...sumsOf(series, steps),
    ...percentilesOf(measured),
  }
  const figures = { view, ...extentOf(measured) }
  if (isUpToNow) series.views.set(steps.first, figures)
  return figures
}

function sumsOf(series: Series, steps: Steps): Figures {
  const sums = { ...NONE }
  for (const [index, step] of series.steps) {
    if (!isIn(steps, index)) continue
    for (const figure of FIGURES) sums[figure] += step[figure]
  }
  for (const figure of FIGURES) sums[figure] = Math.round(sums[figure])
  return sums
}
