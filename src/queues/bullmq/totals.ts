import type { QueueReading } from '../../ports.js'
import type { RawCounts } from './counts.js'

interface Seen {
  readonly lastId: number
  readonly pending: number
  readonly out: number
}

/**
 * How many jobs came and ended. BullMQ counts what is added (its counter of ids, which counts a job of an id that there is
 * already, too), and nothing else. What ended between two readings is what was added less what there is more of that has
 * not ended: true also where ended jobs are removed at once, and what somebody removes before it ran has ended as well.
 *
 * A job that is retried by hand has not ended any more, and ends again: a reading that sees it retried and ended tells
 * neither. Where more was retried than ended it tells the jobs that ended meanwhile and are kept.
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
  return gone >= 0 ? gone : counts.endedSince
}

function pendingOf({ wait, pausedList, active, prioritized, delayed, waitingChildren }: RawCounts): number {
  return wait + pausedList + active + prioritized + delayed + waitingChildren
}
