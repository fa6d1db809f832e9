import type { NodeEntry } from '../../ports/index.js'
import { CLOCK_TOLERANCE_MS, nodeMember, ROLLUP_LIFE_MS, type Rollup } from '../../protocol/index.js'

/** Most nodes whose clocks are remembered. */
const MAX_NODES = 20_000
/** Most time between a record and its writing for which its node's clock is trusted, ms: about an interval. */
const SOON_MS = 60_000
/** The longest plausible interval of a rollup, ms; with a longer one its clock was set meanwhile. */
const MAX_SPAN_MS = ROLLUP_LIFE_MS
/** The interval if it is unknown, ms. */
const DEFAULT_SPAN_MS = 10_000

/** How far a node's clock is ahead of Redis', ms. */
interface KnownClock {
  readonly ahead: number
  /** Before it was set. */
  readonly before: number | null
}

export interface WrittenRecord {
  readonly service: string
  readonly node: string
  /** The record's field `clockAhead`; if it is set, its times are by Redis' clock. */
  readonly clockAhead: number | null
  /** When it was written, Unix ms by Redis' clock. */
  readonly written: number
}

/**
 * Converts the times of records to Redis' clock: by the record's own correction, by how far its node's clock is off according to the
 * heartbeat, or by when it was written.
 */
export class RecordTimes {
  readonly #clocks = new Map<string, KnownClock>()
  /** By service: how far the clocks of nodes that do not correct their times are behind at most, ms; 0 if ahead. */
  readonly #uncorrected = new Map<string, number>()
  readonly #isVerifying: boolean

  /** @param isVerifying an old record may be replayed then, so its age is not blamed on a slow clock */
  constructor(isVerifying: boolean) {
    this.#isVerifying = isVerifying
  }

  /** Learns the clocks of nodes. */
  note(nodes: readonly NodeEntry[]): void {
    this.#uncorrected.clear()
    for (const { service, node, heartbeat, clockAhead } of nodes) {
      if (!heartbeat || clockAhead == null) continue
      if (heartbeat.clockAhead === null && clockAhead !== 0) {
        this.#uncorrected.set(service, Math.max(0, -clockAhead, this.#uncorrected.get(service) ?? 0))
      }
      const member = nodeMember(service, node)
      const known = this.#clocks.get(member)
      if (known && Math.abs(known.ahead - clockAhead) < CLOCK_TOLERANCE_MS) continue
      this.#clocks.delete(member)
      this.#clocks.set(member, { ahead: clockAhead, before: known?.ahead ?? null })
      const [oldest] = this.#clocks.keys()
      if (this.#clocks.size > MAX_NODES && oldest !== undefined) this.#clocks.delete(oldest)
    }
  }

  /** Correction to add to a time, ms; usually 0. @param time of the record's end, Unix ms */
  shift(time: number, record: WrittenRecord): number {
    const { clockAhead, written, service, node } = record
    const isPossible = (ahead: number) => time - ahead <= written + CLOCK_TOLERANCE_MS
    if (clockAhead !== null && isPossible(0)) return 0
    const known = this.#clocks.get(nodeMember(service, node))
    if (!known) return this.#guess(time, written)
    if (isPossible(known.ahead) && written - (time - known.ahead) <= SOON_MS) return 0 - known.ahead
    // It waited, or the clock was set since: assumes the shortest possible wait.
    const clocks = [known.ahead, known.before ?? 0, 0].filter(isPossible)
    return clocks.length > 0 ? 0 - Math.min(...clocks) : written - time
  }

  /** For a node without a beat since this Zenith started: replaces an impossible time by the time of writing. */
  #guess(time: number, written: number): number {
    const isTooOld = !this.#isVerifying && time < written - ROLLUP_LIFE_MS
    return isTooOld || time > written + CLOCK_TOLERANCE_MS ? written - time : 0
  }

  /** Whether scores of a service may be by a wrong clock, and how far such a clock is behind at most, ms. */
  offsets(service: string): { readonly isOff: boolean; readonly behind: number } {
    const behind = this.#uncorrected.get(service)
    return { isOff: behind !== undefined, behind: behind ?? 0 }
  }

  /** When a member was written: its score is by Redis' clock, or by the node's own, like its time. */
  scoredAt(time: number, { service, node, clockAhead, written }: WrittenRecord, now: number): number {
    const known = this.#clocks.get(nodeMember(service, node))
    if (clockAhead !== null || !known) return written
    const delay = written - time
    const isOwn = Math.abs(delay) < Math.abs(delay + known.ahead)
    return isOwn ? Math.min(now, written - known.ahead) : written
  }

  ofRecord<T extends { ts: number }>(record: T, about: WrittenRecord): T {
    const shift = this.shift(record.ts, about)
    // Never later than it was written, or it would precede all others.
    record.ts = Math.max(0, Math.min(record.ts + shift, about.written))
    return record
  }

  /**
   * Null if its time is unknown.
   *
   * @param isDated false if its time of writing is unknown, because the store's clock was set back
   */
  ofRollup<T extends Pick<Rollup, 'from' | 'to'>>(rollup: T, about: WrittenRecord, isDated: boolean): T | null {
    const shift = this.shift(rollup.to, about)
    if (!isDated && shift === about.written - rollup.to) return null
    const span = rollup.to - rollup.from
    const isSet = about.clockAhead === null && span > MAX_SPAN_MS
    rollup.to = Math.max(0, rollup.to + shift)
    rollup.from = Math.max(0, rollup.to - (isSet ? DEFAULT_SPAN_MS : span))
    return rollup
  }
}
