import type { TrafficPoint } from '../../../api/services.js'
import { roundToFourDigits } from '../../../lib/round.js'
import { Sketch } from '../../../protocol/index.js'
import type { AliveTimes } from './alive.js'
import type { Budget } from './budget.js'
import { percentilesOf, shareOf } from './figures.js'
import { MergedSketch } from './merged-sketch.js'

/** A point of a service that has just started is shown when at least this much of it was seen, in ms. */
const MIN_COVERED_MS = 5_000

export interface TimelineGrain {
  /** The grain in which the past is kept, in ms. */
  readonly step: number
  /** The finest grain in which it is shown, in ms: a multiple of `step`. */
  readonly point: number
}

interface Step {
  count: number
  errors: number
  /** Of the spans whose middle is in this step: over all steps each span is there once. */
  readonly sketch: MergedSketch
  /** Of spans longer than a point, for the points beside the one that has their middle. */
  spread: MergedSketch | null
}

/** What happened in one stretch of time, on one node. */
export interface Span {
  /** Unix ms. */
  from: number
  to: number
  count: number
  errors: number
  /** Of the durations; `Sketch.encode`. */
  sketch: string
}

/** The recent past of a service's requests, or of its jobs, merged over its nodes. */
export class Timeline {
  readonly #grain: TimelineGrain
  readonly #budget: Budget
  readonly #alive: AliveTimes
  readonly #steps = new Map<number, Step>()
  /** By the length of a point: points that were worked out. */
  readonly #points = new Map<number, Map<number, TrafficPoint | null>>()
  #first: number | null = null

  /** @param alive when nodes ran: a time without spans was quiet then */
  constructor(grain: TimelineGrain, budget: Budget, alive: AliveTimes) {
    this.#alive = alive
    this.#grain = grain
    this.#budget = budget
  }

  /** Spreads counts over the steps by the share of the span that lies in each, so that intervals which are no divisor of a step make no saw-tooth. */
  add(span: Span): void {
    const { step: size } = this.#grain
    const length = Math.max(span.to - span.from, 1)
    const end = span.from + length
    for (let index = Math.floor(span.from / size); index * size < end; index++) {
      const start = index * size
      const overlap = Math.min(end, start + size) - Math.max(span.from, start)
      const step = this.#step(index)
      step.count += (span.count * overlap) / length
      step.errors += (span.errors * overlap) / length
    }
    this.#addSketch(span.from, end, span.sketch)
    this.#forgetPoints(span.from, end)
    if (this.#first === null || span.from < this.#first) this.#startAt(span.from)
  }

  /** Forgets what ended before a time. @param before Unix ms */
  prune(before: number): void {
    const oldest = Math.floor(before / this.#grain.step)
    for (const [index, step] of this.#steps) {
      if (index >= oldest) continue
      step.sketch.release()
      step.spread?.release()
      this.#steps.delete(index)
    }
    for (const [length, points] of this.#points) {
      for (const index of points.keys()) if ((index + 1) * length < before) points.delete(index)
    }
    if (this.#steps.size === 0) this.#first = null
  }

  /**
   * The complete points, oldest first, without those in which no node was seen.
   *
   * @param until Unix ms up to which all nodes have reported
   * @param span how far back, in ms
   * @param length of a point in ms, a multiple of the finest
   */
  traffic(until: number, span: number, length = this.#grain.point): TrafficPoint[] {
    if (this.#first === null) return []
    const end = Math.floor(until / length)
    const points: TrafficPoint[] = []
    for (let index = Math.max(end - span / length, Math.floor(this.#first / length)); index < end; index++) {
      const point = this.#isSeen(index, length) ? this.#pointAt(index, length) : null
      if (point) points.push(point)
    }
    return points
  }

  /**
   * One point over a stretch of time, cut to whole steps; null when the service began after it, or just before its end.
   * No span counts twice in it.
   *
   * @param from Unix ms
   * @param to Unix ms
   */
  summary(from: number, to: number): TrafficPoint | null {
    return this.#measure(from, to, false)
  }

  /** A sketch can't be split. In two places an outlier would show twice, so that only a span that is longer than a point is in more than one. */
  #addSketch(from: number, end: number, text: string): void {
    if (text === '') return
    const { step, point } = this.#grain
    const middle = (from + end) / 2
    this.#step(Math.floor(middle / step)).sketch.add(text)
    if (end - from <= point) return
    for (let index = Math.floor(from / point); index * point < end; index++) {
      const start = index * point
      const isMost = Math.min(end, start + point) - Math.max(from, start) >= point / 2
      if (!isMost || Math.floor(middle / point) === index) continue
      const first = this.#step(Math.floor(Math.max(from, start) / step))
      first.spread ??= new MergedSketch(this.#budget)
      first.spread.add(text)
    }
  }

  /** Whether it has a span, or a node ran for half of it. */
  #isSeen(index: number, length: number): boolean {
    const [from, to] = [index * length, (index + 1) * length]
    const { step } = this.#grain
    for (let at = Math.floor(from / step); at * step < to; at++) if (this.#steps.has(at)) return true
    return this.#alive.covers(from, to)
  }

  #pointAt(index: number, length: number): TrafficPoint | null {
    const points = this.#points.get(length) ?? new Map<number, TrafficPoint | null>()
    this.#points.set(length, points)
    const known = points.get(index)
    if (known !== undefined) return known
    const point = this.#measure(index * length, (index + 1) * length, true)
    points.set(index, point)
    return point
  }

  #measure(from: number, to: number, isPoint: boolean): TrafficPoint | null {
    if (this.#first === null) return null
    const covered = to - Math.max(from, this.#first)
    if (covered < Math.min(MIN_COVERED_MS, to - from)) return null
    const sketch = new Sketch()
    let count = 0
    let errors = 0
    let isWhole = true
    for (let index = Math.floor(from / this.#grain.step); index * this.#grain.step < to; index++) {
      const step = this.#steps.get(index)
      if (!step) continue
      count += step.count
      errors += step.errors
      step.sketch.mergeInto(sketch)
      if (isPoint) step.spread?.mergeInto(sketch)
      isWhole &&= step.sketch.isWhole && (!isPoint || (step.spread?.isWhole ?? true))
    }
    const rate = roundToFourDigits((count * 1_000) / covered)
    return {
      at: to,
      count: Math.round(count),
      rate,
      errorRate: shareOf(errors, count),
      ...percentilesOf(isWhole ? sketch : new Sketch()),
    }
  }

  #step(index: number): Step {
    const known = this.#steps.get(index)
    if (known) return known
    const step: Step = { count: 0, errors: 0, sketch: new MergedSketch(this.#budget), spread: null }
    this.#steps.set(index, step)
    return step
  }

  #forgetPoints(from: number, end: number): void {
    for (const [length, points] of this.#points) {
      for (let index = Math.floor(from / length); index * length < end; index++) points.delete(index)
    }
  }

  #startAt(first: number): void {
    this.#first = first
    this.#points.clear()
  }
}
