import type { Page, Reader } from '../../ports.js'
import {
  type ExceptionRecord,
  type NodeState,
  type NodeView,
  ROLLUP_LIFE_MS,
  type Rollup,
  type SeriesRollup,
  type ServiceView,
  type SlowEntry,
} from '../../protocol/index.js'
import { MAX_RECENT } from './feed.js'
import { healthOf } from './health.js'
import { mergeTexts } from './merged-sketch.js'
import { SERIES_WINDOW_MS, SeriesTable } from './series-table.js'
import { STEP_MS, Timeline } from './timeline.js'

const MINUTE_MS = 60_000
/** A node that has not reported for so long does not hold back the figures of the others, in ms and in its intervals. */
const MIN_WAIT_MS = 25_000
const WAIT_INTERVALS = 2.5
/** Clocks may differ; a rollup from further in the future is not believed, in ms. */
const MAX_AHEAD_MS = 60_000
/** How long a lost node counts against the health, in ms. */
const LOST_COUNTS_MS = 15 * MINUTE_MS
/** How long an unreadable record is told of, in ms. */
const UNREADABLE_FOR_MS = MINUTE_MS

/** What a service wrote since the last look. */
export interface ServiceNews {
  slow: readonly SlowEntry[]
  exceptions: readonly ExceptionRecord[]
  /** What went wrong, or null. */
  error: unknown
}

const NOTHING: ServiceNews = { slow: [], exceptions: [], error: null }

/** One service: where reading goes on, and its last 15 minutes. */
export class ServiceMonitor {
  readonly service: string
  readonly #requests = new Timeline()
  readonly #jobs = new Timeline()
  readonly #routes = new SeriesTable()
  readonly #jobSeries = new SeriesTable()
  /** Rollups that were counted, by node and start, with their end. */
  readonly #counted = new Map<string, number>()
  readonly #cursors = new Map<string, string | null>()
  #newestRollup = 0
  #unreadable = { count: 0, at: 0 }
  #news: ServiceNews = NOTHING

  constructor(service: string) {
    this.service = service
  }

  /** Whether anything of it is left to show. */
  get isIdle(): boolean {
    return this.#counted.size === 0
  }

  /** How many of its records could not be read, told for a minute. */
  unreadable(now: number): number {
    return now - this.#unreadable.at < UNREADABLE_FOR_MS ? this.#unreadable.count : 0
  }

