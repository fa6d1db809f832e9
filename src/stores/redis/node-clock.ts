import { CLOCK_TOLERANCE_MS, type Heartbeat } from '../../protocol/index.js'

/** A node beats so much later than an interval after its last beat at most: its timer has a jitter, and an answer takes its time. */
const LATEST_INTERVALS = 1.2
const DEFAULT_INTERVAL_MS = 10_000

/** When a heartbeat was written, and by which clock. */
export interface ReckonedBeat {
  /** Unix ms by Redis' clock. */
  readonly at: number
  /** By how much the node's clock is ahead of Redis', ms; negative when it is behind; 0 when it may as well be right. */
  readonly ahead: number
}

/** What is known of when a heartbeat was written, all by Redis' clock, Unix ms. */
export interface BeatEvidence {
  /** Its place in the index; null when it has none. */
  readonly score: number | null
  /** It was not there yet. */
  readonly since: number
  readonly now: number
}

/**
 * How far one node's clock is off. A reporter that knows Redis' clock says so itself. Of any other Zenith knows between which
 * moments it wrote, which is that its clock is off by at least so much and at most so much: each beat makes that closer.
 */
export class NodeClock {
  #least = Number.NEGATIVE_INFINITY
  #most = Number.POSITIVE_INFINITY

  /** Of a beat that was not seen before. */
  reckon(beat: Heartbeat, evidence: BeatEvidence): ReckonedBeat {
    const { timestamp, clockAhead } = beat
    const { score, since, now } = evidence
    if (clockAhead !== null && timestamp <= now + CLOCK_TOLERANCE_MS)
      return { at: Math.min(timestamp, now), ahead: clockAhead }
    // A score of another time than the beat's own is one by Redis' clock, if it can be.
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

  /** A clock that was set, or that drifts, does not fit to what was known of it: then it begins anew. */
  #narrow(least: number, most: number): void {
    const both = [Math.max(least, this.#least), Math.min(most, this.#most)] as const
    const isSame = both[0] <= both[1] && Number.isFinite(least)
    this.#least = isSame ? both[0] : least
    this.#most = isSame ? both[1] : most
  }
}

/** Tells beats apart: a clock that stands still is told by how long the process runs. */
export function beatName({ timestamp, runtime }: Heartbeat): string {
  return `${timestamp} ${runtime.uptime ?? ''}`
}
