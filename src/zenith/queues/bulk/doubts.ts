import { inBatches, withTimeout } from '../../../lib/async.js'
import type { Operation } from './operation.js'
import { markOf } from './selection.js'
import { FIRST_REASON, placesWith, type WorkPart } from './work-list.js'

/** Whole jobs are looked up one by one, and may be large. */
const LOOKED_UP_AT_ONCE = 5
const ANSWER_WITHIN_MS = 10_000

/**
 * Looks at the jobs of which it is not known whether something was done with them: with those that are where they were, as they
 * were, nothing was, and it can be done now. The others stay unknown, for a job that is dealt with twice is worse than one that
 * somebody has to look at. Rejects when their system does not answer.
 */
export async function settleDoubts(operation: Operation): Promise<void> {
  for (const part of operation.work.parts) {
    const untouched: number[] = []
    await inBatches(placesWith(part.fates, FIRST_REASON), LOOKED_UP_AT_ONCE, async (place) => {
      if (!operation.stop && (await isUntouched(operation, part, place))) untouched.push(place)
    })
    operation.work.reopen(part.queue, untouched)
  }
}

async function isUntouched({ action, selection }: Operation, part: WorkPart, place: number): Promise<boolean> {
  const { address, source } = part.queue
  const asked = source.job?.(address, part.ids[place] ?? '')
  const job = asked ? await withTimeout(asked, ANSWER_WITHIN_MS) : null
  if (job?.state !== selection.state) return false
  const mark = part.marks[place] ?? null
  // To remove what is there still does no harm, however it came there.
  return mark === null ? action === 'remove' : markOf(job) === mark
}
