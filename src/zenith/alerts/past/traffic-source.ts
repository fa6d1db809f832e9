import type { Archive } from '../../../ports/index.js'
import { type ArchivedSpan, spanOf } from '../../archive/archived-span.js'
import { ArchivedTraffic } from '../../archive/archived-traffic.js'
import type { LiveTraffic } from './live-traffic.js'
import type { TrafficStep } from './windows.js'

/** The past of services, step by step. */
export interface TrafficSource {
  /**
   * Oldest first. Rejects if it can't be read.
   *
   * @param beforeMs how far back before the period, ms, as far as that is known
   */
  steps(service: string, beforeMs: number): AsyncIterable<TrafficStep>
}

export function liveSource(live: LiveTraffic): TrafficSource {
  return {
    async *steps(service) {
      yield* await live.steps(service)
    },
  }
}

/** @param span of the period */
export function archivedSource(archive: Archive, span: ArchivedSpan): TrafficSource {
  const traffic = new ArchivedTraffic(archive)
  const { period, from, to, now } = span
  return {
    steps(service, beforeMs) {
      const longer = spanOf({ period, window: { from: from - beforeMs, to: Math.min(to, now) } }, now)
      return traffic.steps(service, beforeMs === 0 ? span : longer)
    },
  }
}
