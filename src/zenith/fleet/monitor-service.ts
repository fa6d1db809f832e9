import { performance } from 'node:perf_hooks'
import type { Overview, PulseDifference } from '../../api/overview.js'
import type { StoreHealth } from '../../api/store.js'
import type { TimeRange } from '../../api/time-window.js'
import { withTimeout } from '../../lib/async.js'
import { byText } from '../../lib/compare.js'
import type { Logger, QueueSource, Reader } from '../../ports/index.js'
import {
  CLOCK_TOLERANCE_MS,
  type ExceptionRecord,
  type LeftOut,
  ROLLUP_LIFE_MS,
  type SlowEntry,
} from '../../protocol/index.js'
import { MAX_NODES } from '../../protocol/read-limits.js'
import { untraced } from '../../tracing/untraced.js'
import type { KnownQueueViews } from '../queues/directory.js'
import { QueueMonitor } from '../queues/monitor/queue-monitor.js'
import { storeErrorInWords } from '../store/store-error.js'
import { timeOf } from '../store/store-time.js'
import { sumLeftOut } from '../store/sum-left-out.js'
import { Details, type Periods, type Read } from './details.js'
import { Fleet } from './fleet.js'
import type { FleetChange } from './known-node.js'
import { KnownServices } from './known-services.js'
import { FIRST_PART, matching, type PartStart, partOf, totalsOf } from './parts.js'
import type { Reported } from './services/route-figures.js'
import type { ServiceTotals } from './services/totals.js'
import { StandingUntrusted } from './services/untrusted.js'
import { FleetState } from './state.js'

/** A store that does not answer for so long has failed, in ms. */
const ANSWER_WITHIN_MS = 8_000
/** The first look, and the first after an outage, read up to 15 minutes of everything: with hundreds of nodes that takes longer, in ms. */
const FIRST_WITHIN_MS = 60_000
/** The longest pause between two looks at a store that fails, in ms. */
const MAX_PAUSE_MS = 5_000

/** What one look changed. */
export interface MonitorNews {
  /** Null when nothing but the time moved on. */
  difference: PulseDifference | null
  /** Oldest first. */
  slow: readonly SlowEntry[]
  exceptions: readonly ExceptionRecord[]
}

/** What a look at the nodes could not read, and what is not signed. */
interface NodeProblems {
  readonly unreadable: number
  /** Why, where the store knows. */
  readonly problem: Error | null
  readonly standing: StandingUntrusted
  readonly leftOut: LeftOut | null
}

export interface MonitorOptions {
  reader: Reader
  /** How often to look while somebody watches, in ms. */
  interval: number
  /** The slow threshold for requests that latency is judged by, in ms. */
  slowMs: number
  /** Where queues are, besides what is reported of them. */
  sources: () => readonly QueueSource[]
  /** Which queues may not be changed. */
  isReadOnly: (queue: { readonly name: string; readonly key: string }) => boolean
  logger: Logger | undefined
}

/**
 * Reads the store once for everybody, while anybody watches, and remembers what it saw. A store that fails leaves the last
 * state as it was; the looks go on, at longer intervals, until it is back.
 */
