import { performance } from 'node:perf_hooks'
import type { NodeView } from '../../../api/nodes.js'
import type { QueueView } from '../../../api/queues.js'
import type { ServicePeriod, ServiceView } from '../../../api/services.js'
import type { TimeRange } from '../../../api/time-window.js'
import type { NodeState } from '../../../api/words.js'
import { inSlices } from '../../../lib/async.js'
import type { Page, Reader } from '../../../ports/index.js'
import { type ExceptionRecord, ROLLUP_LIFE_MS, type SlowEntry, type UntrustedCounts } from '../../../protocol/index.js'
import { aliveSpans } from './alive.js'
import type { Budget } from './budget.js'
import { healthOf } from './health-score.js'
import { eachPage } from './pages.js'
import { periodOf } from './period.js'
import { MAX_RECENT } from './recent-records.js'
import { RollupAggregate } from './rollup-aggregate.js'
import type { Reported } from './route-figures.js'
import { ServiceTotals } from './totals.js'
import { RecentUntrusted } from './untrusted.js'

/** Of traffic: kept in steps of 5 s, shown in points of 15 s. */
const GRAIN = { retentionMs: ROLLUP_LIFE_MS, step: 5_000, point: 15_000, seriesStep: 30_000 }
const MINUTE_MS = 60_000
/** What routes and jobs are shown of: the last five minutes, in ms, and how many of each. */
const SERIES_WINDOW_MS = 5 * MINUTE_MS
const MAX_SERIES_SHOWN = 20
/** How many rollups are counted in one go, which takes some ms; of large ones, more. A fleet's last 15 minutes are some ten thousand. */
const SLICE = 20
/** A node that has not reported for so long does not hold back the figures of the others, in ms and in its intervals. */
const MIN_WAIT_MS = 25_000
const WAIT_INTERVALS = 2.5
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

export const NO_NEWS: ServiceNews = { slow: [], exceptions: [], error: null }

/** One service: where reading goes on, and its last 15 minutes. */
export class ServiceMonitor {
  readonly service: string
  readonly #budget: Budget
  readonly #aggregate: RollupAggregate
  #totals: ServiceTotals | null = null
  readonly #cursors = new Map<string, string | null>()
  readonly #untrusted = new RecentUntrusted()
  #unreadable = { count: 0, at: 0 }
  #news: ServiceNews = NO_NEWS
  #rollupsAt = 0

  constructor(service: string, budget: Budget) {
    this.service = service
    this.#budget = budget
    this.#aggregate = new RollupAggregate(GRAIN, budget)
  }

  /** Whether anything of it is left to show. */
  get isIdle(): boolean {
    return this.#aggregate.isEmpty
  }

  /** Whether its workers lately ran jobs of a queue. */
  follows(queue: string): boolean {
    return this.#aggregate.jobSeries.hasQueue(queue)
  }

  /** How many of its records could not be read, told for a minute. */
  unreadable(now: number): number {
    return now - this.#unreadable.at < UNREADABLE_FOR_MS ? this.#unreadable.count : 0
  }

  /** How many of its records are not signed, told for five minutes. */
  untrusted(now: number): UntrustedCounts {
    return this.#untrusted.counts(now)
  }

  /** When it last had its turn to read rollups, by `performance.now()`; 0: not yet. */
  get rollupsAt(): number {
    return this.#rollupsAt
  }

