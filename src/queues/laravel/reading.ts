import type { QueueReading } from '../../ports/index.js'
import type { QueueMetrics } from '../../protocol/index.js'
import type { Fields } from '../../protocol/read.js'
import { type QueueKind, readingOf } from '../shared/readings.js'
import type { QueueCounts } from './counts.js'
import { type HorizonState, workersOf } from './horizon-state.js'
import { bareName, type LaravelQueue } from './names.js'

/** Oldest snapshot that still counts, ms: Horizon's docs schedule one every five minutes. */
const SNAPSHOT_LIFE_MS = 15 * 60_000

export const PLAIN: QueueKind = {
  driver: 'laravel',
  states: ['waiting', 'delayed', 'active'],
  capabilities: ['list', 'get', 'search'],
}

export const HORIZON: QueueKind = {
  driver: 'laravel-horizon',
  states: ['waiting', 'delayed', 'active', 'failed', 'completed'],
  capabilities: ['list', 'get', 'search', 'retry', 'remove', 'workers'],
}

/** What is known of a Horizon besides the keys of its queues. */
export interface HorizonReading {
  /** Null if it cannot be read. */
  readonly state: HorizonState | null
  /** Failed jobs by queue; null if there are too many to assign. */
  readonly failed: ReadonlyMap<string, number> | null
  readonly failedInAll: number | null
  /** Jobs that ended since the first reading, by queue. */
  readonly totals: ReadonlyMap<string, number>
}

/** A queue's reading. @param now Unix ms */
export function toReading(
  queue: LaravelQueue,
  counts: QueueCounts,
  horizon: HorizonReading | undefined,
  now: number,
): QueueReading {
  if (queue.horizon === null) return readingOf(PLAIN, queue.name, counts)
  if (!horizon || counts.error !== null) return readingOf(HORIZON, queue.name, counts)
  const name = bareName(queue.raw)
  const { state, totals } = horizon
  const out = totals.get(name)
  return readingOf(HORIZON, queue.name, {
    ...counts,
    metrics: withFailed(counts.metrics, horizon, name),
    ...(state ? workersOf(state, name) : {}),
    totals: out === undefined ? null : { in: null, out },
    meta: metaOf(horizon, now),
  })
}

function withFailed(metrics: QueueMetrics, { failed }: HorizonReading, name: string): QueueMetrics {
  return { ...metrics, failed: failed ? (failed.get(name) ?? 0) : null }
}

function metaOf({ state, failed, failedInAll }: HorizonReading, now: number): Fields {
  return {
    horizon: state?.status ?? 'unreadable',
    ...(state ? snapshotsOf(state, now) : {}),
    ...(failed === null && failedInAll !== null ? { failedInAllQueues: failedInAll } : {}),
  }
}

/** Without snapshots Horizon has no metrics, and never resets its counts. */
function snapshotsOf({ measured, lastSnapshotAt }: HorizonState, now: number): Fields {
  if (lastSnapshotAt === null) return measured.length > 0 ? { snapshots: 'none yet' } : {}
  const minutes = Math.floor((now - lastSnapshotAt) / 60_000)
  return now - lastSnapshotAt >= SNAPSHOT_LIFE_MS ? { snapshots: `none for ${minutes} min` } : {}
}
