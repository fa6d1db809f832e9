import type { AlertEvent } from '../../api/alerts.js'
import type { AuditEntry } from '../../api/audit.js'
import {
  AROUND_MS,
  type EventTick,
  type PastNode,
  type PastQueue,
  type PastService,
  type PastView,
  type TickListing,
} from '../../api/time-travel.js'
import type { TimeWindow } from '../../api/time-window.js'
import { bucketStart, LEVELS } from '../../archiver/figures/levels.js'
import { QueueBucket, type QueueFigure, type QueueFigures } from '../../archiver/figures/queue-bucket.js'
import { TrafficBucket } from '../../archiver/figures/traffic-bucket.js'
import type { Archive } from '../../ports/index.js'
import type { ExceptionRecord, SlowEntry } from '../../protocol/index.js'
import { withinBytes } from '../http/within-bytes.js'
import { namesOf } from '../queues/monitor/identity.js'
import { archivedRecords, archivedTimes, attemptOf } from './archived-records.js'
import { type AlertsNow, firingThen } from './firing-then.js'
import { gapMarkOf, totalOf, versionMarkOf } from './history.js'
import { reportedMs } from './traffic-sum.js'

const MAX_RUNNING = 200
const MAX_AROUND = 200
/** Of all records of a kind: stacks and URLs are long. */
const MAX_AROUND_BYTES = 500_000
const MAX_LISTED = 1_000
/** Parts of a scrubber: its ticks are that coarse. */
const PARTS = 200

/** The fleet as it was. @param now Unix ms @param alertsNow null: alerts are switched off */
export async function pastAt(
  archive: Archive,
  at: number,
  now: number,
  alertsNow: AlertsNow | null,
): Promise<PastView> {
  const step = LEVELS.find(({ keepMs }) => at >= now - keepMs)?.step ?? LEVELS.at(-1)?.step ?? 60_000
  const from = bucketStart(at, step)
  const time = { from, to: from + step }
  const { services, nodes } = await trafficAt(archive, time, step, now)
  const exceptions = await around<ExceptionRecord>(archive, 'exception', at)
  const slow = await around<SlowEntry>(archive, 'slow', at)
  const audit = await around<AuditEntry>(archive, 'audit', at)
  return {
    at,
    ...time,
    services: services.slice(0, MAX_LISTED),
    nodes: nodes.slice(0, MAX_LISTED),
    queues: await queuesAt(archive, time, step),
    alerts: await firingThen(archive, { from: at, to: at }, alertsNow),
    running: (await archive.runningAt(at, MAX_RUNNING)).map(attemptOf),
    exceptions: exceptions.items,
    slow: slow.items,
    audit: audit.items,
    cut: { exceptions: exceptions.isCut, slow: slow.isCut, audit: audit.isCut },
  }
}

/** The records that are nearest to a time, on both sides of it, newest first. */
async function around<T extends object>(
  archive: Archive,
  kind: 'exception' | 'slow' | 'audit',
  at: number,
): Promise<{ readonly items: T[]; readonly isCut: boolean }> {
  const before = await archive.records({ kind, from: at - AROUND_MS, to: at, limit: MAX_AROUND })
  const after = await archive.records({ kind, from: at, to: at + AROUND_MS, order: 'oldest', limit: MAX_AROUND })
  const all = [...before.items, ...after.items].sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))
  const near = all.slice(0, MAX_AROUND).map((record) => ({ at: record.at, item: JSON.parse(record.body) as T }))
  const kept = withinBytes(near, MAX_AROUND_BYTES)
  const isCut = kept.length < all.length || before.next !== null || after.next !== null
  return { items: [...kept].sort((a, b) => b.at - a.at).map(({ item }) => item), isCut }
}

async function trafficAt(
  archive: Archive,
  time: TimeWindow,
  step: number,
  now: number,
): Promise<{ readonly services: PastService[]; readonly nodes: PastNode[] }> {
  const services: PastService[] = []
  const nodes: PastNode[] = []
  for (const service of await archive.scopes({ kind: 'traffic', ...time })) {
    const [found] = await archive.figures({ kind: 'traffic', scope: service, step, ...time })
    const bucket = found && TrafficBucket.decode(found.body)
    if (!bucket) continue
    const ms = reportedMs(bucket, time.from, step, now)
    services.push({
      service,
      nodes: bucket.nodes.size + bucket.moreNodes,
      requests: totalOf(bucket.routes.values(), time.to, ms),
      jobs: totalOf(bucket.jobs.values(), time.to, ms),
    })
    const byId = [...bucket.nodes].sort(([a], [b]) => (a < b ? -1 : 1))
    for (const [node, { ms, cpu, rss, heapUsed, loopP99 }] of byId)
      nodes.push({ service, node, ms, cpu, rss, heapUsed, loopP99 })
  }
  return { services, nodes }
}

async function queuesAt(archive: Archive, time: TimeWindow, step: number): Promise<PastQueue[]> {
  const seen = new SeenQueues()
  for (const service of await archive.scopes({ kind: 'queues', ...time })) {
    const [found] = await archive.figures({ kind: 'queues', scope: service, step, ...time })
    const bucket = found && QueueBucket.decode(found.body)
    for (const queue of bucket?.queues.values() ?? []) seen.add(service, queue)
  }
  return seen.queues.sort((a, b) => (b.waiting ?? -1) - (a.waiting ?? -1)).slice(0, MAX_LISTED)
}

