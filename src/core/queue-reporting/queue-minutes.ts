import { type QueueEntry, type QueueHistory, recordedOf } from '../../protocol/index.js'
import { HISTORY_STEP_MS, MAX_RECORDED_QUEUES, PROTOCOL_VERSION } from '../../protocol/limits.js'
import { type Moment, spanOf } from '../report/rollups.js'

/** A queue whose last reading is older than this, in ms, was not seen in this minute: a source may be read once a minute. */
const SEEN_MS = 1.5 * HISTORY_STEP_MS
/** The longest span of a record, ms: of a node that reads its queues less often, only this much was seen. */
const MAX_SPAN_MS = 1.5 * HISTORY_STEP_MS

/** A queue's entry, and when it was read by the monotonic clock. */
export interface ReadEntry {
  readonly entry: QueueEntry
  readonly readAt: number
}

/** Makes a record of the queues that this node reports for each minute in which it reported them. */
export class QueueMinutes {
  readonly #node: string
  #entries: readonly ReadEntry[] = []
  /** Both by the monotonic clock. */
  #start: number | null = null
  #last = 0
  /** The moment of the last reading. */
  #end: Moment | null = null

  constructor(node: string) {
    this.#node = node
  }

  /** @returns a record when a minute is over */
  note(entries: readonly ReadEntry[], at: Moment): QueueHistory | null {
    if (this.#start === null) this.#start = this.#last = at.now
    const step = at.now - this.#last
    this.#entries = entries
    this.#last = at.now
    this.#end = at
    // Rounds to the nearest reading.
    return at.now - this.#start + step / 2 >= HISTORY_STEP_MS ? this.#take(at) : null
  }

  /** The minute so far; null without readings since the last record. The next record continues from here. */
  take(): QueueHistory | null {
    return this.#end && this.#start !== null && this.#end.now > this.#start ? this.#take(this.#end) : null
  }

  /** Another node reports from now on: the next record starts with the next reading. */
  lapse(): void {
    this.#start = null
    this.#end = null
    this.#entries = []
  }

  #take(at: Moment): QueueHistory | null {
    const start = Math.max(this.#start ?? at.now, at.now - MAX_SPAN_MS)
    this.#start = at.now
    const seen = this.#entries.filter(({ entry, readAt }) => at.now - readAt <= SEEN_MS && isKnown(entry))
    if (seen.length === 0) return null
    const entries = seen.map(({ entry }) => entry)
    return { v: PROTOCOL_VERSION, node: this.#node, ...spanOf(start, at), queues: chosen(entries).map(recordedOf) }
  }
}

/** As many as fit into a record: those with jobs or traffic first. */
function chosen(entries: readonly QueueEntry[]): readonly QueueEntry[] {
  if (entries.length <= MAX_RECORDED_QUEUES) return entries
  return [...entries.filter(isBusy), ...entries.filter((entry) => !isBusy(entry))].slice(0, MAX_RECORDED_QUEUES)
}

function isKnown({ metrics, throughput, error }: QueueEntry): boolean {
  if (error !== null) return false
  return throughput !== null || Object.values(metrics).some((figure) => figure !== null)
}

function isBusy({ metrics, throughput }: QueueEntry): boolean {
  const figures = [
    metrics.waiting,
    metrics.prioritized,
    metrics.active,
    metrics.delayed,
    throughput?.in,
    throughput?.out,
  ]
  return figures.some((figure) => (figure ?? 0) > 0)
}
