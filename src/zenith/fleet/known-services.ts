import { performance } from 'node:perf_hooks'
import { exceptionIdentity, slowIdentity } from '../../api/identity.js'
import type { NodeView } from '../../api/nodes.js'
import type { QueueView } from '../../api/queues.js'
import type { ServicePeriod, ServiceView } from '../../api/services.js'
import type { TimeRange } from '../../api/time-window.js'
import { inBatches, inSlices } from '../../lib/async.js'
import { byText } from '../../lib/compare.js'
import type { Reader } from '../../ports/index.js'
import type { ExceptionRecord, SlowEntry, UntrustedCounts } from '../../protocol/index.js'
import { MAX_SERVICES } from '../../protocol/read-limits.js'
import type { Fleet } from './fleet.js'
import { Budget } from './services/budget.js'
import { MAX_RECENT, RecentRecords } from './services/recent-records.js'
import type { Reported } from './services/route-figures.js'
import { NO_NEWS, ServiceMonitor, type ServiceNews } from './services/service.js'
import type { ServiceTotals } from './services/totals.js'
import type { StandingUntrusted } from './services/untrusted.js'

/** How many services are read at the same time. */
const BATCH = 8
/**
 * How long a look reads rollups, over all services, ms. The 15 minutes that a first look has to read take a fleet of 10,000 nodes more than
 * a minute: until a service had its turn, its figures are unknown.
 */
const ROLLUPS_WITHIN_MS = 4_000
const DROPS_COUNT_MS = 5 * 60_000

interface ShownService {
  readonly view: ServiceView
  readonly text: string
}

/** The services that are read, and what is shown of each. */
export class KnownServices {
  readonly #budget = new Budget()
  readonly #monitors = new Map<string, ServiceMonitor>()
  readonly #slow = new RecentRecords<SlowEntry>(slowIdentity)
  readonly #exceptions = new RecentRecords<ExceptionRecord>(exceptionIdentity)
  #views = new Map<string, ShownService>()
  /** What was read since it was last taken. */
  #news: ServiceNews = NO_NEWS

  /** How many services are shown. */
  get size(): number {
    return this.#views.size
  }

  /** Whether a service is shown. */
  has(name: string): boolean {
    return this.#views.has(name)
  }

  /** In the order of their names. */
  get views(): ServiceView[] {
    return [...this.#views.values()].map(({ view }) => view).sort((a, b) => byText(a.service, b.service))
  }

  /** The newest records over all of them, newest first. */
  get recent(): { readonly slow: readonly SlowEntry[]; readonly exceptions: readonly ExceptionRecord[] } {
    return { slow: this.#slow.recent, exceptions: this.#exceptions.recent }
  }

  /** What is beyond the budget of all of them together. */
  get leftOut(): Budget['left'] {
    return this.#budget.left
  }

  /** How many records could not be read lately. */
  unreadable(now: number): number {
    return [...this.#monitors.values()].reduce((sum, service) => sum + service.unreadable(now), 0)
  }

  /** Services whose workers lately ran jobs of a queue. */
  following(queue: string): string[] {
    return [...this.#monitors].filter(([, service]) => service.follows(queue)).map(([name]) => name)
  }

  untrusted(now: number): UntrustedCounts[] {
    return [...this.#monitors.values()].map((service) => service.untrusted(now))
  }

  /** Drops all figures: they begin anew at the next look. */
  clear(): void {
    for (const service of this.#monitors.values()) service.release()
    this.#monitors.clear()
  }

  /** Reads what is new of those that have nodes, and of those that are still shown, for some seconds. @param names of those that have nodes */
  async read(reader: Reader, names: ReadonlySet<string>, now: number): Promise<void> {
    for (const name of names) {
      if (this.#monitors.size >= MAX_SERVICES) break
      if (!this.#monitors.has(name)) this.#monitors.set(name, new ServiceMonitor(name, this.#budget))
    }
    for (const [name, service] of this.#monitors) {
      const isShown = names.has(name) || this.#views.has(name)
      if (isShown || (!service.isIdle && this.#monitors.size < MAX_SERVICES)) continue
      service.release()
      this.#monitors.delete(name)
    }
    // Those that had no turn in the last look come first.
    const inTurn = [...this.#monitors.values()].sort((a, b) => a.rollupsAt - b.rollupsAt)
    const until = performance.now() + ROLLUPS_WITHIN_MS
    await inBatches(inTurn, BATCH, async (service) => {
      await service.read(reader, now, until)
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

  /** The records that were read since the last call. */
  takeNews(): ServiceNews {
    const news = this.#news
    this.#news = NO_NEWS
    return news
  }

  /** Makes the views anew. @returns the names of those that changed */
  async view(
    fleet: Fleet,
    queues: readonly QueueView[],
    standing: StandingUntrusted,
    slowMs: number,
    now: number,
  ): Promise<ReadonlySet<string>> {
    const before = this.#views
    const changed = new Set<string>()
    const reported = byReporter(queues)
    const views = new Map<string, ShownService>()
    await inSlices([...byService(fleet.views)], BATCH, ([name, own]) => {
      const service = this.#monitors.get(name)
      if (!service) return
      const dropping = own.filter((node) => fleet.droppedSince(node.key, now - DROPS_COUNT_MS)).length
      const figures = service.view(own, reported.get(name) ?? [], dropping, slowMs, now)
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

  /** Those that are shown over the last 15 minutes or less, in the order of the names. */
  async periods(
    names: readonly string[],
    range: TimeRange,
    nodes: readonly NodeView[],
    now: number,
  ): Promise<readonly ServicePeriod[]> {
    const own = byService(nodes)
    const views: ServicePeriod[] = []
    await inSlices(names, BATCH, (name) => {
      const view = this.#monitors.get(name)?.period(range, own.get(name) ?? [], now)
      if (view) views.push(view)
    })
    return views
  }

  /** What some of them have reported in the last 15 minutes, in the order of the names. */
  reported(names: readonly string[], nodes: readonly NodeView[], now: number): readonly Reported[] {
    const own = byService(nodes)
    return names.flatMap((name) => this.#monitors.get(name)?.reported(own.get(name) ?? [], now) ?? [])
  }

  /** What only grows, by service; see {@link ServiceMonitor.totals}. */
  async totals(): Promise<Map<string, ServiceTotals>> {
    const shown = [...this.#monitors].filter(([name]) => this.#views.has(name))
    const totals = new Map<string, ServiceTotals>()
    await inSlices(shown, BATCH, ([name, service]) => totals.set(name, service.totals()))
    return totals
  }
}

function byTime(a: { readonly ts: number }, b: { readonly ts: number }): number {
  return a.ts - b.ts
}

/** Nodes by the name of their service. */
function byService(nodes: readonly NodeView[]): Map<string, NodeView[]> {
  const groups = new Map<string, NodeView[]>()
  for (const node of nodes) {
    const group = groups.get(node.service)
    if (group) group.push(node)
    else groups.set(node.service, [node])
  }
  return groups
}

/** Queues by the names of the services that report them. */
function byReporter(queues: readonly QueueView[]): Map<string, QueueView[]> {
  const groups = new Map<string, QueueView[]>()
  for (const queue of queues) {
    for (const service of queue.services) {
      const group = groups.get(service)
      if (group) group.push(queue)
      else groups.set(service, [queue])
    }
  }
  return groups
}
