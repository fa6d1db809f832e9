import { EVERYTHING } from '../../../alerts/defaults.js'
import type { ConditionPast, PastValue } from '../../../alerts/preview/history.js'
import { pastKey } from '../../../alerts/preview/history.js'
import type { AlertCondition, AlertSubject } from '../../../api/alerts.js'
import type { QueueMinute } from '../../../api/queue-history.js'
import type { Period } from '../../../api/words.js'
import { FINEST_STEP } from '../../../archiver/figures/levels.js'
import { groupBy } from '../../../lib/group-by.js'
import { archivedQueues } from '../../archive/archived-queues.js'
import { archivedTimes } from '../../archive/archived-records.js'
import { type ArchivedSpan, spanOf } from '../../archive/archived-span.js'
import { type ExceptionTimes, exceptionsPast } from './exceptions-past.js'
import { aggregatePast, HostPasts, livePast, nodePast } from './node-past.js'
import { queuePast } from './queue-past.js'
import type { PastSources } from './sources.js'
import { beforeMsOf, type Lost, trafficPast, WHOLE } from './traffic-past.js'
import { archivedSource, liveSource, type TrafficSource } from './traffic-source.js'
import type { TrafficStep } from './windows.js'

/** Services of hosts that are read at most: there may be twenty on each. */
const MAX_SERVICES = 200
/** Growth is told by the minute, and a day has many: so many queues at most. */
const MAX_GROWING = 20
const MAX_MINUTES = 1_440

/** The time of a past. Unix ms. */
export interface PastTime {
  readonly period: Period
  readonly from: number
  readonly now: number
  /** Null for a time that the store has itself. */
  readonly span: ArchivedSpan | null
}

type Values = Map<string, readonly PastValue[]>

/** Reads the pasts of conditions: what services reported once for all subjects of a condition. */
export class ConditionPasts {
  readonly #sources: PastSources
  readonly #time: PastTime
  readonly #traffic: TrafficSource

  constructor(sources: PastSources, time: PastTime) {
    const { archive, live } = sources
    this.#sources = sources
    this.#time = time
    this.#traffic = archive && time.span ? archivedSource(archive, time.span) : liveSource(live)
  }

