import type { NodeEntry } from '../../ports/index.js'
import { CLOCK_TOLERANCE_MS, nodeMember, ROLLUP_LIFE_MS, type Rollup } from '../../protocol/index.js'

/** How many nodes' clocks are remembered. */
const MAX_NODES = 20_000
/** A record that its node's clock places so shortly before it was written is placed by that clock, ms: about what an interval takes. */
const SOON_MS = 60_000
/** The longest interval that a rollup is believed to be of, when its clock may have been set meanwhile, ms. */
const MAX_SPAN_MS = ROLLUP_LIFE_MS
/** What an interval is when it can't be told, ms. */
const DEFAULT_SPAN_MS = 10_000

/** Clocks of a node, ms ahead of Redis'. */
interface KnownClock {
  readonly ahead: number
  /** Before it was set. */
  readonly before: number | null
}

/** Where a record belongs. */
export interface WrittenRecord {
  readonly service: string
  readonly node: string
  /** Its field `clockAhead`: with it its times are by Redis' clock. */
  readonly clockAhead: number | null
  /** When it was written, Unix ms by Redis' clock. */
  readonly written: number
}

/**
 * The times of records by Redis' clock. A record tells them itself, or its node's heartbeat tells by how much they are off, or when
 * it was written does.
 */
export class RecordTimes {
  readonly #clocks = new Map<string, KnownClock>()
  /** By service: what the clocks of nodes that don't correct it are behind at the most, ms; 0 when they are ahead. */
  readonly #uncorrected = new Map<string, number>()
  readonly #isVerifying: boolean

  /** @param isVerifying then an old record that is put back is no record of a clock that is behind */
  constructor(isVerifying: boolean) {
    this.#isVerifying = isVerifying
  }

  /** Takes in what a look at the nodes found. */
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

  /** What a time lacks, ms; 0 as a rule. @param time of the record's end, Unix ms */
  shift(time: number, record: WrittenRecord): number {
    const { clockAhead, written, service, node } = record
    const isPossible = (ahead: number) => time - ahead <= written + CLOCK_TOLERANCE_MS
    if (clockAhead !== null && isPossible(0)) return 0
    const known = this.#clocks.get(nodeMember(service, node))
    if (!known) return this.#guess(time, written)
    if (isPossible(known.ahead) && written - (time - known.ahead) <= SOON_MS) return 0 - known.ahead
    // It waited, or the clock was set since: the least that it can have waited.
    const clocks = [known.ahead, known.before ?? 0, 0].filter(isPossible)
    return clocks.length > 0 ? 0 - Math.min(...clocks) : written - time
  }

  /** Of a node that did not beat since this Zenith began: what can't be is when it was written. */
  #guess(time: number, written: number): number {
    const isTooOld = !this.#isVerifying && time < written - ROLLUP_LIFE_MS
    return isTooOld || time > written + CLOCK_TOLERANCE_MS ? written - time : 0
  }

  /** Whether scores of a service may be by a wrong clock, and how far such a clock is behind at the most, ms. */
  offsets(service: string): { readonly isOff: boolean; readonly behind: number } {
    const behind = this.#uncorrected.get(service)
    return { isOff: behind !== undefined, behind: behind ?? 0 }
  }

  /** When something with a score was written: the score is by Redis' clock, or by the node's own like its time. */
  scoredAt(time: number, { service, node, clockAhead, written }: WrittenRecord, now: number): number {
    const known = this.#clocks.get(nodeMember(service, node))
    if (clockAhead !== null || !known) return written
    const delay = written - time
    const isOwn = Math.abs(delay) < Math.abs(delay + known.ahead)
    return isOwn ? Math.min(now, written - known.ahead) : written
  }

  ofRecord<T extends { ts: number }>(record: T, about: WrittenRecord): T {
    const shift = this.shift(record.ts, about)
    // Never later than it was written, or it would stand before all others.
    record.ts = Math.max(0, Math.min(record.ts + shift, about.written))
    return record
  }

  /**
   * Null when nobody can tell where it belongs.
   *
   * @param isDated false when its time of writing is not known: it was written before the store's clock was set back, or since
   */
  ofRollup(rollup: Rollup, about: WrittenRecord, isDated: boolean): Rollup | null {
    const shift = this.shift(rollup.to, about)
    if (!isDated && shift === about.written - rollup.to) return null
    const span = rollup.to - rollup.from
    const isSet = about.clockAhead === null && span > MAX_SPAN_MS
    rollup.to = Math.max(0, rollup.to + shift)
    rollup.from = Math.max(0, rollup.to - (isSet ? DEFAULT_SPAN_MS : span))
    return rollup
  }
}
