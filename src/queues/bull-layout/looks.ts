import type { QueueSource } from '../../ports.js'
import type { JobState, JobSummary } from '../../protocol/index.js'
import { wasThere } from '../shared/times.js'
import type { LayoutPlace } from './acting.js'
import { readLogs } from './detail.js'
import { baseOf } from './keys.js'
import { type ListedId, readIds } from './lists.js'
import { formatCursor, parseCursor, scanIds } from './scan.js'
import { searchJobs } from './search.js'

/** Reads jobs without their payloads. @returns one for each, null for those that are gone */
export type ReadJobs = (base: string, ids: readonly ListedId[], state: JobState) => Promise<(JobSummary | null)[]>

/** Jobs found by the lists and sorted sets that hold their ids. */
export function looksAtLists(
  { connection, prefix }: LayoutPlace,
  readJobs: ReadJobs,
): Required<Pick<QueueSource, 'jobs' | 'search' | 'scan' | 'logs'>> {
  return {
    async jobs(queue, query) {
      const base = baseOf(prefix, queue)
      const { total, ids } = await readIds(connection, base, query)
      const jobs = await readJobs(base, ids, query.state)
      const found = jobs.filter((job) => job !== null)
      return { total, jobs: found, missing: jobs.length - found.length }
    },
    search: (queue, query) => searchJobs(connection, readJobs, baseOf(prefix, queue), query),
    async scan(queue, query) {
      const base = baseOf(prefix, queue)
      const { ids, cursor } = await scanIds(connection, base, query, parseCursor(query.cursor))
      const jobs = (await readJobs(base, ids, query.state)).filter((job) => job !== null)
      return { jobs: jobs.filter((job) => wasThere(job, query.asOf)), cursor: formatCursor(cursor) }
    },
    logs: (queue, id, query) => readLogs(connection, baseOf(prefix, queue), id, query),
  }
}
