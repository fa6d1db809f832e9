import { mergeSketches, type Rollup, type SeriesRollup } from '../../../protocol/index.js'
import { AliveTimes } from './alive.js'
import type { Budget } from './budget.js'
import { SeriesTotals } from './series-totals.js'
import { type Span, Timeline } from './timeline.js'

/** Clocks may differ; a rollup from further in the future is not believed, in ms. */
const MAX_AHEAD_MS = 60_000
/** How much longer than rollups are kept their figures are, in ms: a period ends when the slowest node has reported. */
const MARGIN_MS = 60_000

export interface LedgerOptions {
  /** How long rollups count, in ms. */
  readonly retentionMs: number
  /** The grains of traffic, in ms; see `TimelineGrain`. */
  readonly step: number
  readonly point: number
  /** The grain of routes and jobs, in ms. */
  readonly seriesStep: number
}

/** What the rollups of a service add up to, each counted once. */
export class RollupAggregate {
  readonly requests: Timeline
  readonly jobs: Timeline
  /** When the service's nodes ran. */
  readonly alive = new AliveTimes()
  readonly routes: SeriesTotals
  readonly jobSeries: SeriesTotals
  readonly #retentionMs: number
  readonly #budget: Budget
  /** The starts of rollups that were counted, with their ends, by node. */
  readonly #counted = new Map<string, Map<number, number>>()
  /** Steps of routes and jobs in which any node reported. */
  readonly #reported = new Set<number>()
  readonly #seriesStep: number
  #newest = 0
  #oldest = Number.POSITIVE_INFINITY

  constructor({ retentionMs, step, point, seriesStep }: LedgerOptions, budget: Budget) {
    this.#retentionMs = retentionMs
    this.#seriesStep = seriesStep
    this.#budget = budget
    this.requests = new Timeline({ step, point }, budget, this.alive)
    this.jobs = new Timeline({ step, point }, budget, this.alive)
    this.routes = new SeriesTotals(seriesStep, budget)
    this.jobSeries = new SeriesTotals(seriesStep, budget)
  }

  get isEmpty(): boolean {
    return this.#counted.size === 0
  }

  /** The end of the newest rollup, Unix ms; 0 when there was none. */
  get newest(): number {
    return this.#newest
  }

  /** The start of the oldest rollup that was counted, Unix ms; infinite when there was none. */
  get oldest(): number {
    return this.#oldest
  }

  /** Whether any node reported the step of routes and jobs that a time lies in. @param at Unix ms */
  hasReported(at: number): boolean {
    return this.#reported.has(Math.floor(at / this.#seriesStep))
  }

  /** @returns whether it counts: not as a process alone, not a second time, nor when it is too old or from the future */
  add(rollup: Rollup, now: number): boolean {
    // A node without requests and jobs writes what its process did, which is read for one node alone.
    if (rollup.process && rollup.routes.length + rollup.jobs.length === 0) return false
    const own = this.#counted.get(rollup.node)
    const isBelievable = rollup.to <= now + MAX_AHEAD_MS && rollup.from > now - 2 * this.#retentionMs
    if (!isBelievable || rollup.to <= now - this.#retentionMs || own?.has(rollup.from)) return false
    if (!this.#budget.takeRollup(own === undefined)) return false
    if (own) own.set(rollup.from, rollup.to)
    else this.#counted.set(rollup.node, new Map([[rollup.from, rollup.to]]))
    this.#newest = Math.max(this.#newest, rollup.to)
    this.#oldest = Math.min(this.#oldest, rollup.from)
    this.#note(rollup)
    if (rollup.routes.length > 0) this.requests.add(spanOf(rollup, rollup.routes))
    if (rollup.jobs.length > 0) this.jobs.add(spanOf(rollup, rollup.jobs))
    for (const route of rollup.routes) this.routes.add(route, rollup)
    for (const job of rollup.jobs) this.jobSeries.add(job, rollup)
    return true
  }

  #note({ from, to }: Rollup): void {
    const size = this.#seriesStep
    for (let index = Math.floor(from / size); index * size < Math.max(to, from + 1); index++) this.#reported.add(index)
  }

  /** Gives back what it has of its budget: nothing is added any more. */
  release(): void {
    this.prune(Number.POSITIVE_INFINITY)
  }

  prune(now: number): void {
    const oldest = now - this.#retentionMs
    for (const [node, own] of this.#counted) {
      for (const [from, to] of own) {
        if (to > oldest) continue
        own.delete(from)
        this.#budget.giveRollup(own.size === 0)
      }
      if (own.size === 0) this.#counted.delete(node)
    }
    for (const index of this.#reported) if (index * this.#seriesStep < oldest - MARGIN_MS) this.#reported.delete(index)
    for (const part of [this.requests, this.jobs, this.routes, this.jobSeries, this.alive])
      part.prune(oldest - MARGIN_MS)
  }
}

function spanOf(rollup: Rollup, series: readonly SeriesRollup[]): Span {
  return {
    from: rollup.from,
    to: rollup.to,
    count: series.reduce((sum, one) => sum + one.count, 0),
    errors: series.reduce((sum, one) => sum + one.errors, 0),
    sketch: mergeSketches(series.map((one) => one.sketch)),
  }
}
