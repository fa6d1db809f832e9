import { monotonic, wallClock } from '../../lib/clock.js'
import type { StoreRecord } from '../../ports/index.js'
import { HISTORY_STEP_MS, PROTOCOL_VERSION, type Rollup } from '../../protocol/index.js'
import { ProcessMinute, type SampledFigures } from './process-minute.js'
import { Series } from './series.js'
import { SystemMinute } from './system-minute.js'

/** The figures of one interval. */
export interface Interval {
  /** Unix ms; `to - from` is the true length of the interval even if the clock was set meanwhile. */
  readonly from: number
  readonly to: number
  readonly routes: readonly Series[]
  readonly jobs: readonly Series[]
  /** No interval follows. */
  readonly isLast: boolean
}

/**
 * Makes rollups of intervals: one for each with requests or jobs, and one for each minute, which is stored longer and has the figures of
 * the process, too.
 */
export class Rollups {
  readonly #node: string
  readonly #host: string | null
  #routes = new Map<string, Series>()
  #jobs = new Map<string, Series>()
  #process = new ProcessMinute()
  #system = new SystemMinute()
  /** Length of the part of the minute so far, ms. */
  #covered = 0

  /** @param host its name; null for a node that reports no process */
  constructor(node: string, host: string | null = null) {
    this.#node = node
    this.#host = host
  }

  /** Figures of the process since the last call: its minute has them, too. */
  noteProcess(figures: SampledFigures): void {
    this.#process.add(figures)
    this.#system.add(figures)
  }

  take(interval: Interval): StoreRecord[] {
    const { from, to, routes, jobs, isLast } = interval
    for (const series of routes) absorb(this.#routes, series)
    for (const series of jobs) absorb(this.#jobs, series)
    this.#covered += to - from
    // Rounds to the nearest interval: half an interval early is nearer to a minute than half an interval late.
    const isFull = this.#covered + (to - from) / 2 >= HISTORY_STEP_MS
    const rollup = this.#make(from, to, routes, jobs)
    const minute = isFull || isLast ? this.#takeMinute(to, isFull) : null
    return [
      ...(rollup ? [{ type: 'rollup', record: rollup } as const] : []),
      ...(minute ? [{ type: 'history', record: minute } as const] : []),
    ]
  }

  /** Without requests and jobs, a minute that is not full is not worth a record. */
  #takeMinute(to: number, isFull: boolean): Rollup | null {
    const from = Math.max(0, to - this.#covered)
    const series = this.#make(from, to, [...this.#routes.values()], [...this.#jobs.values()])
    const process = this.#process.figures
    const system = this.#system.figures(this.#host)
    this.#routes = new Map()
    this.#jobs = new Map()
    this.#process = new ProcessMinute()
    this.#system = new SystemMinute()
    this.#covered = 0
    if (!process || (!series && !isFull)) return series
    return { ...(series ?? this.#empty(from, to)), process, system }
  }

  #make(from: number, to: number, routes: readonly Series[], jobs: readonly Series[]): Rollup | null {
    if (routes.length === 0 && jobs.length === 0) return null
    return {
      ...this.#empty(from, to),
      routes: routes.map((series) => series.toRoute()),
      jobs: jobs.map((series) => series.toJob()),
    }
  }

  #empty(from: number, to: number): Rollup {
    return { v: PROTOCOL_VERSION, node: this.#node, from, to, routes: [], jobs: [] }
  }
}

function absorb(sums: Map<string, Series>, series: Series): void {
  const name = `${series.group}\n${series.key}`
  const sum = sums.get(name) ?? new Series(series.key, series.group, null)
  sum.absorb(series)
  sums.set(name, sum)
}

/** The end of an interval. */
export interface Moment {
  /** Unix ms. */
  readonly at: number
  /** monotonic(). */
  readonly now: number
}

/** Now, by the wall clock and by the monotonic one. */
export function moment(): Moment {
  return { at: wallClock(), now: monotonic() }
}

/** An interval up to now, with its true length: the clock may have been set meanwhile. @param start by the monotonic clock */
export function spanOf(start: number, end: Moment): { from: number; to: number } {
  return { from: Math.max(0, end.at - Math.round(end.now - start)), to: end.at }
}
