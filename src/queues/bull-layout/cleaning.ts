import type { JobOutcome, JobState, JobSummary } from '../../protocol/index.js'
import type { LayoutPlace } from './acting.js'
import { baseOf } from './keys.js'
import type { ReadJobs } from './looks.js'
import { type ScanCursor, scanIds } from './scan.js'

/** Bull and BullMQ remove so many in one script, and Redis does nothing else meanwhile: a thousand are some 20 to 30 ms. */
export const JOBS_A_CALL = 100
/** How many jobs are looked at for those that their own ways do not come to. */
const MAX_LOOKED = 10_000

/** Removes jobs by one call after the other, until there are no more. @param clean removes so many at most */
export async function cleanInCalls(limit: number, clean: (count: number) => Promise<number>): Promise<number> {
  let removed = 0
  while (removed < limit) {
    const count = Math.min(JOBS_A_CALL, limit - removed)
    const now = await clean(count)
    removed += now
    if (now < count) break
  }
  return removed
}

/** What of a state is to go, and how. */
export interface Sweep {
  readonly state: JobState
  readonly before: number
  readonly limit: number
  readonly read: ReadJobs
  readonly isOld: (job: JobSummary) => boolean
  readonly remove: (ids: readonly string[]) => Promise<readonly JobOutcome[]>
}

/** Removes jobs one by one. @returns how many */
export async function removeOld({ connection, prefix }: LayoutPlace, queue: string, sweep: Sweep): Promise<number> {
  const { state, before, limit, read, isOld, remove } = sweep
  const base = baseOf(prefix, queue)
  let removed = 0
  let looked = 0
  let cursor: ScanCursor | null = null
  do {
    const query = { state, asOf: before, cursor: null, limit: JOBS_A_CALL }
    const part: Awaited<ReturnType<typeof scanIds>> = await scanIds(connection, base, query, cursor)
    const old = (await read(base, part.ids, state)).flatMap((job) => (job && isOld(job) ? [job.id] : []))
    const outcomes = await remove(old.slice(0, limit - removed))
    removed += outcomes.filter(({ ok }) => ok).length
    looked += part.ids.length
    cursor = part.cursor
  } while (cursor && removed < limit && looked < MAX_LOOKED)
  return removed
}
