import { createHash } from 'node:crypto'

/**
 * Jobs do not come into a list in the order of their ends: each worker takes the time by its own clock, and Redis gets it later. Jobs that
 * ended so long before the newest one are still expected, ms.
 */
export const LATE_MS = 60_000
/** Jobs that a watermark remembers one by one: with more, fewer late ones are expected. */
const MAX_MARKS = 1_000

/** How far the list of a queue's finished jobs is archived. The list's cursor in the archive is its text. */
export interface Watermark {
  /** End of the newest archived job, Unix ms. */
  readonly at: number
  /** All jobs that ended earlier are archived, or given up. Those from here on are archived if they have a mark. */
  readonly floor: number
  /** Number of jobs in the list. */
  readonly total: number
  /** Ends by {@link markOf}. */
  readonly marks: ReadonlyMap<string, number>
}

/** The attempt that is archived: the same job may come back after a retry. */
export interface Attempt {
  readonly id: string
  readonly startedAt: number | null
  readonly finishedAt: number
}

/** Stands for an attempt in a watermark, whatever the length of its id. */
export function markOf({ id, startedAt, finishedAt }: Attempt): string {
  return createHash('sha1').update(`${startedAt} ${finishedAt} ${id}`).digest('base64').slice(0, 12)
}

export function isArchived(mark: Watermark | null, attempt: Attempt): boolean {
  return mark !== null && (attempt.finishedAt < mark.floor || mark.marks.has(markOf(attempt)))
}

/** Null without a text, and for one that is none: the list is archived from its beginning then. */
export function parseWatermark(text: string | null): Watermark | null {
  try {
    const { at, floor, total, marks } = JSON.parse(text ?? '')
    const ends = marks.map(([mark, before]: [string, number]) => [mark, at - before] as const)
    return [at, floor, total].every(Number.isFinite) ? { at, floor, total, marks: new Map(ends) } : null
  } catch {
    return null
  }
}

export function textOf({ at, floor, total, marks }: Watermark): string {
  return JSON.stringify({ at, floor, total, marks: [...marks].map(([mark, end]) => [mark, at - end]) })
}

/** Only as many marks as a cursor should have: whole ends only, and the floor moves up to the oldest of them. */
export function bounded(mark: Watermark): Watermark {
  const kept = [...mark.marks].filter(([, end]) => end >= mark.floor).sort(([, one], [, other]) => other - one)
  const left = kept[MAX_MARKS]
  if (!left) return { ...mark, marks: new Map(kept) }
  const floor = left[1] + 1
  return { ...mark, floor, marks: new Map(kept.filter(([, end]) => end >= floor)) }
}

/**
 * From when on jobs may still come: those that end after a look, less what is late.
 *
 * @param at end of the newest job
 * @param lookedAt Unix ms
 */
export function floorAfter(at: number, lookedAt: number): number {
  return Math.min(at, Math.max(at, lookedAt) - LATE_MS)
}
