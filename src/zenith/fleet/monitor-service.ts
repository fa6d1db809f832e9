import { performance } from 'node:perf_hooks'
import type { Overview, PulseDifference } from '../../api/overview.js'
import type { QueueView } from '../../api/queues.js'
import type { ServicePeriod, ServiceView } from '../../api/services.js'
import type { StoreHealth } from '../../api/store.js'
import type { Period } from '../../api/words.js'
import { inBatches, inSlices, withTimeout } from '../../lib/async.js'
import type { Logger, QueueSource, Reader } from '../../ports/index.js'
import { CLOCK_TOLERANCE_MS, type ExceptionRecord, type LeftOut, type SlowEntry } from '../../protocol/index.js'
import { MAX_NODES, MAX_SERVICES } from '../../protocol/read-limits.js'
import { untraced } from '../../tracing/untraced.js'
import { QueueMonitor } from '../queues/monitor/queue-monitor.js'
import { storeErrorInWords } from '../store/store-error.js'
import { timeOf } from '../store/store-time.js'
import { Details, type Periods } from './details.js'
import { changesOfShown, isChange } from './difference.js'
import { Fleet, type FleetChange } from './fleet.js'
import { byReporter, byService, byText } from './order.js'
import { FIRST_PART, leftOutOf, matching, type PartStart, partOf, totalsOf } from './parts.js'
import { Budget } from './services/budget.js'
import { Feed, MAX_RECENT } from './services/feed.js'
import { exceptionIdentity, slowIdentity } from './services/identity.js'
import { NO_NEWS, ServiceMonitor, type ServiceNews } from './services/service.js'
import type { ServiceTotals } from './services/totals.js'
import { StandingUntrusted } from './services/untrusted.js'

/** How many services are read at the same time. */
const BATCH = 8
/** A store that does not answer for so long has failed, in ms. */
const ANSWER_WITHIN_MS = 8_000
/** The first look, and the first after an outage, read up to 15 minutes of everything: with hundreds of nodes that takes longer, in ms. */
const FIRST_WITHIN_MS = 60_000
/** The longest pause between two looks at a store that fails, in ms. */
const MAX_PAUSE_MS = 5_000
const DROPS_COUNT_MS = 5 * 60_000

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

interface ShownService {
  readonly view: ServiceView
  readonly text: string
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
  readonly #budget = new Budget()
  readonly #services = new Map<string, ServiceMonitor>()
  readonly #slow = new Feed<SlowEntry>(slowIdentity)
  readonly #exceptions = new Feed<ExceptionRecord>(exceptionIdentity)
  readonly #listeners = new Set<(news: MonitorNews) => void>()
  #views = new Map<string, ShownService>()
  #overview: Overview | null = null
  /** The first part of it: what viewers see. */
  #shown: Overview | null = null
  /** What was read of services since the last state. */
  #news: ServiceNews = NO_NEWS
  #looking: Promise<void> | null = null
  #lookedAt = 0
  /** Of the last look, Unix ms by the store's clock. */
  #latest = 0
  #failures = 0
  #watchers = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: MonitorOptions) {
    this.#options = options
    this.queues = new QueueMonitor(options)
    this.details = new Details(options.reader, options.interval, () => this.#views.size)
  }