interface SeenQueue {
  readonly service: string
  readonly queue: QueueFigures
}

/** Several services, and Zenith itself, may have read one queue: the one that read it longest counts. */
class SeenQueues {
  readonly #seen: SeenQueue[] = []
  readonly #index = new Map<string, number>()

  add(service: string, queue: QueueFigures): void {
    const { byServer, byPlace } = namesOf(queue)
    const names = byServer === null ? [byPlace] : [byServer, byPlace]
    const known = names.map((name) => this.#index.get(name)).find((index) => index !== undefined)
    const index = known ?? this.#seen.length
    for (const name of names) this.#index.set(name, index)
    if ((this.#seen[index]?.queue.ms ?? -1) < queue.ms) this.#seen[index] = { service, queue }
  }

  get queues(): PastQueue[] {
    return this.#seen.map(({ service, queue }) => pastQueueOf(service, queue))
  }
}

function pastQueueOf(service: string, queue: QueueFigures): PastQueue {
  const { name, driver, figures } = queue
  const mean = (figure: QueueFigure) => figures[figure]?.mean ?? null
  const [waiting, prioritized] = [mean('waiting'), mean('prioritized')]
  return {
    key: namesOf(queue).key,
    name,
    driver,
    service: service || null,
    waiting: waiting === null && prioritized === null ? null : (waiting ?? 0) + (prioritized ?? 0),
    active: mean('active'),
    delayed: mean('delayed'),
    failed: mean('failed'),
    oldestMs: figures.oldestMs?.max ?? null,
    in: mean('in'),
    out: mean('out'),
  }
}

/** What happened over a time, by its parts. */
export async function ticksOf(archive: Archive, time: TimeWindow): Promise<TickListing> {
  const part = Math.max(1, (time.to - time.from) / PARTS)
  const partOf = (at: number) => Math.floor((at - time.from) / part)
  const versions = await archive.records({ kind: 'event', name: 'versions', ...time, limit: 500 })
  const changes = versions.items.map(versionMarkOf).filter(({ added, isFirst }) => added.length > 0 && !isFirst)
  const exceptions = await archivedTimes(archive, { kind: 'exception', ...time })
  const audit = await archivedRecords<AuditEntry>(archive, { kind: 'audit', ...time })
  const alerts = await archivedRecords<AlertEvent>(archive, { kind: 'alert', ...time })
  const gaps = (await archive.gaps(time)).map(gapMarkOf)
  const ticks: EventTick[] = [
    ...changes.map(({ at, service, added }): EventTick => {
      return { at, kind: 'version', count: 1, text: `${service} ${added.join(', ')}` }
    }),
    ...alertTicksOf(alerts.records, partOf),
    ...countsOf(exceptions.records, partOf, 'exceptions', 'exception'),
    ...countsOf(
      actionsIn(audit.records).map(({ at }) => at),
      partOf,
      'audit',
      'action',
    ),
    ...gaps.map(({ from, stream, service }): EventTick => {
      const text = `Lost records: ${[stream, service].filter(Boolean).join(':')}`
      return { at: Math.max(from, time.from), kind: 'gap', count: 1, text }
    }),
  ]
  // Of too many only the newest are listed, as of exceptions and actions.
  const sorted = ticks.sort((a, b) => a.at - b.at)
  const since = [exceptions.since, alerts.since, audit.since].filter((at) => at !== null)
  return { ticks: sorted.slice(-MAX_LISTED), since: since.length > 0 ? Math.max(...since) : null }
}

/** Alerts that fired. One that fired alone is named. */
function alertTicksOf(changes: readonly AlertEvent[], partOf: (at: number) => number): EventTick[] {
  const fired = changes.filter(({ change }) => change === 'firing')
  const names = new Map(fired.map(({ at, ruleName, subject }) => [at, `${ruleName}: ${subject.name}`]))
  const times = fired.map(({ at }) => at)
  return countsOf(times, partOf, 'alert', 'alert').map((tick) => {
    return tick.count === 1 ? { ...tick, text: names.get(tick.at) ?? tick.text } : tick
  })
}

/** An action has a line before it and one after it. */
function actionsIn(lines: readonly AuditEntry[]): readonly AuditEntry[] {
  return [...new Map(lines.map((line) => [line.operation, line])).values()]
}

/** @param times in any order @param partOf number of the part that a time lies in */
function countsOf(
  times: readonly number[],
  partOf: (at: number) => number,
  kind: EventTick['kind'],
  what: string,
): EventTick[] {
  const parts = new Map<number, number[]>()
  for (const at of times) {
    const known = parts.get(partOf(at))
    if (known) known.push(at)
    else parts.set(partOf(at), [at])
  }
  return [...parts.values()].map((all) => {
    const count = all.length
    return { at: all.reduce((a, b) => Math.min(a, b)), kind, count, text: `${count} ${what}${count === 1 ? '' : 's'}` }
  })
}