  /** Reads what is new. Never rejects: what can't be read leaves the rest alone. */
  async read(reader: Reader, now: number): Promise<void> {
    const { service } = this
    const since = now - ROLLUP_LIFE_MS
    const reads = await Promise.allSettled([
      this.#page('slow', now, (after) => reader.slow({ service, after, limit: MAX_RECENT })),
      this.#page('exceptions', now, (after) => reader.exceptions({ service, after, limit: MAX_RECENT })),
      this.#page('rollups', now, (after) => reader.rollups({ service, since, after })),
    ])
    const [slow, exceptions, rollups] = reads
    this.#prune(now)
    for (const rollup of readOf(rollups)) this.#count(rollup, now)
    this.#news = {
      slow: [...this.#news.slow, ...readOf(slow)],
      exceptions: [...this.#news.exceptions, ...readOf(exceptions)],
      error: reads.find((read) => read.status === 'rejected')?.reason ?? null,
    }
  }

  /** What was read since the last call. */
  takeNews(): ServiceNews {
    const news = this.#news
    this.#news = NOTHING
    return news
  }

  /** @param nodes the service's own */
  view(nodes: readonly NodeView[], dropping: number, slowMs: number, now: number): ServiceView {
    const live = nodes.filter((node) => node.state === 'live')
    const until = this.#reportedUntil(live, now)
    const requests = this.#lastMinute(this.#requests, until) ?? quiet(until, live)
    const jobs = this.#lastMinute(this.#jobs, until)
    const lost = nodes.filter((node) => node.state === 'lost' && now - node.lastSeen < LOST_COUNTS_MS).length
    return {
      service: this.service,
      environments: environmentsOf(nodes),
      nodes: countStates(nodes),
      health: healthOf({ live, lost, requests, jobs, slowMs, dropping }),
      requests,
      jobs,
      traffic: (requests ? this.#requests : this.#jobs).traffic(until),
      routes: this.#routes.busiest(),
      jobSeries: this.#jobSeries.busiest(),
    }
  }

  async #page<T>(name: string, now: number, read: (after: string | null) => Promise<Page<T>>): Promise<readonly T[]> {
    const page = await read(this.#cursors.get(name) ?? null)
    this.#cursors.set(name, page.cursor)
    if (page.unreadable > 0) this.#unreadable = { count: page.unreadable, at: now }
    return page.records
  }

  #count(rollup: Rollup, now: number): void {
    const id = `${rollup.from}:${rollup.node}`
    const isBelievable = rollup.to <= now + MAX_AHEAD_MS && rollup.from > now - 2 * ROLLUP_LIFE_MS
    if (!isBelievable || rollup.to <= now - ROLLUP_LIFE_MS || this.#counted.has(id)) return
    this.#counted.set(id, rollup.to)
    this.#newestRollup = Math.max(this.#newestRollup, rollup.to)
    if (rollup.routes.length > 0) this.#requests.add(spanOf(rollup, rollup.routes))
    if (rollup.jobs.length > 0) this.#jobs.add(spanOf(rollup, rollup.jobs))
    if (rollup.to <= now - SERIES_WINDOW_MS) return
    for (const route of rollup.routes) this.#routes.add(route, rollup.to)
    for (const job of rollup.jobs) this.#jobSeries.add(job, rollup.to)
  }

  #prune(now: number): void {
    const oldest = now - ROLLUP_LIFE_MS
    for (const [id, to] of this.#counted) if (to <= oldest) this.#counted.delete(id)
    this.#requests.prune(oldest)
    this.#jobs.prune(oldest)
    this.#routes.prune(now)
    this.#jobSeries.prune(now)
  }

  /** Up to when every node has told what it did: a heartbeat comes with the rollup of the time before it. */
  #reportedUntil(live: readonly NodeView[], now: number): number {
    let until = Number.POSITIVE_INFINITY
    for (const { heartbeat } of live) {
      const wait = Math.max(MIN_WAIT_MS, (heartbeat?.interval ?? 0) * WAIT_INTERVALS)
      if (heartbeat && heartbeat.timestamp > now - wait) until = Math.min(until, heartbeat.timestamp)
    }
    return Math.min(now, Number.isFinite(until) ? until : this.#newestRollup || now)
  }

  #lastMinute(timeline: Timeline, until: number) {
    const end = Math.floor(until / STEP_MS) * STEP_MS
    return timeline.summary(end - MINUTE_MS, end)
  }
}

function readOf<T>(read: PromiseSettledResult<readonly T[]>): readonly T[] {
  return read.status === 'fulfilled' ? read.value : []
}

function spanOf(rollup: Rollup, series: readonly SeriesRollup[]) {
  return {
    from: rollup.from,
    to: rollup.to,
    count: series.reduce((sum, one) => sum + one.count, 0),
    errors: series.reduce((sum, one) => sum + one.errors, 0),
    sketch: mergeTexts(series.map((one) => one.sketch)),
  }
}

/** What a service that reports its requests, and had none, has. */
function quiet(until: number, live: readonly NodeView[]): ServiceView['requests'] {
  const isReporting = live.some((node) => node.heartbeat?.requests?.rate === 0)
  const at = Math.floor(until / STEP_MS) * STEP_MS
  return isReporting ? { at, rate: 0, errorRate: null, p50: null, p95: null, p99: null } : null
}

function environmentsOf(nodes: readonly NodeView[]): string[] {
  const names = nodes.map((node) => node.heartbeat?.environment).filter((name) => typeof name === 'string')
  return [...new Set(names)].sort().slice(0, 10)
}

function countStates(nodes: readonly NodeView[]): Record<NodeState, number> {
  const counts = { live: 0, lost: 0, left: 0 }
  for (const node of nodes) counts[node.state] += 1
  return counts
}
