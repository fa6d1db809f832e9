import type { QueueReading } from '../../ports/index.js'
import { type JobState, type QueueCapability, type QueueDriver, UNKNOWN_METRICS } from '../../protocol/index.js'

/** What holds of every queue of a source. */
export interface QueueKind {
  readonly driver: QueueDriver
  readonly states: readonly JobState[]
  readonly capabilities: readonly QueueCapability[]
}

/** A reading with what is known; the rest is unknown. */
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

/** Counts of some states; the others are unknown. */
export function countsOf(known: Partial<QueueReading['metrics']>): QueueReading['metrics'] {
  return { ...UNKNOWN_METRICS, ...known }
}

/** Time since then, ms; null when it is not known, and 0 when another machine's clock is ahead. */
export function ageOf(time: number | null, now = Date.now()): number | null {
  return time === null ? null : Math.max(0, now - time)
}

/** The smallest of what is known; null when nothing is. */
export function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null)
  return known.length === 0 ? null : Math.min(...known)
}
