import type { DurationFigures } from '../../../api/queue-runs.js'
import { roundToFourDigits } from '../../../lib/round.js'
import { HISTORY_STEP_MS, type JobRollup, Sketch } from '../../../protocol/index.js'
import type { Budget } from '../services/budget.js'
import { percentilesOf } from '../services/figures.js'
import { MergedSketch } from '../services/merged-sketch.js'

const FIGURES = ['count', 'errors', 'failed', 'stalled'] as const
type Figures = Record<(typeof FIGURES)[number], number>

interface Minute extends Figures {
  readonly run: MergedSketch
  readonly wait: MergedSketch
}

export interface RunFigures extends Figures {
  readonly run: DurationFigures
  readonly wait: DurationFigures
}

/** The attempts of jobs of one name by one service, by the minute. */
export class RunSeries {
  readonly #budget: Budget
  readonly #minutes = new Map<number, Minute>()

  constructor(
    readonly service: string,
    readonly name: string,
    budget: Budget,
  ) {
    this.#budget = budget
  }

  get isEmpty(): boolean {
    return this.#minutes.size === 0
  }

  /** Spreads counts over the minutes of the span; durations go to its middle, as a sketch can't be split. */
  add(job: JobRollup, from: number, to: number): void {
    const length = Math.max(to - from, 1)
    const end = from + length
    for (let index = indexOf(from); index * HISTORY_STEP_MS < end; index++) {
      const start = index * HISTORY_STEP_MS
      const share = (Math.min(end, start + HISTORY_STEP_MS) - Math.max(from, start)) / length
      const minute = this.#minute(index)
      for (const figure of FIGURES) minute[figure] += job[figure] * share
    }
    const middle = this.#minute(indexOf((from + end) / 2))
    middle.run.add(job.sketch)
    middle.wait.add(job.wait)
  }

  /** @param before Unix ms */
  prune(before: number): void {
    for (const [index, { run, wait }] of this.#minutes) {
      if ((index + 1) * HISTORY_STEP_MS > before) continue
      run.release()
      wait.release()
      this.#minutes.delete(index)
    }
  }

  /** The minutes within a time, Unix ms. */
  *minutes(from: number, to: number): Generator<Minute> {
    for (const [index, minute] of this.#minutes) {
      const start = index * HISTORY_STEP_MS
      if (start >= from && start < to) yield minute
    }
  }

  #minute(index: number): Minute {
    const known = this.#minutes.get(index)
    if (known) return known
    const sketches = { run: new MergedSketch(this.#budget), wait: new MergedSketch(this.#budget) }
    const minute: Minute = { count: 0, errors: 0, failed: 0, stalled: 0, ...sketches }
    this.#minutes.set(index, minute)
    return minute
  }
}

/** Minutes as one; null without any. */
export function figuresOf(minutes: Iterable<Minute>): RunFigures | null {
  const sums = { count: 0, errors: 0, failed: 0, stalled: 0 }
  const [run, wait] = [new Merged(), new Merged()]
  let isAny = false
  for (const minute of minutes) {
    isAny = true
    for (const figure of FIGURES) sums[figure] += minute[figure]
    run.add(minute.run)
    wait.add(minute.wait)
  }
  if (!isAny) return null
  for (const figure of FIGURES) sums[figure] = Math.round(sums[figure])
  return { ...sums, run: run.figures, wait: wait.figures }
}

class Merged {
  readonly #sketch = new Sketch()
  #isWhole = true

  add(part: MergedSketch): void {
    part.mergeInto(this.#sketch)
    this.#isWhole &&= part.isWhole
  }

  /** Percentiles of a part of the durations would be those of something else. */
  get figures(): DurationFigures {
    const max = this.#isWhole ? this.#sketch.quantile(1) : null
    const percentiles = percentilesOf(this.#isWhole ? this.#sketch : new Sketch())
    return { ...percentiles, max: max === null ? null : roundToFourDigits(max) }
  }
}

function indexOf(time: number): number {
  return Math.floor(time / HISTORY_STEP_MS)
}
