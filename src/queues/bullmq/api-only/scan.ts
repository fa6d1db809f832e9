import type { JobScan, JobScanQuery } from '../../../ports/index.js'
import { notPossible } from '../../shared/conditions.js'
import { wasThere } from '../../shared/times.js'
import { countOf, getJobs, idsFromOldest, summaryOf } from './jobs.js'
import type { ApiQueue } from './types.js'

/** Number of last jobs to remember, so that the position can be found again if some of them are gone. */
const REMEMBERED = 20

interface Place {
  /** The number of jobs before, and the last of them. */
  readonly at: number
  readonly last: readonly string[]
}

/** Oldest first. */
export async function scanJobs(queue: ApiQueue, query: JobScanQuery): Promise<JobScan> {
  const { state, limit, asOf } = query
  const total = await countOf(queue, state)
  const start = await startOf(queue, query, total)
  const ids = await idsFromOldest(queue, state, total, start, limit)
  const jobs = (await getJobs(queue, ids)).flatMap((job) => (job ? [summaryOf(job, state)] : []))
  const end = start + ids.length
  return {
    jobs: jobs.filter((job) => wasThere(job, asOf)),
    cursor: ids.length < limit || end >= total ? null : JSON.stringify([end, ids.slice(-REMEMBERED)]),
  }
}

/** The position after the last of the jobs that still exist: jobs before it may have been removed since. */
async function startOf(queue: ApiQueue, { state, cursor }: JobScanQuery, total: number): Promise<number> {
  const place = parsePlace(cursor)
  if (!place) return 0
  const ids = await idsFromOldest(queue, state, total, 0, place.at)
  for (const id of [...place.last].reverse()) {
    const index = ids.lastIndexOf(id)
    if (index >= 0) return index + 1
  }
  return 0
}

function parsePlace(cursor: string | null): Place | null {
  if (cursor === null) return null
  try {
    const [at, last] = JSON.parse(cursor)
    if (Number.isInteger(at) && Array.isArray(last)) return { at, last: last.map(String) }
  } catch {}
  throw notPossible('This is no cursor of a scan of jobs')
}
