import type { QueueSource } from '../../ports/index.js'
import { wasThere } from '../shared/times.js'
import type { LayoutPlace } from './acting.js'
import { readLogs } from './detail.js'
import { baseOf } from './keys.js'
import { type ReadJobs, readIds } from './lists.js'
import { formatCursor, parseCursor, scanIds } from './scan.js'
import { searchJobs } from './search.js'
import { locate } from './state.js'

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
    async logs(queue, id, query) {
      const base = baseOf(prefix, queue)
      const [found] = await locate(connection, base, [id], { lists: false })
      return found?.exists ? readLogs(connection, base, id, query) : { total: 0, lines: [] }
    },
  }
}
