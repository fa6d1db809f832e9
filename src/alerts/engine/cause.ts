import type { Metric } from '../../api/alert-metrics.js'
import type { AlertSubject } from '../../api/alerts.js'
import type { Track } from './track.js'

/** What a service without its nodes no longer does: its queues fill, its jobs do not run, its requests stay away. */
const FOLLOWS_VANISHED: ReadonlySet<Metric> = new Set([
  'queue.unworked',
  'queue.backlog',
  'queue.oldestMs',
  'queue.overdueMs',
  'queue.growingMs',
  'queue.workers',
  'queue.out',
  'job.sinceSuccess',
  'job.count',
  'service.live',
  'service.health',
  'service.requestRate',
  'service.jobRate',
  'route.count',
])

/** A queue that no worker takes jobs from explains how old they are. */
const STOPS_QUEUE: ReadonlySet<Metric> = new Set(['queue.unworked', 'queue.paused', 'queue.error'])
const FOLLOWS_STOP: ReadonlySet<Metric> = new Set([
  'queue.backlog',
  'queue.oldestMs',
  'queue.overdueMs',
  'queue.growingMs',
  'queue.out',
])

/**
 * Finds the alert that explains each of the others, so that one message tells of both: a service whose nodes vanished explains the
 * backlog of its queues.
 *
 * @param tracks all that are not ok
 * @returns the id of the cause of each of them; null: none explains it
 */
export function causesIn(tracks: readonly Track[]): (track: Track) => string | null {
  const causes = tracks.filter(({ state, condition }) => state !== 'pending' && isCause(condition.metric))
  return (track) => {
    const { metric } = track.condition
    if (!FOLLOWS_VANISHED.has(metric) && !FOLLOWS_STOP.has(metric)) return null
    return causes.find((one) => one.id !== track.id && explains(one, track))?.id ?? null
  }
}

function isCause(metric: Metric): boolean {
  return metric === 'service.vanished' || STOPS_QUEUE.has(metric)
}

function explains(cause: Track, { condition, subject }: Track): boolean {
  if (cause.condition.metric === 'service.vanished')
    return FOLLOWS_VANISHED.has(condition.metric) && concerns(cause.subject, subject)
  if (!STOPS_QUEUE.has(cause.condition.metric) || !FOLLOWS_STOP.has(condition.metric)) return false
  return cause.subject.kind === subject.kind && cause.subject.key === subject.key
}

function concerns(cause: AlertSubject, subject: AlertSubject): boolean {
  const services = subject.service === null ? subject.services : [subject.service]
  return services.some((service) => service === cause.service || cause.services.includes(service))
}
