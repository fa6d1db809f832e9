import type { AlertEvent, AlertSubject } from '../../api/alerts.js'
import type { AuditEntry } from '../../api/audit.js'
import type { QueuePatterns } from '../../api/permissions.js'
import { QueueBucket } from '../../archiver/figures/queue-bucket.js'
import { TrafficBucket } from '../../archiver/figures/traffic-bucket.js'
import { nextTurn } from '../../lib/async.js'
import type { Archive, ArchivedJobFilter, ArchivedRecord, ArchiveGap, FigureBucket } from '../../ports/index.js'
import type { ExceptionRecord, SlowEntry } from '../../protocol/index.js'
import { namesOf } from '../queues/monitor/identity.js'
import { isLineSeen } from './audit.js'
import type { Sight } from './sight.js'

/** Running attempts that are read to find those in sight. */
const MAX_RUNNING = 1_000
/** Buckets to decode before yielding to the event loop. */
const SLICE = 8

export interface InSight {
  readonly sight: Sight
  /** The queues in sight. */
  readonly patterns: readonly QueuePatterns[]
  /** Which subjects of alerts are in sight, as of now. */
  readonly subjects: () => Promise<(subject: AlertSubject) => boolean>
}

/** The archive, without jobs, figures and records of queues out of sight. */
export function archiveIn(archive: Archive, { sight, patterns, subjects }: InSight): Archive {
  const within = <F extends ArchivedJobFilter>(filter: F): F => ({
    ...filter,
    only: [...(filter.only ?? []), patterns],
  })
  const isSeen = ({ queue, queueName }: { readonly queue: string; readonly queueName: string }) =>
    sight.sees({ key: queue, name: queueName })
  return {
    kind: archive.kind,
    place: archive.place,
    open: () => archive.open(),
    async figures(query) {
      const buckets: FigureBucket[] = []
      for (const [index, bucket] of (await archive.figures(query)).entries()) {
        if (index % SLICE === SLICE - 1) await nextTurn()
        buckets.push({ ...bucket, body: bodyIn(bucket, sight) })
      }
      return buckets
    },
    scopes: (query) => archive.scopes(query),
    async records(query) {
      const { items, next } = await archive.records(query)
      if (query.kind === 'alert') {
        const isSeen = await subjects()
        return { items: items.filter(({ body }) => isSeen((JSON.parse(body) as AlertEvent).subject)), next }
      }
      return { items: items.filter((record) => isRecordSeen(record, sight)), next }
    },
    jobs: (query) => archive.jobs(within(query)),
    facets: (filter, limit) => archive.facets(within(filter), limit),
    attempts: async (queue, id) => (await archive.attempts(queue, id)).filter(isSeen),
    async runningAt(at, limit) {
      return (await archive.runningAt(at, Math.max(limit, MAX_RUNNING))).filter(isSeen).slice(0, limit)
    },
    counts: async (query) => (await archive.counts(query)).filter(isSeen),
    gaps: async (query) => (await archive.gaps(query)).filter((gap) => isGapSeen(gap, sight)),
    status: () => archive.status(),
    cursor: (stream) => archive.cursor(stream),
    write: (batch) => archive.write(batch),
    prune: (limits) => archive.prune(limits),
    forget: (filter) => archive.forget(within(filter)),
    verify: () => archive.verify(),
    close: () => archive.close(),
  }
}

/** Jobs of queues out of sight stay in the figures of their service, as `(other)`. */
function bodyIn({ kind, body }: FigureBucket, sight: Sight): Uint8Array {
  if (kind === 'queues') {
    const bucket = QueueBucket.decode(body)
    bucket?.keep((queue) => sight.sees({ key: namesOf(queue).key, name: queue.name }))
    return bucket?.encode() ?? body
  }
  const bucket = TrafficBucket.decode(body)
  bucket?.foldJobs((jobs) => !sight.seesJobs(jobs))
  return bucket?.encode() ?? body
}

/** Of a queue's list of finished jobs, or of a service. */
function isGapSeen({ stream }: ArchiveGap, sight: Sight): boolean {
  const queue = /^finished:(.*):[^:]*$/s.exec(stream)?.[1]
  return queue === undefined ? !stream.startsWith('finished:') : sight.seesKey(queue)
}

/** Events are about versions of services. */
function isRecordSeen({ kind, body }: ArchivedRecord, sight: Sight): boolean {
  if (kind === 'event') return true
  const record: unknown = JSON.parse(body)
  if (kind === 'audit') return isLineSeen(record as AuditEntry, sight)
  return sight.seesRecord(record as SlowEntry | ExceptionRecord)
}