  /** What the store's clock shows, Unix ms. */
  get now(): number {
    return timeOf(this.#options.reader)
  }

  /** The last state, whole; null before the first look. */
  get overview(): Overview | null {
    return this.#overview
  }

  /** The first part of the last state; null before the first look. */
  get shown(): Overview | null {
    return this.#shown
  }

  /**
   * A part of the state, not older than an interval, of at most 2 MB.
   *
   * @param text which it is about; empty for all
   */
  async part(start: PartStart = FIRST_PART, text = ''): Promise<Overview> {
    const state = await this.fresh()
    const isFirst = start.services + start.nodes + start.queues === 0
    return isFirst && text === '' && this.#shown ? this.#shown : partOf(matching(state, text), start)
  }

  /** The state, not older than an interval: looks when it is, once for all who ask at the same time. */
  async fresh(): Promise<Overview> {
    if (!this.#overview || (performance.now() - this.#lookedAt >= this.#options.interval && !this.#isClosed))
      await this.#look()
    return this.#overview as Overview
  }

  /** Services over a period, in their order; those that are not known are left out. Rejects when the store fails. */
  async periods(names: readonly string[], period: Period): Promise<Periods> {
    const { now } = this
    const known = names.filter((name) => this.#views.has(name))
    if (period === '1h') return this.details.history(known, now)
    const nodes = byService(this.#fleet.views)
    const views: ServicePeriod[] = []
    await inSlices(known, BATCH, (name) => {
      const view = this.#services.get(name)?.period(period, nodes.get(name) ?? [], now)
      if (view) views.push(view)
    })
    return { periods: views, unread: [] }
  }

  /** What only grows, by service; see {@link ServiceMonitor.totals}. */
  async totals(): Promise<Map<string, ServiceTotals>> {
    const shown = [...this.#services].filter(([name]) => this.#views.has(name))
    const totals = new Map<string, ServiceTotals>()
    await inSlices(shown, BATCH, ([name, service]) => totals.set(name, service.totals()))
    return totals
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
    await this.#looking
  }

  #schedule(): void {
    if (this.#isClosed || this.#watchers === 0) return
    const { interval } = this.#options
    const pause = Math.min(Math.max(MAX_PAUSE_MS, interval), interval * 2 ** Math.min(this.#failures, 10))
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#look().then(() => this.#schedule()), pause)
    this.#timer.unref()
  }

  #look(): Promise<void> {
    this.#looking ??= untraced(() => this.#lookOnce()).finally(() => {
      this.#lookedAt = performance.now()
      this.#looking = null
    })
    return this.#looking
  }

  async #lookOnce(): Promise<void> {
    const started = performance.now()
    const news = await withTimeout(this.#options.reader.nodes(), ANSWER_WITHIN_MS)
      .then((answer) => this.#takeIn(answer, performance.now() - started))
      .catch((error: unknown) => this.#noteFailure(error))
    for (const listener of this.#listeners) listener(news)
  }

  async #takeIn(answer: Awaited<ReturnType<Reader['nodes']>>, latencyMs: number): Promise<MonitorNews> {
    const { now } = this
    this.#noteTime(now)
    const limit = this.#overview?.store.ok ? ANSWER_WITHIN_MS : FIRST_WITHIN_MS
    const names = new Set(answer.nodes.map((node) => node.service))
    await withTimeout(Promise.all([this.#readServices(names, now), this.queues.read(now)]), limit)
    const change = this.#fleet.update(answer.nodes, now, this.#failures === 0)
    this.#failures = 0
    const standing = new StandingUntrusted(answer.trust, this.queues.trust)
    const { unreadable, problem = null } = answer
    const leftOut = leftOutOf([answer.leftOut, { nodes: answer.nodes.length - MAX_NODES }])
    const problems = { unreadable, problem, standing, leftOut }
    return this.#publish(change, problems, Math.round(latencyMs * 100) / 100, now)
  }

  /** What was written by a clock that was set back since can't be told from what is yet to come: figures begin anew. */
  #noteTime(now: number): void {
    if (now < this.#latest - CLOCK_TOLERANCE_MS) {
      for (const service of this.#services.values()) service.release()
      this.#services.clear()
      this.details.close()
    }
    this.#latest = now
  }

  async #readServices(names: ReadonlySet<string>, now: number): Promise<void> {
    for (const name of names) {
      if (this.#services.size >= MAX_SERVICES) break
      if (!this.#services.has(name)) this.#services.set(name, new ServiceMonitor(name, this.#budget))
    }
    for (const [name, service] of this.#services) {
      const isShown = names.has(name) || this.#views.has(name)
      if (isShown || (!service.isIdle && this.#services.size < MAX_SERVICES)) continue
      service.release()
      this.#services.delete(name)
    }
    await inBatches([...this.#services.values()], BATCH, async (service) => {
      await service.read(this.#options.reader, now)
      this.#collect(service.takeNews())
    })
  }

  /** Of all services together no more is held than one event tells. */
  #collect({ slow, exceptions, error }: ServiceNews): void {
    const { slow: slowBefore, exceptions: exceptionsBefore, error: errorBefore } = this.#news
    this.#news = {
      slow: [...slowBefore, ...this.#slow.add(slow)].sort(byTime).slice(-MAX_RECENT),
      exceptions: [...exceptionsBefore, ...this.#exceptions.add(exceptions)].sort(byTime).slice(-MAX_RECENT),
      error: errorBefore ?? error,
    }
  }

  async #publish(change: FleetChange, nodes: NodeProblems, latencyMs: number, now: number): Promise<MonitorNews> {
    const monitors = [...this.#services.values()]
    const { slow, exceptions, error: failure } = this.#news
    this.#news = NO_NEWS
    const unreadable = monitors.reduce(
      (sum, service) => sum + service.unreadable(now),
      nodes.unreadable + this.queues.unreadable,
    )
    const untrusted = nodes.standing.total(monitors.map((service) => service.untrusted(now)))
    const problem = nodes.problem ?? failure ?? this.queues.error
    const error = problem ? storeErrorInWords(problem) : null
    const store: StoreHealth = { ok: true, kind: this.#options.reader.kind, latencyMs, error }
    const previous = this.#overview
    const queues = this.queues.views
    const services = await this.#viewServices(queues, nodes.standing, now)
    this.details.retain(this.#views)
    const lists = {
      services: [...this.#views.values()].map(({ view }) => view).sort((a, b) => byText(a.service, b.service)),
      nodes: this.#fleet.views.sort((a, b) => byText(a.service, b.service) || byText(a.id, b.id)),
      queues,
    }
    const unread = new Set(lists.nodes.map(({ service }) => service)).size - this.#views.size
    const leftOut = leftOutOf([nodes.leftOut, this.queues.leftOut, { services: unread }, this.#budget.left])
    const totals = totalsOf(lists)
    this.#overview = {
      at: now,
      totals,
      leftOut,
      ...lists,
      slow: this.#slow.recent,
      exceptions: this.#exceptions.recent,
      unreadable,
      untrusted,
      store,
    }
    const before = this.#shown
    this.#shown = partOf(this.#overview)
    const queueNews = this.queues.news.since(this.#shown.queues, now)
    const difference: PulseDifference = {
      full: false,
      at: now,
      totals,
      leftOut,
      ...changesOfShown(change, before?.nodes ?? [], this.#shown.nodes),
      ...changedServices(services, before?.services ?? [], this.#shown.services),
      queues: queueNews.changed,
      goneQueues: queueNews.gone,
      unreadable,
      untrusted,
      store,
    }
    if (!queueNews.isNews && !isChange(difference, previous)) return { difference: null, slow, exceptions }
    queueNews.told()
    return { difference, slow, exceptions }
  }

  /** @returns the names of those that changed */
  async #viewServices(
    queues: readonly QueueView[],
    standing: StandingUntrusted,
    now: number,
  ): Promise<ReadonlySet<string>> {
    const before = this.#views
    const changed = new Set<string>()
    const reported = byReporter(queues)
    const views = new Map<string, ShownService>()
    await inSlices([...byService(this.#fleet.views)], BATCH, ([name, own]) => {
      const service = this.#services.get(name)
      if (!service) return
      const dropping = own.filter((node) => this.#fleet.droppedSince(node.key, now - DROPS_COUNT_MS)).length
      const figures = service.view(own, reported.get(name) ?? [], dropping, this.#options.slowMs, now)
      const view = { ...figures, untrusted: standing.of(name, service.untrusted(now)) }
      const text = JSON.stringify(view)
      const known = before.get(name)
      if (known?.text !== text) changed.add(name)
      // What says the same is the same object, and is not measured again.
      views.set(name, known?.text === text ? known : { view, text })
    })
    this.#views = views
    return changed
  }

  #noteFailure(error: unknown): MonitorNews {
    this.#failures += 1
    const previous = this.#overview
    const store = { ok: false, kind: this.#options.reader.kind, latencyMs: null, error: storeErrorInWords(error) }
    const lists = { services: [], nodes: [], slow: [], exceptions: [], queues: [] }
    const at = timeOf(this.#options.reader)
    const nothing = { ...lists, at, totals: totalsOf(lists), leftOut: null, unreadable: 0, untrusted: null }
    this.#overview = { ...(previous ?? nothing), store }
    this.#shown = { ...(this.#shown ?? nothing), store }
    const { totals = totalsOf(this.#overview), leftOut = null, unreadable, untrusted } = this.#overview
    const unchanged = {
      full: false as const,
      at: this.#overview.at,
      totals,
      leftOut,
      nodes: [],
      goneNodes: [],
      services: [],
      goneServices: [],
      queues: [],
      goneQueues: [],
      unreadable,
      untrusted,
    }
    const difference = { ...unchanged, store }
    return { difference: isChange(difference, previous) ? difference : null, slow: [], exceptions: [] }
  }
}

function byTime(a: { readonly ts: number }, b: { readonly ts: number }): number {
  return a.ts - b.ts
}

/** What changed of the services that are shown. */
function changedServices(
  changed: ReadonlySet<string>,
  before: readonly ServiceView[],
  now: readonly ServiceView[],
): Pick<PulseDifference, 'services' | 'goneServices'> {
  const [known, shown] = [before, now].map((list) => new Set(list.map(({ service }) => service)))
  return {
    services: now.filter(({ service }) => changed.has(service) || !known?.has(service)),
    goneServices: before.map(({ service }) => service).filter((service) => !shown?.has(service)),
  }
}
