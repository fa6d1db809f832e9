import type { QueueReading } from '../../ports.js'
import type { RawCounts } from './counts.js'

interface Seen {
  readonly lastId: number
  readonly pending: number
  readonly out: number
}

/**
 * How many jobs came and ended. BullMQ counts what is added (its counter of ids, which counts a job of an id that there is
 * already, too), and nothing else; what ended in between two readings is the larger one of
 * - added less what there is more of that has not ended: also when ended jobs are removed at once; what somebody removes
 *   before it ran counts as ended. Too low by what somebody retried: that has not ended any more.
 * - the jobs that ended meanwhile and are kept: exact as long as they are kept.
 * Only where jobs are retried and at the same time removed as they end is it too low.
 */
export class Totals {
  readonly #seen = new Map<string, Seen>()

  /** @param counts null when the queue could not be read */
  next(queue: string, counts: RawCounts | null): QueueReading['totals'] {
    if (!counts) return null
    const pending = pendingOf(counts)
    // A queue without jobs may have no counter yet; one with jobs and without a counter is not BullMQ's alone.
    const lastId = counts.lastId ?? (pending + counts.completed + counts.failed === 0 ? 0 : null)
    if (lastId === null) {
      this.#seen.delete(queue)
      return { in: null, out: null }
    }
    const before = this.#seen.get(queue)
    const out = before && before.lastId <= lastId ? before.out + endedBetween(before, lastId, pending, counts) : 0
    this.#seen.set(queue, { lastId, pending, out })
    return { in: lastId, out }
  }
}

function endedBetween(before: Seen, lastId: number, pending: number, counts: RawCounts): number {
  const gone = lastId - before.lastId - (pending - before.pending)
  return Math.max(gone, counts.endedSince, 0)
}

function pendingOf({ wait, pausedList, active, prioritized, delayed, waitingChildren }: RawCounts): number {
  return wait + pausedList + active + prioritized + delayed + waitingChildren
}
