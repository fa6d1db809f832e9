import type { JobRuns, QueueRuns, RunMinute } from '../../../api/queue-runs.js'
import type { TimeRange, TimeWindow } from '../../../api/time-window.js'
import { PERIOD_MS } from '../../../api/words.js'
import { inSlices } from '../../../lib/async.js'
import type { Reader } from '../../../ports/index.js'
import { HISTORY_LIFE_MS, HISTORY_STEP_MS, OTHER, type Rollup } from '../../../protocol/index.js'
import type { Follower } from '../../store/on-demand.js'
import { type AliveSpan, AliveTimes } from '../services/alive.js'
import type { Budget } from '../services/budget.js'
import { figuresOf, RunSeries } from './run-series.js'

/** Names of jobs that are distinguished per queue; the rest is `(other)`. */
const MAX_NAMES = 200
/** A node that has not reported for this long does not hold back the figures of the others, ms. */
const WAIT_MS = 2.5 * HISTORY_STEP_MS
/** The figures of a minute arrive at most this long after it, ms. */
const LAG_MS = 1.25 * HISTORY_STEP_MS
const MAX_AHEAD_MS = 60_000
const SLICE = 20

/** Which jobs are read. */
export interface FollowedQueue {
  /** As rollups name it. */
  readonly name: string
  /** Services that may have workers on it. */
  readonly services: readonly string[]
}

interface Channel {
  cursor: string | null
  /** When each node that ran jobs of the queue last reported, Unix ms. */
  readonly reported: Map<string, number>
}

/** A window in whole minutes, up to when all nodes have reported. Unix ms. */
function minutesOf(window: TimeWindow, reported: number): { readonly from: number; readonly end: number } {
  const from = Math.floor(window.from / HISTORY_STEP_MS) * HISTORY_STEP_MS
  const end = Math.min(Math.ceil(window.to / HISTORY_STEP_MS) * HISTORY_STEP_MS, reported)
  return { from: Math.min(from, end), end }
}

const NO_DURATIONS = { p50: null, p95: null, p99: null, max: null }

/** The attempts of one queue's jobs in the last hour. */
export class RunLog implements Follower {
  readonly #reader: Reader
  readonly #budget: Budget
  readonly #queueOf: () => FollowedQueue
  readonly #aliveOf: (service: string) => readonly AliveSpan[]
  readonly #channels = new Map<string, Channel>()
  readonly #series = new Map<string, RunSeries>()

  constructor(
    reader: Reader,
    budget: Budget,
    queueOf: () => FollowedQueue,
    aliveOf: (service: string) => readonly AliveSpan[],
  ) {
    this.#reader = reader
    this.#budget = budget
    this.#queueOf = queueOf
    this.#aliveOf = aliveOf
  }

  async read(now: number): Promise<void> {
    const { name, services } = this.#queueOf()
    this.#prune(now - HISTORY_LIFE_MS)
    for (const service of services) await this.#readService(service, name, now)
  }

  release(): void {
    this.#prune(Number.POSITIVE_INFINITY)
  }

  /** @param name of the jobs that the points are about; null for all */
  async view(
    now: number,
    { period, window }: TimeRange,
    name: string | null,
  ): Promise<Omit<QueueRuns, 'key' | 'period'>> {
    const reported = this.#end(now)
    const { from, end } = window ? minutesOf(window, reported) : { from: reported - PERIOD_MS[period], end: reported }
    const length = Math.max(1, end - from)
    const jobs: JobRuns[] = []
    await inSlices([...this.#series.values()], SLICE, (series) => {
      const figures = figuresOf(series.minutes(from, end))
      const perMinute = Math.round(((figures?.count ?? 0) * HISTORY_STEP_MS * 100) / length) / 100
      if (figures) jobs.push({ service: series.service, name: series.name, perMinute, ...figures })
    })
    jobs.sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    const services = [...new Set([...this.#series.values()].map(({ service }) => service))].sort()
    return { from, to: end, step: HISTORY_STEP_MS, services, jobs, points: this.#points(from, end, name) }
  }

  #points(from: number, end: number, name: string | null): RunMinute[] {
    const all = [...this.#series.values()]
    const shown = all.filter((series) => name === null || series.name === name)
    const alive = new AliveTimes()
    for (const service of new Set(all.map((series) => series.service))) alive.add(this.#aliveOf(service))
    return Array.from({ length: (end - from) / HISTORY_STEP_MS }, (_, index) => {
      const start = from + index * HISTORY_STEP_MS
      const at = start + HISTORY_STEP_MS
      const ran = figuresOf(shown.flatMap((series) => [...series.minutes(start, at)]))
      const ms = HISTORY_STEP_MS
      if (ran) return { at, ms, count: ran.count, errors: ran.errors, run: ran.run, wait: ran.wait }
      // Other jobs of the queue show that a worker was there.
      const isSeen = alive.covers(start, at) || all.some((series) => !series.minutes(start, at).next().done)
      const none = isSeen ? 0 : null
      return { at, ms, count: none, errors: none, run: NO_DURATIONS, wait: NO_DURATIONS }
    })
  }

  /** Up to when all nodes have reported, a full minute. */
  #end(now: number): number {
    const recent = [...this.#channels.values()].flatMap(({ reported }) => [...reported.values()])
    const until = recent.filter((to) => to > now - WAIT_MS)
    const end = until.length > 0 ? Math.min(now, ...until) : now - LAG_MS
    return Math.floor(end / HISTORY_STEP_MS) * HISTORY_STEP_MS
  }

  async #readService(service: string, queue: string, now: number): Promise<void> {
    const channel = this.#channels.get(service) ?? { cursor: null, reported: new Map() }
    this.#channels.set(service, channel)
    const since = now - HISTORY_LIFE_MS
    let more = true
    while (more) {
      const page = await this.#reader.history({ service, since, after: channel.cursor })
      channel.cursor = page.cursor
      await inSlices(page.records, SLICE, (rollup) => this.#add(service, channel, rollup, queue, now))
      more = page.more !== undefined
    }
  }

  #add(service: string, { reported }: Channel, { node, from, to, jobs }: Rollup, queue: string, now: number): void {
    if (to > now + MAX_AHEAD_MS || to - from > HISTORY_LIFE_MS) return
    const own = jobs.filter((job) => job.queue === queue)
    if (own.length > 0) reported.set(node, Math.max(reported.get(node) ?? 0, to))
    for (const job of own) this.#seriesOf(service, job.key).add(job, from, to)
  }

  #seriesOf(service: string, name: string): RunSeries {
    const id = JSON.stringify([service, name])
    const known = this.#series.get(id)
    if (known) return known
    if (this.#series.size >= MAX_NAMES && name !== OTHER) return this.#seriesOf(service, OTHER)
    const series = new RunSeries(service, name, this.#budget)
    this.#series.set(id, series)
    return series
  }

  #prune(before: number): void {
    for (const [id, series] of this.#series) {
      series.prune(before)
      if (series.isEmpty) this.#series.delete(id)
    }
    for (const { reported } of this.#channels.values()) {
      for (const [node, to] of reported) if (to < before) reported.delete(node)
    }
  }
}