  /** Rejects if it can't be read. */
  async of(condition: AlertCondition, subjects: readonly AlertSubject[]): Promise<ConditionPast> {
    const { metric } = condition
    const step = this.#time.span?.step ?? FINEST_STEP
    if (metric.startsWith('queue.')) return this.#ofQueues(condition, subjects)
    if (metric.startsWith('host.')) return { step, ...(await this.#ofHosts(condition, subjects)) }
    return { step, notes: [], values: await this.#ofServices(condition, subjects) }
  }

  async #ofServices(condition: AlertCondition, subjects: readonly AlertSubject[]): Promise<Values> {
    const values: Values = new Map()
    for (const [service, group] of groupBy(subjects, ({ service }) => service)) {
      if (service === null) continue
      const past = await this.#ofService(condition, service, group)
      for (const subject of group) values.set(pastKey(subject), past.get(nameOf(subject)) ?? [])
    }
    return values
  }

  async #ofService(
    condition: AlertCondition,
    service: string,
    subjects: readonly AlertSubject[],
  ): Promise<ReadonlyMap<string, readonly PastValue[]>> {
    const { metric, over } = condition
    const { from, now } = this.#time
    const names = subjects.map(nameOf)
    if (metric.startsWith('node.')) {
      if (over === 'each') return nodePast(metric, names, this.#steps(service))
      return whole(await aggregatePast(metric, over, this.#steps(service), now))
    }
    if (metric === 'service.live') return whole(await livePast(this.#steps(service), now))
    if (metric === 'service.exceptions')
      return whole(await exceptionsPast(this.#steps(service), await this.#exceptions(service)))
    const beforeMs = beforeMsOf(condition)
    const lost = metric === 'job.sinceSuccess' ? await this.#lost(service, beforeMs) : []
    return trafficPast(metric, names, this.#traffic.steps(service, beforeMs), from, lost)
  }

  async #lost(service: string, beforeMs: number): Promise<readonly Lost[]> {
    const { from, now, span } = this.#time
    const gaps = span ? await this.#sources.archive?.gaps({ from: from - beforeMs, to: now }) : []
    return (gaps ?? []).filter(({ stream }) => stream === `history:${service}`)
  }

  #steps(service: string): AsyncIterable<TrafficStep> {
    return this.#traffic.steps(service, 0)
  }

  async #ofHosts({ metric }: AlertCondition, subjects: readonly AlertSubject[]): Promise<Omit<ConditionPast, 'step'>> {
    const services = [...new Set(subjects.flatMap((subject) => subject.services))]
    const pasts = new HostPasts(
      subjects.map(({ name }) => name),
      this.#hostOf(),
    )
    for (const service of services.slice(0, MAX_SERVICES)) await pasts.add(service, this.#steps(service))
    const isCut = services.length > MAX_SERVICES
    return {
      values: new Map(subjects.map((subject) => [pastKey(subject), pasts.of(subject.name, metric)])),
      notes: isCut ? [`Only the nodes of the first ${MAX_SERVICES} of ${services.length} services were read.`] : [],
    }
  }

  /** Where the nodes run that run now. */
  #hostOf(): (service: string, node: string) => string | null {
    const nodes = this.#sources.observer.observe(
      { metric: 'node.cpu', over: 'each', is: 'above', threshold: 0, clear: null, minCount: null },
      EVERYTHING,
    )
    const hosts = new Map(nodes.map(({ subject }) => [`${subject.service}\n${subject.name}`, subject.host]))
    return (service, node) => hosts.get(`${service}\n${node}`) ?? null
  }

  async #exceptions(service: string): Promise<ExceptionTimes> {
    const { archive, monitor } = this.#sources
    const { span, now } = this.#time
    if (archive && span) {
      const { from, to } = span
      const { records, since } = await archivedTimes(archive, { kind: 'exception', from, to, services: [service] })
      return { times: records, since }
    }
    const { records, since } = await monitor.details.exceptions([service])
    return { times: records.map(({ ts }) => Math.min(ts, now)), since: since.get(service) ?? null }
  }

  async #ofQueues({ metric }: AlertCondition, subjects: readonly AlertSubject[]): Promise<ConditionPast> {
    const isGrowth = metric === 'queue.growingMs'
    const read = isGrowth ? subjects.slice(0, MAX_GROWING) : subjects
    const { step, points } = await this.#queues(
      read.map(({ key }) => key),
      isGrowth,
    )
    const values = new Map(
      read.map((subject) => [pastKey(subject), queuePast(metric, points.get(subject.key) ?? [], step)]),
    )
    const isCut = read.length < subjects.length
    const note = `Only the growth of the first ${MAX_GROWING} of ${subjects.length} queues was judged.`
    return { values, step, notes: isCut ? [note] : [] }
  }

  /** @param isFine by the minute, if the archive has so much of it */
  async #queues(
    keys: readonly string[],
    isFine: boolean,
  ): Promise<{ step: number; points: ReadonlyMap<string, readonly QueueMinute[]> }> {
    const { histories, archive } = this.#sources
    const { span, period, now } = this.#time
    const range = { period, window: null }
    if (archive && span) {
      const asked = new Map(keys.map((key) => [key, histories.whereOf(key)]))
      const own = isFine ? spanOf(range, now, MAX_MINUTES) : span
      return { step: own.step, points: await archivedQueues(archive, asked, own) }
    }
    const points = new Map<string, readonly QueueMinute[]>()
    for (const key of keys) points.set(key, (await histories.view(key, range)).points)
    return { step: FINEST_STEP, points }
  }
}

function whole(values: readonly PastValue[]): ReadonlyMap<string, readonly PastValue[]> {
  return new Map([[WHOLE, values]])
}

/** What the past of a service has a subject by. */
function nameOf({ kind, name }: AlertSubject): string {
  return kind === 'service' ? WHOLE : name
}
