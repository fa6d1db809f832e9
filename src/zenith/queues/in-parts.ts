import { performance } from 'node:perf_hooks'
import type { JobCleanStop } from '../../ports/index.js'
import { ApiError, isRefusal } from '../http/api-error.js'

/** Jobs to remove in one call: a script that removes more would block the queue's system. */
const PART = 1_000
/** A request must end before the time-out of a proxy in front of Zenith, ms. */
const WITHIN_MS = 20_000

/** The result of one call: the number of removed jobs, and where it stopped if not at the end. */
export interface RemovedPart {
  readonly removed: number
  readonly stop: JobCleanStop | null
}

/** Total number of removed jobs; with `stop` there may be more. */
export interface Removed {
  readonly removed: number
  readonly stop: JobCleanStop | null
}

/** How to remove jobs. */
export interface Removing {
  /** Most jobs to remove. */
  readonly limit: number
  /** Where to start. */
  readonly cursor: string | null
  remove(most: number, cursor: string | null): Promise<RemovedPart>
  /** Number of jobs that are candidates; null if unknown. */
  count(): Promise<number | null>
}

/** Removes in parts until no jobs are left, or time is up. Rejects with an API error that has the number removed before it. */
export async function inParts({ limit, cursor: first, remove, count }: Removing): Promise<Removed> {
  const until = performance.now() + WITHIN_MS
  let [removed, looked, cursor] = [0, 0, first]
  while (removed < limit) {
    const part = await telling(removed, () => remove(Math.min(PART, limit - removed), cursor))
    removed += part.removed
    looked += part.stop?.looked ?? part.removed
    cursor = part.stop?.cursor ?? null
    const total = looked - (part.stop?.looked ?? 0) + (part.stop?.total ?? 0)
    if (part.stop && (cursor === null || performance.now() > until)) return { removed, stop: { looked, total, cursor } }
    if (part.removed === 0 && !part.stop) break
    if (!part.stop && performance.now() > until) return { removed, stop: await outOfTime(removed, count) }
  }
  return { removed, stop: null }
}

async function outOfTime(removed: number, count: Removing['count']): Promise<JobCleanStop | null> {
  const left = await count().catch(() => null)
  return left === 0 ? null : { looked: removed, total: removed + (left ?? 0), cursor: null }
}

/** Adds the number of removed jobs to an error, because they are gone. */
async function telling<T>(removed: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (removed === 0 || !isRefusal(error)) throw error
    throw new ApiError(error.code, `${removed} removed, and then: ${error.message}`)
  }
}
