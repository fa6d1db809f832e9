import { CLOCK_TOLERANCE_MS, type Heartbeat } from '../../protocol/index.js'

/** Latest beat after the one before, in intervals: allows for the timer's jitter and the latency of Redis. */
const LATEST_INTERVALS = 1.2
const DEFAULT_INTERVAL_MS = 10_000

/** When a heartbeat was written, and by which clock. */
export interface ReckonedBeat {
  /** Unix ms by Redis' clock. */
  readonly at: number
  /** How far the node's clock is ahead of Redis', ms; negative if behind; 0 if it may be right. */
  readonly ahead: number
}

/** Evidence of when a heartbeat was written, all by Redis' clock, Unix ms. */
export interface BeatEvidence {
  /** Its score in the index; null without one. */
  readonly score: number | null
  /** The beat did not exist yet. */
  readonly since: number
  readonly now: number
}

/**
 * Estimates how far a node's clock is off. A reporter that knows Redis' clock reports it. For any other, Zenith knows between which two
 * moments a beat was written, and so a lower and an upper bound; each beat narrows them.
 */
export class NodeClock {
  #least = Number.NEGATIVE_INFINITY
  #most = Number.POSITIVE_INFINITY

  /** @param beat one that was not seen before */
  reckon(beat: Heartbeat, evidence: BeatEvidence): ReckonedBeat {
    const { timestamp, clockAhead } = beat
    const { score, since, now } = evidence
    if (clockAhead !== null && timestamp <= now + CLOCK_TOLERANCE_MS)
      return { at: Math.min(timestamp, now), ahead: clockAhead }
    // A score that differs from the beat's own time is by Redis' clock, if that is possible.
    const isScored = score !== null && Math.abs(score - timestamp) >= CLOCK_TOLERANCE_MS
    if (isScored && score >= since - CLOCK_TOLERANCE_MS && score <= now + CLOCK_TOLERANCE_MS) {
      return { at: Math.min(score, now), ahead: Math.round(timestamp - score) + (clockAhead ?? 0) }
    }
    if (timestamp >= since - CLOCK_TOLERANCE_MS && timestamp <= now + CLOCK_TOLERANCE_MS) {
      this.#narrow(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
      return { at: Math.min(timestamp, now), ahead: clockAhead ?? 0 }
    }
    const earliest = Math.max(since, now - (beat.interval ?? DEFAULT_INTERVAL_MS) * LATEST_INTERVALS)
    this.#narrow(timestamp - now, timestamp - earliest)
    const ahead = Math.round((this.#least + this.#most) / 2)
    return { at: Math.min(Math.max(timestamp - ahead, earliest), now), ahead: ahead + (clockAhead ?? 0) }
  }

  /** Starts again when a clock that was set, or that drifts, contradicts the bounds. */
  #narrow(least: number, most: number): void {
    const both = [Math.max(least, this.#least), Math.min(most, this.#most)] as const
    const isSame = both[0] <= both[1] && Number.isFinite(least)
    this.#least = isSame ? both[0] : least
    this.#most = isSame ? both[1] : most
  }
}

/** Identifies a beat. Includes the uptime, because the clock may stand still. */
export function beatName({ timestamp, runtime }: Heartbeat): string {
  return `${timestamp} ${runtime.uptime ?? ''}`
}
