import type { AuditEntry } from '../../api/audit.js'
import {
  AROUND_MS,
  type EventTick,
  type PastNode,
  type PastQueue,
  type PastService,
  type PastView,
} from '../../api/time-travel.js'
import type { TimeWindow } from '../../api/time-window.js'
import { bucketStart, LEVELS } from '../../archiver/figures/levels.js'
import { QueueBucket, type QueueFigure, type QueueFigures } from '../../archiver/figures/queue-bucket.js'
import { TrafficBucket } from '../../archiver/figures/traffic-bucket.js'
import type { Archive } from '../../ports/index.js'
import type { ExceptionRecord, SlowEntry } from '../../protocol/index.js'
import { archivedRecords, attemptOf } from './archived-records.js'
import { gapMarkOf, totalOf, versionMarkOf } from './history.js'

const MAX_RUNNING = 200
const MAX_AROUND = 200
const MAX_LISTED = 1_000
/** Parts of a scrubber: its ticks are that coarse. */
const PARTS = 200

/** The fleet as it was. @param now Unix ms */
export async function pastAt(archive: Archive, at: number, now: number): Promise<PastView> {
  const step = LEVELS.find(({ keepMs }) => at >= now - keepMs)?.step ?? LEVELS.at(-1)?.step ?? 60_000
  const from = bucketStart(at, step)
  const time = { from, to: from + step }
  const { services, nodes } = await trafficAt(archive, time, step)
  const around = { from: at - AROUND_MS, to: at + AROUND_MS, limit: MAX_AROUND }
  const read = async <T>(kind: 'exception' | 'slow' | 'audit') => {
    return (await archive.records({ kind, ...around })).items.map(({ body }) => JSON.parse(body) as T)
  }
  return {
    at,
    ...time,
    services,
    nodes: nodes.slice(0, MAX_LISTED),
    queues: await queuesAt(archive, time, step),
    running: (await archive.runningAt(at, MAX_RUNNING)).map(attemptOf),
    exceptions: await read<ExceptionRecord>('exception'),
    slow: await read<SlowEntry>('slow'),
    audit: await read<AuditEntry>('audit'),
  }
}

async function trafficAt(
  archive: Archive,
  time: TimeWindow,
  step: number,
): Promise<{ readonly services: PastService[]; readonly nodes: PastNode[] }> {
  const services: PastService[] = []
  const nodes: PastNode[] = []
  for (const service of await archive.scopes({ kind: 'traffic', ...time })) {
    const [found] = await archive.figures({ kind: 'traffic', scope: service, step, ...time })
    const bucket = found && TrafficBucket.decode(found.body)
    if (!bucket) continue
    services.push({
      service,
      nodes: bucket.nodes.size + bucket.moreNodes,
      requests: totalOf(bucket.routes.values(), time.to, step),
      jobs: totalOf(bucket.jobs.values(), time.to, step),
    })
    for (const [node, { ms, cpu, rss, heapUsed, loopP99 }] of bucket.nodes)
      nodes.push({ service, node, ms, cpu, rss, heapUsed, loopP99 })
  }
  return { services, nodes }
}

async function queuesAt(archive: Archive, time: TimeWindow, step: number): Promise<PastQueue[]> {
  const queues: PastQueue[] = []
  for (const service of await archive.scopes({ kind: 'queues', ...time })) {
    const [found] = await archive.figures({ kind: 'queues', scope: service, step, ...time })
    const bucket = found && QueueBucket.decode(found.body)
    for (const queue of bucket?.queues.values() ?? []) queues.push(pastQueueOf(service, queue))
  }
  return queues.sort((a, b) => (b.waiting ?? -1) - (a.waiting ?? -1)).slice(0, MAX_LISTED)
}

function pastQueueOf(service: string, { name, driver, figures }: QueueFigures): PastQueue {
  const mean = (figure: QueueFigure) => figures[figure]?.mean ?? null
  const [waiting, prioritized] = [mean('waiting'), mean('prioritized')]
  return {
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
export async function ticksOf(archive: Archive, time: TimeWindow): Promise<EventTick[]> {
  const part = Math.max(1, (time.to - time.from) / PARTS)
  const startOf = (at: number) => time.from + Math.floor((at - time.from) / part) * part
  const versions = await archive.records({ kind: 'event', name: 'versions', ...time, limit: 500 })
  const changes = versions.items.map(versionMarkOf).filter(({ added, isFirst }) => added.length > 0 && !isFirst)
  const exceptions = await archivedRecords<ExceptionRecord>(archive, { kind: 'exception', ...time })
  const audit = await archivedRecords<AuditEntry>(archive, { kind: 'audit', ...time })
  const gaps = (await archive.gaps(time)).map(gapMarkOf)
  const ticks: EventTick[] = [
    ...changes.map(({ at, service, added }): EventTick => {
      return { at, kind: 'version', count: 1, text: `${service} ${added.join(', ')}` }
    }),
    ...countsOf(
      exceptions.records.map(({ ts }) => startOf(ts)),
      'exceptions',
      'exceptions',
    ),
    ...countsOf(
      audit.records.map(({ at }) => startOf(at)),
      'audit',
      'lines of the audit trail',
    ),
    ...gaps.map(
      ({ from, stream }): EventTick => ({ at: from, kind: 'gap', count: 1, text: `Lost records: ${stream}` }),
    ),
  ]
  return ticks.sort((a, b) => a.at - b.at).slice(0, MAX_LISTED)
}

function countsOf(starts: readonly number[], kind: EventTick['kind'], what: string): EventTick[] {
  const counts = new Map<number, number>()
  for (const start of starts) counts.set(start, (counts.get(start) ?? 0) + 1)
  return [...counts].map(([at, count]) => ({ at, kind, count, text: `${count} ${what}` }))
}
