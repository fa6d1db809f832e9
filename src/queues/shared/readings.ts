import type { QueueReading } from '../../ports/index.js'
import { type JobState, type QueueCapability, type QueueDriver, UNKNOWN_METRICS } from '../../protocol/index.js'

/** What all queues of a source have in common. */
export interface QueueKind {
  readonly driver: QueueDriver
  readonly states: readonly JobState[]
  readonly capabilities: readonly QueueCapability[]
}

/** A reading with the known values; all others are unknown. */
export function readingOf(kind: QueueKind, name: string, known: Partial<QueueReading>): QueueReading {
  return {
    name,
    driver: kind.driver,
    metrics: UNKNOWN_METRICS,
    states: kind.states,
    approximate: false,
    paused: null,
    oldestMs: null,
    overdueMs: null,
    throughput: null,
    totals: null,
    workers: null,
    capabilities: kind.capabilities,
    error: null,
    meta: null,
    ...known,
  }
}

/** Counts of some states; all others are unknown. */
export function countsOf(known: Partial<QueueReading['metrics']>): QueueReading['metrics'] {
  return { ...UNKNOWN_METRICS, ...known }
}

/** Time since then, ms; null if unknown, 0 if the other machine's clock is ahead. */
export function ageOf(time: number | null, now = Date.now()): number | null {
  return time === null ? null : Math.max(0, now - time)
}

/** The earliest known time; null if none is known. */
export function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null)
  return known.length === 0 ? null : Math.min(...known)
}
