import { METRICS, type Metric } from '../../../api/alert-metrics.js'
import type { AlertCondition } from '../../../api/alerts.js'
import { OF_HOSTS, OF_NODES } from './of-nodes.js'
import { OF_TRAFFIC } from './of-traffic.js'
import { OF_QUEUES } from './queue-past.js'

const HEARTBEATS = 'heartbeats have it, and the minutes of processes do not.'
const QUEUES = 'it is read from the queue when it is needed, and not recorded.'
const ZENITH = 'Zenith knows it of now, and does not record it.'

/** Metrics without a past, and why. */
const REASONS: Readonly<Partial<Record<Metric, string>>> = {
  'node.cores': HEARTBEATS,
  'node.throttled': HEARTBEATS,
  'node.loopMax': HEARTBEATS,
  'node.gcMs': 'the minutes of processes have the pauses of a minute, and not those between two heartbeats.',
  'node.inFlight': HEARTBEATS,
  'node.oldestRequestMs': HEARTBEATS,
  'node.connections': HEARTBEATS,
  'node.dropped': HEARTBEATS,
  'node.blockedMs': HEARTBEATS,
  'node.clockAhead': HEARTBEATS,
  'node.notReady': HEARTBEATS,
  'service.vanished': 'that a node vanished is not recorded.',
  'service.health': ZENITH,
  'service.untrusted': ZENITH,
  'queue.overdueMs': QUEUES,
  'queue.workers': QUEUES,
  'queue.unworked': 'the number of workers is read from the queue when it is needed, and not recorded.',
  'queue.paused': 'whether a queue was paused is not recorded.',
  'queue.error': 'a queue that can’t be read is not recorded.',
  'fleet.storeAwayMs': 'nothing is recorded while Redis is away.',
  'fleet.storeRefusingMs': 'nothing is recorded while Redis refuses writes.',
  'fleet.archiveBehindMs': ZENITH,
  'fleet.unreadable': ZENITH,
  'fleet.leftOut': ZENITH,
  'fleet.nodes': 'history is that of services, and not of all nodes together.',
}

const DERIVED: readonly Metric[] = [
  'service.live',
  'service.exceptions',
  'service.jobFailuresTimes',
  'job.sinceSuccess',
  'queue.growingMs',
]

/** Whether a metric has a past. */
export function hasPast(metric: Metric): boolean {
  return DERIVED.includes(metric) || [OF_HOSTS, OF_NODES, OF_TRAFFIC, OF_QUEUES].some((figures) => metric in figures)
}

/** Why a condition has no past: a sentence that names its metric. Null if it has one. */
export function missingPast({ metric }: Pick<AlertCondition, 'metric'>): string | null {
  if (hasPast(metric)) return null
  return `There is no history of ${metric} (${METRICS[metric].label}): ${REASONS[metric] ?? ZENITH}`
}
