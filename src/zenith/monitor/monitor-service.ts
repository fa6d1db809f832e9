import { performance } from 'node:perf_hooks'
import type { Logger, QueueSource, Reader } from '../../ports.js'
import type {
  ExceptionRecord,
  Overview,
  Period,
  PulseDifference,
  QueueView,
  ServicePeriod,
  ServiceView,
  SlowEntry,
  StoreHealth,
} from '../../protocol/index.js'
import { untraced } from '../../tracing/untraced.js'
import { Details } from './details.js'
import { isChange } from './difference.js'
import { Feed } from './feed.js'
import { Fleet, type FleetChange } from './fleet.js'
import { exceptionIdentity, slowIdentity } from './identity.js'
import { byReporter, byService, byText } from './order.js'
import { QueueMonitor } from './queue-monitor.js'
import { ServiceMonitor } from './service.js'
import { storeErrorInWords } from './store-error.js'
import type { ServiceTotals } from './totals.js'
import { StandingUntrusted } from './untrusted.js'
import { inBatches, withTimeout } from './wait.js'

const MAX_SERVICES = 1_000
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
  readonly #services = new Map<string, ServiceMonitor>()
  readonly #slow = new Feed<SlowEntry>(slowIdentity)
  readonly #exceptions = new Feed<ExceptionRecord>(exceptionIdentity)
  readonly #listeners = new Set<(news: MonitorNews) => void>()
  #views = new Map<string, { view: ServiceView; text: string }>()
  #overview: Overview | null = null
  #looking: Promise<void> | null = null
  #lookedAt = 0
  #failures = 0
  #watchers = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: MonitorOptions) {
    this.#options = options
    this.queues = new QueueMonitor(options)
    this.details = new Details(options.reader, options.interval, () => this.#views.size)
  }

  /** The last state; null before the first look. */
  get overview(): Overview | null {
    return this.#overview
  }

  /** The state, not older than an interval: looks when it is, once for all who ask at the same time. */
  async fresh(): Promise<Overview> {
    if (!this.#overview || (performance.now() - this.#lookedAt >= this.#options.interval && !this.#isClosed))
      await this.#look()
    return this.#overview as Overview
  }

  /** Services over a period, in their order; those that are not known are left out. Rejects when the store fails. */
  async periods(names: readonly string[], period: Period): Promise<ServicePeriod[]> {
    const now = Date.now()
    const known = names.filter((name) => this.#views.has(name))
    if (period === '1h') return this.details.history(known, now)
    const nodes = byService(this.#fleet.views)
    const views = known.map((name) => this.#services.get(name)?.period(period, nodes.get(name) ?? [], now))
    return views.filter((view) => view !== undefined)
  }

  /** What only grows, by service; see {@link ServiceMonitor.totals}. */
  totals(): Map<string, ServiceTotals> {
    const shown = [...this.#services].filter(([name]) => this.#views.has(name))
    return new Map(shown.map(([name, service]) => [name, service.totals()]))
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
    const now = Date.now()
    const limit = this.#overview?.store.ok ? ANSWER_WITHIN_MS : FIRST_WITHIN_MS
    const names = new Set(answer.nodes.map((node) => node.service))
    await withTimeout(Promise.all([this.#readServices(names, now), this.queues.read(now)]), limit)
    const change = this.#fleet.update(answer.nodes, now, this.#failures === 0)
    this.#failures = 0
    const standing = new StandingUntrusted(answer.trust, this.queues.trust)
    const { unreadable, problem = null } = answer
    return this.#publish(change, { unreadable, problem, standing }, Math.round(latencyMs * 100) / 100, now)
  }

  async #readServices(names: ReadonlySet<string>, now: number): Promise<void> {
    for (const name of names) {
      if (this.#services.size >= MAX_SERVICES) break
      if (!this.#services.has(name)) this.#services.set(name, new ServiceMonitor(name))
    }
    for (const [name, service] of this.#services) {
      const isShown = names.has(name) || this.#views.has(name)
      if (!isShown && (service.isIdle || this.#services.size >= MAX_SERVICES)) this.#services.delete(name)
    }
    await inBatches([...this.#services.values()], BATCH, (service) => service.read(this.#options.reader, now))
  }

  #publish(change: FleetChange, nodes: NodeProblems, latencyMs: number, now: number): MonitorNews {
    const monitors = [...this.#services.values()]
    const news = monitors.map((service) => service.takeNews())
    const slow = this.#slow.add(news.flatMap((one) => one.slow))
    const exceptions = this.#exceptions.add(news.flatMap((one) => one.exceptions))
    const unreadable = monitors.reduce(
      (sum, service) => sum + service.unreadable(now),
      nodes.unreadable + this.queues.unreadable,
    )
    const untrusted = nodes.standing.total(monitors.map((service) => service.untrusted(now)))
    const failure = news.find((one) => one.error !== null)
    const problem = nodes.problem ?? failure?.error ?? this.queues.error
    const error = problem ? storeErrorInWords(problem) : null
    const store: StoreHealth = { ok: true, kind: this.#options.reader.kind, latencyMs, error }
    const previous = this.#overview
    const queues = this.queues.views
    const queueNews = this.queues.news.since(queues, now)
    const services = this.#viewServices(queues, nodes.standing, now)
    this.details.retain(this.#views)
    this.#overview = {
      at: now,
      services: [...this.#views.values()].map(({ view }) => view).sort((a, b) => byText(a.service, b.service)),
      nodes: this.#fleet.views.sort((a, b) => byText(a.service, b.service) || byText(a.id, b.id)),
      slow: this.#slow.recent,
      exceptions: this.#exceptions.recent,
      queues,
      unreadable,
      untrusted,
      store,
    }
    const difference: PulseDifference = {
      full: false,
      at: now,
      nodes: change.changed,
      goneNodes: change.gone,
      services: services.changed,
      goneServices: services.gone,
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

  #viewServices(
    queues: readonly QueueView[],
    standing: StandingUntrusted,
    now: number,
  ): { changed: ServiceView[]; gone: string[] } {
    const before = this.#views
    const changed: ServiceView[] = []
    const reported = byReporter(queues)
    this.#views = new Map()
    for (const [name, own] of byService(this.#fleet.views)) {
      const service = this.#services.get(name)
      if (!service) continue
      const dropping = own.filter((node) => this.#fleet.droppedSince(node.key, now - DROPS_COUNT_MS)).length
      const figures = service.view(own, reported.get(name) ?? [], dropping, this.#options.slowMs, now)
      const view = { ...figures, untrusted: standing.of(name, service.untrusted(now)) }
      const text = JSON.stringify(view)
      if (before.get(name)?.text !== text) changed.push(view)
      this.#views.set(name, { view, text })
    }
    return { changed, gone: [...before.keys()].filter((name) => !this.#views.has(name)) }
  }

  #noteFailure(error: unknown): MonitorNews {
    this.#failures += 1
    const previous = this.#overview
    const store = { ok: false, kind: this.#options.reader.kind, latencyMs: null, error: storeErrorInWords(error) }
    const lists = { services: [], nodes: [], slow: [], exceptions: [], queues: [] }
    const nothing = { ...lists, at: Date.now(), unreadable: 0, untrusted: null }
    this.#overview = { ...(previous ?? nothing), store }
    const { at, unreadable, untrusted } = this.#overview
    const unchanged = {
      full: false as const,
      at,
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
