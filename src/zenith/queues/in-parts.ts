import { performance } from 'node:perf_hooks'
import type { JobCleanStop } from '../../ports/index.js'
import { ApiError, isRefusal } from '../http/api-error.js'

/** So many jobs are removed by one call: a script that removes more would hold the queue's system up. */
const PART = 1_000
/** A request must end before somebody in front of Zenith gives up, ms. */
const WITHIN_MS = 20_000

/** One call: how many it removed, and how far it looked when that was not to the end. */
export interface RemovedPart {
  readonly removed: number
  readonly stop: JobCleanStop | null
}

/** What was removed in all; `stop` tells that there may be more. */
export interface Removed {
  readonly removed: number
  readonly stop: JobCleanStop | null
}

/** How to remove jobs. */
export interface Removing {
  /** At most so many. */
  readonly limit: number
  /** Where to begin. */
  readonly cursor: string | null
  remove(most: number, cursor: string | null): Promise<RemovedPart>
  /** How many jobs there are where it removes; null when nobody can say. */
  count(): Promise<number | null>
}

/** Removes part by part until there are no more, or there is no more time. Rejects with an API error that says how much was removed before. */
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

/** What went wrong after some were removed says so: they are gone. */
async function telling<T>(removed: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (removed === 0 || !isRefusal(error)) throw error
    throw new ApiError(error.code, `${removed} removed, and then: ${error.message}`)
  }
}