export class MonitorService {
  /** What is read for those alone who ask for it. */
  readonly details: Details
  readonly queues: QueueMonitor
  readonly #options: MonitorOptions
  readonly #fleet = new Fleet()
  readonly #services = new KnownServices()
  readonly #state = new FleetState()
  readonly #listeners = new Set<(news: MonitorNews) => void>()
  #polling: Promise<void> | null = null
  #polledAt = 0
  /** Of the last look, Unix ms by the store's clock. */
  #latest = 0
  #failures = 0
  #watchers = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: MonitorOptions) {
    this.#options = options
    this.queues = new QueueMonitor(options)
    const countServices = () => this.#services.size
    this.details = new Details(options.reader, options.interval, { countServices, aliveOf: this.#fleet.aliveOf })
  }

  /** What the store's clock shows, Unix ms. */
  get now(): number {
    return timeOf(this.#options.reader)
  }

  /** The last state, whole; null before the first look. */
  get overview(): Overview | null {
    return this.#state.overview
  }

  /** Whether a look ever succeeded: before, empty lists tell nothing. */
  get wasRead(): boolean {
    return this.#state.wasRead
  }

  /** The first part of the last state; null before the first look. */
  get shown(): Overview | null {
    return this.#state.shown
  }

  /**
   * A part of the state, not older than an interval, of at most 2 MB.
   *
   * @param text which it is about; empty for all
   */
  async part(start: PartStart = FIRST_PART, text = ''): Promise<Overview> {
    const state = await this.fresh()
    const isFirst = start.services + start.nodes + start.queues === 0
    return isFirst && text === '' && this.shown ? this.shown : partOf(matching(state, text), start)
  }

  /** The state, not older than an interval: looks when it is, once for all who ask at the same time. */
  async fresh(): Promise<Overview> {
    if (!this.overview || (performance.now() - this.#polledAt >= this.#options.interval && !this.#isClosed))
      await this.#poll()
    return this.overview as Overview
  }

  /** Services over a time range, in their order; those that are not known are left out. Rejects when the store fails. */
  async periods(names: readonly string[], range: TimeRange): Promise<Periods> {
    const { now } = this
    const known = names.filter((name) => this.#services.has(name))
    if (!isRecent(range, now)) return this.details.history(known, range, now)
    return { periods: await this.#services.periods(known, range, this.#fleet.views, now), unread: [] }
  }

  /** What services have reported of a time range; the same as for {@link periods}. */
  async reported(names: readonly string[], range: TimeRange): Promise<Read<Reported>> {
    const { now } = this
    const known = names.filter((name) => this.#services.has(name))
    if (!isRecent(range, now)) return this.details.reported(known, now)
    return { found: this.#services.reported(known, this.#fleet.views, now), unread: [] }
  }

  /** Services whose workers lately ran jobs of a queue. */
  readonly following = (queue: string): readonly string[] => this.#services.following(queue)
  /** When a service's nodes ran. */
  readonly aliveOf = (service: string) => this.#fleet.aliveOf(service)

  /** Drops a node until it beats again: the next look is without it. */
  forget(key: string): void {
    this.#fleet.forget(key)
    this.#polledAt = Number.NEGATIVE_INFINITY
  }

  /** What only grows, by service; see {@link KnownServices.totals}. */
  totals(): Promise<Map<string, ServiceTotals>> {
    return this.#services.totals()
  }

  /** Tells of every look that changed something. */
  subscribe(listener: (news: MonitorNews) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Looks regularly until the returned function is called. */
  watch(): () => void {
    this.#watchers += 1
    if (this.#watchers === 1) this.#schedule()
    let isWatching = true
    return () => {
      if (!isWatching) return
      isWatching = false
      this.#watchers -= 1
      if (this.#watchers === 0) clearTimeout(this.#timer)
    }
  }

  /** No look begins after this; ends when the last one has. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.details.close()
    await this.#polling
  }

  #schedule(): void {
    if (this.#isClosed || this.#watchers === 0) return
    const { interval } = this.#options
    const pause = Math.min(Math.max(MAX_PAUSE_MS, interval), interval * 2 ** Math.min(this.#failures, 10))
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#poll().then(() => this.#schedule()), pause)
    this.#timer.unref()
  }

  #poll(): Promise<void> {
    this.#polling ??= untraced(() => this.#pollOnce()).finally(() => {
      this.#polledAt = performance.now()
      this.#polling = null
    })
    return this.#polling
  }

  async #pollOnce(): Promise<void> {
    const started = performance.now()
    const news = await withTimeout(this.#options.reader.nodes(), ANSWER_WITHIN_MS)
      .then((answer) => this.#takeIn(answer, performance.now() - started))
      .catch((error: unknown) => this.#noteFailure(error))
    for (const listener of this.#listeners) listener(news)
  }

  async #takeIn(answer: Awaited<ReturnType<Reader['nodes']>>, latencyMs: number): Promise<MonitorNews> {
    const { now } = this
    this.#noteTime(now)
    const limit = this.overview?.store.ok ? ANSWER_WITHIN_MS : FIRST_WITHIN_MS
    const names = new Set(answer.nodes.map((node) => node.service))
    await withTimeout(
      Promise.all([this.#services.read(this.#options.reader, names, now), this.queues.read(now)]),
      limit,
    )
    const change = this.#fleet.update(answer.nodes, now, this.#failures === 0)
    this.#failures = 0
    const standing = new StandingUntrusted(answer.trust, this.queues.trust)
    const { unreadable, problem = null } = answer
    const leftOut = sumLeftOut([answer.leftOut, { nodes: answer.nodes.length - MAX_NODES }])
    const problems = { unreadable, problem, standing, leftOut }
    return this.#publish(change, problems, Math.round(latencyMs * 100) / 100, now)
  }

  /** What was written by a clock that was set back since can't be told from what is yet to come: figures begin anew. */
  #noteTime(now: number): void {
    if (now < this.#latest - CLOCK_TOLERANCE_MS) {
      this.#services.clear()
      this.details.close()
    }
    this.#latest = now
  }

  async #publish(change: FleetChange, nodes: NodeProblems, latencyMs: number, now: number): Promise<MonitorNews> {
    const { queues } = this
    const { slow, exceptions, error: failure } = this.#services.takeNews()
    const unreadable = nodes.unreadable + queues.unreadable + this.#services.unreadable(now)
    const untrusted = nodes.standing.total(this.#services.untrusted(now))
    const problem = nodes.problem ?? failure ?? queues.error
    const error = problem ? storeErrorInWords(problem) : null
    const store: StoreHealth = { ok: true, kind: this.#options.reader.kind, latencyMs, error }
    const { views } = queues
    const services = await this.#services.view(this.#fleet, views, nodes.standing, this.#options.slowMs, now)
    this.details.retain(this.#services)
    const lists = {
      services: this.#services.views,
      nodes: this.#fleet.views.sort((a, b) => byText(a.service, b.service) || byText(a.id, b.id)),
      queues: views,
    }
    const unread = new Set(lists.nodes.map(({ service }) => service)).size - this.#services.size
    const leftOut = sumLeftOut([nodes.leftOut, queues.leftOut, { services: unread }, this.#services.leftOut])
    const { recent } = this.#services
    const overview = { at: now, totals: totalsOf(lists), leftOut, ...lists, ...recent, unreadable, untrusted, store }
    const difference = this.#state.update(overview, { nodes: change, services, queues: queues.news })
    return { difference, slow, exceptions }
  }

  #noteFailure(error: unknown): MonitorNews {
    this.#failures += 1
    const { reader } = this.#options
    const store = { ok: false, kind: reader.kind, latencyMs: null, error: storeErrorInWords(error) }
    return { difference: this.#state.fail(store, timeOf(reader)), slow: [], exceptions: [] }
  }
}

/** What routes see of it. */
export interface Monitor
  extends Pick<
    MonitorService,
    | 'now'
    | 'overview'
    | 'shown'
    | 'wasRead'
    | 'part'
    | 'fresh'
    | 'periods'
    | 'reported'
    | 'subscribe'
    | 'watch'
    | 'forget'
  > {
  totals(): Promise<ReadonlyMap<string, Pick<ServiceTotals, 'routes' | 'jobs'>>>
  readonly details: Pick<Details, 'slow' | 'exceptions' | 'process'>
  readonly queues: KnownQueueViews
}

/** Whether the last 15 minutes, which are always read, have all of a time range. */
function isRecent({ period, window }: TimeRange, now: number): boolean {
  return window ? window.from >= now - ROLLUP_LIFE_MS : period !== '1h'
}
