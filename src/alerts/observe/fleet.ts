import type { Metric } from '../../api/alert-metrics.js'
import type { Look } from '../look.js'
import { figure, type Reading, UNKNOWN } from './reading.js'

export type FleetMetric = Extract<Metric, `fleet.${string}`>

const READERS: Readonly<Record<FleetMetric, (look: Look) => number | null | undefined>> = {
  'fleet.storeAwayMs': ({ storeAwayMs }) => storeAwayMs,
  'fleet.storeRefusingMs': ({ storeRefusingMs }) => storeRefusingMs,
  'fleet.archiveBehindMs': ({ archive }) => archive?.behindMs,
  'fleet.unreadable': ({ unreadable }) => unreadable,
  'fleet.leftOut': ({ leftOut }) => (leftOut?.nodes ?? 0) + (leftOut?.services ?? 0) + (leftOut?.queues ?? 0),
  'fleet.nodes': ({ nodes }) => nodes.reduce((count, { state }) => count + (state === 'live' ? 1 : 0), 0),
}

/** While the store does not answer, only that is known. @returns null if there is no such thing, as of an archive */
export function readFleet(metric: FleetMetric, look: Look): Reading | null {
  if (metric === 'fleet.archiveBehindMs' && !look.archive) return null
  return look.store.ok || metric === 'fleet.storeAwayMs' ? figure(READERS[metric](look)) : UNKNOWN
}
