import { ROLLUP_LIFE_MS, Sketch, type TrafficPoint } from '../../protocol/index.js'
import { MergedSketch } from './merged-sketch.js'

/** The grain in which the past is kept, in ms. */
export const STEP_MS = 5_000
/** The grain in which it is shown, in ms: a multiple of the other. */
export const POINT_MS = 15_000
const MAX_POINTS = ROLLUP_LIFE_MS / POINT_MS
/** A point of a service that has just started is shown when at least this much of it was seen, in ms. */
const MIN_COVERED_MS = 5_000

interface Step {
  count: number
  errors: number
  readonly sketch: MergedSketch
}

/** What happened in one stretch of time, on one node. */
export interface Span {
  /** Unix ms. */
  from: number
  to: number
  count: number
  errors: number
  /** Of the durations; {@link Sketch.encode}. */
  sketch: string
}

/** The last 15 minutes of a service's requests, or of its jobs, merged over its nodes. */
export class Timeline {
  readonly #steps = new Map<number, Step>()
  readonly #points = new Map<number, TrafficPoint | null>()
  #first: number | null = null

  get isEmpty(): boolean {
    return this.#steps.size === 0
  }

  /** Spreads counts over the steps by the share of the span that lies in each, so that intervals which are no divisor of a step make no saw-tooth. */
  add(span: Span): void {
    const length = Math.max(span.to - span.from, 1)
    for (let index = Math.floor(span.from / STEP_MS); index * STEP_MS < Math.max(span.to, span.from + 1); index++) {
      const start = index * STEP_MS
      const overlap = Math.min(span.from + length, start + STEP_MS) - Math.max(span.from, start)
      const step = this.#step(index)
      step.count += (span.count * overlap) / length
      step.errors += (span.errors * overlap) / length
      // A sketch can't be split. A sliver of a step gets none of it, or an outlier would show in two places.
      if (overlap * 3 >= Math.min(length, STEP_MS)) step.sketch.add(span.sketch)
      this.#points.delete(Math.floor(start / POINT_MS))
    }
    if (this.#first === null || span.from < this.#first) this.#startAt(span.from)
  }

  /** Forgets what ended before a time. @param before Unix ms */
  prune(before: number): void {
    const oldest = Math.floor(before / STEP_MS)
    for (const index of this.#steps.keys()) if (index < oldest) this.#steps.delete(index)
    for (const index of this.#points.keys()) if ((index + 1) * POINT_MS < before) this.#points.delete(index)
    if (this.isEmpty) this.#first = null
  }

  /**
   * The complete points, oldest first, without gaps.
   *
   * @param until Unix ms up to which all nodes have reported
   */
  traffic(until: number): TrafficPoint[] {
    if (this.#first === null) return []
    const end = Math.floor(until / POINT_MS)
    const points: TrafficPoint[] = []
    for (let index = Math.max(end - MAX_POINTS, Math.floor(this.#first / POINT_MS)); index < end; index++) {
      const point = this.#pointAt(index)
      if (point) points.push(point)
    }
    return points
  }

  /**
   * One point over a stretch of time, cut to whole steps; null when the service began after it, or just before its end.
   *
   * @param from Unix ms
   * @param to Unix ms
   */
  summary(from: number, to: number): TrafficPoint | null {
    if (this.#first === null) return null
    const covered = to - Math.max(from, this.#first)
    return covered >= Math.min(MIN_COVERED_MS, to - from) ? this.#measure(from, to, covered) : null
  }

  #pointAt(index: number): TrafficPoint | null {
    const known = this.#points.get(index)
    if (known !== undefined) return known
    const point = this.summary(index * POINT_MS, (index + 1) * POINT_MS)
    this.#points.set(index, point)
    return point
  }

  #measure(from: number, to: number, covered: number): TrafficPoint {
    const sketch = new Sketch()
    let count = 0
    let errors = 0
    for (let index = Math.floor(from / STEP_MS); index * STEP_MS < to; index++) {
      const step = this.#steps.get(index)
      if (!step) continue
      count += step.count
      errors += step.errors
      step.sketch.mergeInto(sketch)
    }
    return {
      at: to,
      rate: round((count * 1_000) / covered),
      errorRate: shareOf(errors, count),
      ...percentilesOf(sketch),
    }
  }

  #step(index: number): Step {
    const known = this.#steps.get(index)
    if (known) return known
    const step: Step = { count: 0, errors: 0, sketch: new MergedSketch() }
    this.#steps.set(index, step)
    return step
  }

  #startAt(first: number): void {
    this.#first = first
    this.#points.clear()
  }
}

/** 0–100, or null when there was nothing. */
export function shareOf(part: number, whole: number): number | null {
  return whole > 0 ? round(Math.min(100, (part * 100) / whole)) : null
}

export function percentilesOf(sketch: Sketch): { p50: number | null; p95: number | null; p99: number | null } {
  return {
    p50: roundOrNull(sketch.quantile(0.5)),
    p95: roundOrNull(sketch.quantile(0.95)),
    p99: roundOrNull(sketch.quantile(0.99)),
  }
}

/** Four digits are more than the sketch's accuracy; the rest would only make events longer. */
function round(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(4))
}

function roundOrNull(value: number | null): number | null {
  return value === null ? null : round(value)
}