  /**
   * Reads what is new. Never rejects: what can't be read leaves the rest alone.
   *
   * @param until when no more rollups are read, by `performance.now()`: they wait for the next look
   */
  async read(reader: Reader, now: number, until: number): Promise<void> {
    const { service } = this
    this.#aggregate.prune(now)
    const reads = await Promise.allSettled([
      this.#page('slow', now, (after) => reader.slow({ service, after, limit: MAX_RECENT })),
      this.#page('exceptions', now, (after) => reader.exceptions({ service, after, limit: MAX_RECENT })),
      this.#readRollups(reader, now, until),
    ])
    const [slow, exceptions] = reads
    this.#news = {
      slow: [...this.#news.slow, ...readOf(slow)].slice(-MAX_RECENT),
      exceptions: [...this.#news.exceptions, ...readOf(exceptions)].slice(-MAX_RECENT),
      error: reads.find((read) => read.status === 'rejected')?.reason ?? null,
    }
  }

  /** What was read since the last call. */
  takeNews(): ServiceNews {
    const news = this.#news
    this.#news = NO_NEWS
    return news
  }

  /** @param nodes the service's own @param queues those that it reports */
  view(
    nodes: readonly NodeView[],
    queues: readonly QueueView[],
    dropping: number,
    slowMs: number,
    now: number,
  ): Omit<ServiceView, 'untrusted'> {
    const live = nodes.filter((node) => node.state === 'live')
    this.#aggregate.alive.add(aliveSpans(nodes))
    const until = this.#reportedUntil(live, now)
    const end = Math.floor(until / GRAIN.step) * GRAIN.step
    const { requests: requestTraffic, jobs: jobTraffic, routes, jobSeries } = this.#aggregate
    const requests = requestTraffic.summary(end - MINUTE_MS, end) ?? quiet(end, live)
    const jobs = jobTraffic.summary(end - MINUTE_MS, end)
    const stalled = jobSeries.stalled(now - SERIES_WINDOW_MS)
    const states = countStates(nodes)
    const down = live.length === 0 ? states.lost : 0
    const lost = nodes.filter((node) => node.state === 'lost' && now - node.lastSeen < LOST_COUNTS_MS).length
    return {
      service: this.service,
      environments: environmentsOf(nodes),
      nodes: states,
      health: healthOf({ live, lost, down, requests, jobs, stalled, slowMs, dropping, queues }),
      requests,
      jobs,
      traffic: (requests ? requestTraffic : jobTraffic).traffic(until, ROLLUP_LIFE_MS),
      routes: routes.busiest(now - SERIES_WINDOW_MS, { limit: MAX_SERIES_SHOWN }),
      jobSeries: jobSeries.busiest(now - SERIES_WINDOW_MS, { limit: MAX_SERIES_SHOWN }),
    }
  }

  /** What only grows while this is kept. Counts from the first call on, beginning with what is known by then. */
  totals(): ServiceTotals {
    if (!this.#totals) {
      this.#totals = new ServiceTotals((own) => this.#budget.takeCounter(own))
      this.#totals.add({ routes: [...this.#aggregate.routes.totals()], jobs: [...this.#aggregate.jobSeries.totals()] })
    }
    return this.#totals
  }

  /** @param range within the last 15 minutes @param nodes the service's own */
  period(range: TimeRange, nodes: readonly NodeView[], now: number): ServicePeriod {
    const live = nodes.filter((node) => node.state === 'live')
    this.#aggregate.alive.add(aliveSpans(nodes))
    const end = Math.floor(this.#reportedUntil(live, now) / GRAIN.step) * GRAIN.step
    const view = periodOf(this.service, range, this.#aggregate, end, GRAIN)
    return view.requests || range.window ? view : { ...view, requests: quiet(end, live) }
  }

  /** What it has reported in the last 15 minutes. @param nodes the service's own */
  reported(nodes: readonly NodeView[], now: number): Reported {
    const live = nodes.filter((node) => node.state === 'live')
    return { service: this.service, aggregate: this.#aggregate, end: this.#reportedUntil(live, now), grain: GRAIN }
  }

  /** It is forgotten. */
  release(): void {
    this.#aggregate.release()
  }

  async #readRollups(reader: Reader, now: number, until: number): Promise<void> {
    if (performance.now() >= until) return
    this.#rollupsAt = performance.now()
    const { service } = this
    const since = now - ROLLUP_LIFE_MS
    await eachPage(
      () => this.#page('rollups', now, (after) => reader.rollups({ service, since, after })),
      ({ records }) =>
        inSlices(records, SLICE, (rollup) => {
          if (this.#aggregate.add(rollup, now)) this.#totals?.add(rollup)
        }),
      until,
    )
  }

  async #page<T>(name: string, now: number, read: (after: string | null) => Promise<Page<T>>): Promise<Page<T>> {
    const page = await read(this.#cursors.get(name) ?? null)
    this.#cursors.set(name, page.cursor)
    this.#untrusted.add(page.untrusted, now)
    if (page.unreadable > 0) this.#unreadable = { count: page.unreadable, at: now }
    return page
  }

  /** Up to when every node has told what it did: a heartbeat comes with the rollup of the time before it. */
  #reportedUntil(live: readonly NodeView[], now: number): number {
    let until = Number.POSITIVE_INFINITY
    for (const { heartbeat } of live) {
      const wait = Math.max(MIN_WAIT_MS, (heartbeat?.interval ?? 0) * WAIT_INTERVALS)
      if (heartbeat && heartbeat.timestamp > now - wait) until = Math.min(until, heartbeat.timestamp)
    }
    return Math.min(now, Number.isFinite(until) ? until : this.#aggregate.newest || now)
  }
}

function readOf<T>(read: PromiseSettledResult<Page<T>>): readonly T[] {
  return read.status === 'fulfilled' ? read.value.records : []
}

/** What a service that reports its requests, and had none, has. */
function quiet(at: number, live: readonly NodeView[]): ServiceView['requests'] {
  const isReporting = live.some((node) => node.heartbeat?.requests?.rate === 0)
  return isReporting ? { at, count: 0, rate: 0, errorRate: null, p50: null, p95: null, p99: null } : null
}

function environmentsOf(nodes: readonly NodeView[]): string[] {
  const names = nodes.map((node) => node.heartbeat?.environment).filter((name) => typeof name === 'string')
  return [...new Set(names)].sort().slice(0, 10)
}

function countStates(nodes: readonly NodeView[]): Record<NodeState, number> {
  const counts = { live: 0, lost: 0, left: 0, replaced: 0 }
  for (const node of nodes) counts[node.state] += 1
  return counts
}
