import { nextTurn } from '../../lib/async.js'
import type { Archive, ArchiveBatch, ArchiveGap, RawJob, StreamLoss } from '../../ports/index.js'

/** What one read of a feed gives the archive. */
export interface FeedStep extends Omit<ArchiveBatch<RawJob>, 'cursor'> {
  /** Where the next read begins. */
  readonly cursor: string
  /** Whether nothing was left to read. */
  readonly isAtEnd: boolean
}

/** A source of records that the archive follows. */
export interface Feed {
  /** Names it in the archive: `history:shop`. */
  readonly stream: string
  /** @param after where the last step ended; null for the beginning @returns null if there is nothing new */
  next(after: string | null): Promise<FeedStep | null>
}

/** The latest time that an archive takes, Unix ms: of the last year with four digits. */
const LATEST = Date.UTC(10_000, 0, 1) - 1

/** Jobs that are handed to the archive's thread at once: a thousand hold up Zenith's event loop for twice as long. */
const HANDED_JOBS = 250

/** Steps of a feed at one time: the other feeds must not wait for a long one. */
const MAX_STEPS = 50

/**
 * Archives what a feed has. Each step is one transaction with the feed's cursor, so that a step that another Zenith made is not made
 * twice.
 *
 * @returns whether the feed was read to its end
 */
export async function drain(archive: Pick<Archive, 'cursor' | 'write'>, feed: Feed): Promise<boolean> {
  let after = await archive.cursor(feed.stream)
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const step = await feed.next(after)
    if (!step) return true
    const { cursor, isAtEnd, ...batch } = step
    if (cursor !== after && !(await writeStep(archive, feed.stream, after, { ...batch, cursor }))) return false
    if (isAtEnd || cursor === after) return true
    after = cursor
  }
  return false
}

/** @returns false if another Zenith wrote it */
async function writeStep(
  archive: Pick<Archive, 'write'>,
  stream: string,
  after: string | null,
  { cursor: next, jobs = [], ...batch }: Omit<FeedStep, 'isAtEnd'>,
): Promise<boolean> {
  let first = 0
  // A job that is written twice is one row, so the first parts need not move the cursor.
  for (; after !== null && jobs.length - first > HANDED_JOBS; first += HANDED_JOBS) {
    const part = { cursor: { stream, expected: after, next: after }, jobs: jobs.slice(first, first + HANDED_JOBS) }
    if (!(await archive.write(part))) return false
    await nextTurn()
  }
  return archive.write({ cursor: { stream, expected: after, next }, ...batch, jobs: jobs.slice(first) })
}

/** Ids of a stream may be of any time, which the archive does not take: the gap ends at the latest one then. */
export function gapsOf(stream: string, lost: StreamLoss | null): readonly ArchiveGap[] {
  if (!lost) return []
  return [{ stream, from: Math.min(lost.from, LATEST), to: Math.min(lost.to, LATEST), lost: lost.count }]
}
