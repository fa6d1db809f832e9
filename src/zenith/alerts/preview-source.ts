import type { Observer } from '../../alerts/look.js'
import type { AlertHistory, PastValue } from '../../alerts/preview/history.js'
import type { AlertCondition, AlertSubject } from '../../api/alerts.js'
import type { TrafficPoint } from '../../api/services.js'
import type { Period } from '../../api/words.js'
import { PERIOD_MS } from '../../api/words.js'
import type { Archive } from '../../ports/index.js'
import { archivedQueue } from '../archive/archived-queues.js'
import { type ArchivedSpan, archivedSpanOf } from '../archive/archived-span.js'
import { ArchivedTraffic } from '../archive/archived-traffic.js'
import type { MonitorService } from '../fleet/monitor-service.js'
import { routeOf } from '../fleet/services/route-figures.js'
import type { QueueHistories } from '../queues/history/queue-histories.js'
import { OF_NODES, OF_QUEUES, OF_ROUTES, OF_TRAFFIC, pastOf, trafficPast } from './past-figures.js'

/** Where the past is. */
export interface PastSources {
  readonly monitor: Pick<MonitorService, 'now' | 'periods' | 'reported' | 'details'>
  readonly histories: QueueHistories
  /** Open; null without one. */
  readonly archive: Archive | null
  readonly observer: Pick<Observer, 'observe'>
}

/** The past of a period from the archive, or of the last hour where there is none. */
export function pastFrom(sources: PastSources, asked: Period): AlertHistory {
  const { monitor, archive, observer } = sources
  const { now } = monitor
  const period = archive ? asked : shortest(asked)
  const range = { period, window: null }
  const past = new Past(sources, period, archive && archivedSpanOf(range, now))
  return {
    from: now - PERIOD_MS[period],
    to: now,
    why: period === asked ? null : 'Without an archive, Zenith knows the last hour.',
    missing,
    subjects: (condition, scope) => observer.observe(condition, scope).map(({ subject }) => subject),
    series: (condition, subject) => past.series(condition, subject),
  }
}

function shortest(asked: Period): Period {
  return PERIOD_MS[asked] > PERIOD_MS['1h'] ? '1h' : asked
}

function missing({ metric, over }: AlertCondition): string | null {
  if (metric in OF_NODES && over !== 'each') return 'There is no history of a figure over all nodes of a service.'
  const isKnown = [OF_NODES, OF_QUEUES, OF_TRAFFIC, OF_ROUTES].some((figures) => metric in figures)
  return isKnown ? null : `There is no history of ${metric}.`
}

class Past {
  readonly #sources: PastSources
  readonly #period: Period
  readonly #span: ArchivedSpan | null

  constructor(sources: PastSources, period: Period, span: ArchivedSpan | null) {
    this.#sources = sources
    this.#period = period
    this.#span = span
  }

  async series({ metric }: AlertCondition, { kind, key, name, service }: AlertSubject): Promise<readonly PastValue[]> {
    if (kind === 'queue') return pastOf(await this.#queue(key), metric, OF_QUEUES)
    if (service === null) return []
    if (kind === 'node') return pastOf((await this.#process(service, name)).minutes, metric, OF_NODES)
    return trafficPast(await this.#traffic(service, kind === 'route' ? name : null), metric)
  }

  get #range() {
    return { period: this.#period, window: null }
  }

  async #queue(key: string) {
    const { histories, archive } = this.#sources
    if (!archive || !this.#span) return (await histories.view(key, this.#range)).points
    return (await archivedQueue(archive, key, histories.whereOf(key), this.#span)).points
  }

  #process(service: string, node: string) {
    const { monitor, archive } = this.#sources
    if (!archive || !this.#span) return monitor.details.process(service, node, this.#range, monitor.now)
    return new ArchivedTraffic(archive).process(service, node, this.#span)
  }

  /** Of requests. @param route null for those of the whole service */
  async #traffic(service: string, route: string | null): Promise<readonly TrafficPoint[]> {
    const { monitor, archive } = this.#sources
    if (archive && this.#span) {
      const traffic = new ArchivedTraffic(archive)
      const found = route === null ? traffic.period(service, this.#span) : traffic.route(service, route, this.#span)
      return (await found)?.traffic ?? []
    }
    if (route === null) return (await monitor.periods([service], this.#range)).periods[0]?.traffic ?? []
    const [reported] = (await monitor.reported([service], this.#range)).found
    return (reported && routeOf(reported, route, this.#range)?.traffic) ?? []
  }
}
