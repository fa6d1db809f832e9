import type { QueueReading } from '../../ports/index.js'
import type { QueueCounts } from './counts.js'

interface Seen {
  readonly lastId: number
  readonly pending: number
  readonly out: number
  /** By the server's clock, ms. */
  readonly now: number
}

/**
 * How many jobs came and ended. Bull and BullMQ count what is added (the counter of ids, which counts a job of an id that
 * there is already, too), and nothing else. What ended between two readings is what was added less what there is more of that has
 * not ended: true also where ended jobs are removed at once, and what somebody removes before it ran has ended as well.
 *
 * A job that is retried by hand has not ended any more, and ends again: a reading that sees it retried and ended tells
 * neither. Where more was retried than ended it tells the jobs that ended meanwhile and are kept.
 */
export class Totals {
  readonly #seen = new Map<string, Seen>()

  /** @param endedSince reads how many jobs ended since a time and are kept */
  async next(
    queue: string,
    counts: QueueCounts,
    now: number,
    endedSince: (since: number) => Promise<number>,
  ): Promise<QueueReading['totals']> {
    const pending = pendingOf(counts)
    // A queue without jobs may have no counter yet; one with jobs and without a counter is not theirs alone.
    const lastId = counts.lastId ?? (pending + counts.completed + counts.failed === 0 ? 0 : null)
    if (lastId === null) {
      this.#seen.delete(queue)
      return { in: null, out: null }
    }
    const before = this.#seen.get(queue)
    const isSame = before !== undefined && before.lastId <= lastId
    const gone = isSame ? lastId - before.lastId - (pending - before.pending) : 0
    const ended = isSame && gone < 0 ? await endedSince(before.now) : gone
    const out = (isSame ? before.out : 0) + ended
    this.#seen.set(queue, { lastId, pending, out, now })
    return { in: lastId, out }
  }
}

function pendingOf({ wait, pausedList, active, prioritized, delayed, waitingChildren }: QueueCounts): number {
  return wait + pausedList + active + prioritized + delayed + waitingChildren
}
