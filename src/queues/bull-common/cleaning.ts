import { performance } from 'node:perf_hooks'
import type { JobCleanQuery } from '../../ports/index.js'
import type { JobOutcome, JobSummary } from '../../protocol/index.js'
import { refusalAmong } from '../shared/refusals.js'
import type { LayoutPlace } from './acting.js'
import { baseOf } from './keys.js'
import { type ReadJobs, readIds } from './lists.js'
import { formatCursor, parseCursor, scanIds } from './looks.js'

/** Bull and BullMQ remove up to this many in one script, which blocks Redis: a thousand take about 20 to 30 ms. */
export const JOBS_A_CALL = 100
/** How long one call searches for jobs that the libraries' own scripts do not reach, ms. */
export const LOOK_MS = 4_000

/** Removes jobs in several calls, until there are no more. @param clean removes at most `count` */
export async function cleanInCalls(limit: number, clean: (count: number) => Promise<number>): Promise<number> {
  let removed = 0
  while (removed < limit) {
    const count = Math.min(JOBS_A_CALL, limit - removed)
    const now = await unlessBegun(removed, () => clean(count))
    removed += now
    if (now < count) break
  }
  return removed
}

/** Reports the jobs removed before an error: the next call meets the error at once. */
async function unlessBegun(removed: number, clean: () => Promise<number>): Promise<number> {
  try {
    return await clean()
  } catch (error) {
    if (removed === 0) throw error
    return 0
  }
}

/** Which jobs of a state to remove, and how. */
export interface Sweep extends JobCleanQuery {
  readonly read: ReadJobs
  readonly isOld: (job: JobSummary) => boolean
  readonly remove: (ids: readonly string[]) => Promise<readonly JobOutcome[]>
}

/** Removes jobs one by one, and reports where it stopped if time was short. @returns the number removed */
export async function removeOld({ connection, prefix }: LayoutPlace, queue: string, sweep: Sweep): Promise<number> {
  const { state, before, limit, read, isOld, remove } = sweep
  const base = baseOf(prefix, queue)
  const ends = performance.now() + LOOK_MS
  let removed = 0
  let looked = 0
  let cursor = parseCursor(sweep.cursor ?? null)
  do {
    const query = { state, asOf: before, cursor: null, limit: JOBS_A_CALL }
    const part: Awaited<ReturnType<typeof scanIds>> = await scanIds(connection, base, query, cursor)
    const old = (await read(base, part.ids, state)).flatMap((job) => (job && isOld(job) ? [job.id] : []))
    const outcomes = await remove(old.slice(0, limit - removed))
    removed += outcomes.filter(({ ok }) => ok).length
    const refusal = refusalAmong(outcomes)
    if (refusal && removed === 0) throw refusal
    if (refusal) return removed
    looked += part.ids.length
    cursor = part.cursor
  } while (cursor && removed < limit && performance.now() < ends)
  if (cursor && removed < limit && sweep.onStop) {
    const { total } = await readIds(connection, base, { state, offset: 0, limit: 1, order: 'oldest' })
    sweep.onStop({ looked, total: Math.max(looked, total + removed), cursor: formatCursor(cursor) })
  }
  return removed
}
