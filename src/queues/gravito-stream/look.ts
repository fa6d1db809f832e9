import type { QueueSource } from '../../ports/index.js'
import type { JobDetail, JobListing, JobSummary } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { searchWithin } from '../shared/search.js'
import { detailOf, type Entry, exactIdOf, ownIdOf, searchedJob, summaryOf } from './entry.js'
import { findFirst } from './find.js'
import type { Layout } from './layout.js'
import { placesOf, readWindow } from './lists.js'
import { scanPlaces } from './scan.js'

/** Jobs of a list: by their own ids if these are unique, otherwise by exact ones. */
export function summariesOf(entries: readonly Entry[]): JobSummary[] {
  const texts = new Map<string, string>()
  const unclear = new Set<string>()
  for (const entry of entries) {
    const id = ownIdOf(entry)
    if (id === null) continue
    if ((texts.get(id) ?? entry.text) !== entry.text) unclear.add(id)
    texts.set(id, entry.text)
  }
  return entries.map((entry) => {
    const id = ownIdOf(entry)
    return summaryOf(entry, id === null || unclear.has(id) ? exactIdOf(entry) : id)
  })
}

/** Methods that read jobs. */
export function lookAt(connection: Connection, layout: Layout): Pick<QueueSource, 'jobs' | 'job' | 'search' | 'scan'> {
  return {
    async jobs(queue, query): Promise<JobListing> {
      const { total, entries } = await readWindow(connection, placesOf(layout, queue, query.state), query)
      return { total, jobs: summariesOf(entries), missing: 0 }
    },
    async job(queue, id): Promise<JobDetail | null> {
      const entry = await findFirst(connection, layout, queue, id)
      return entry ? detailOf(entry, id) : null
    },
    async search(queue, query) {
      const places = placesOf(layout, queue, query.state)
      const { total } = await readWindow(connection, places, { offset: 0, limit: 0, order: 'newest' })
      return searchWithin(query, total, async (offset, limit) => {
        const { entries } = await readWindow(connection, places, { offset, limit, order: 'newest' })
        const summaries = summariesOf(entries)
        return entries.flatMap((entry, index) => {
          const summary = summaries[index]
          return summary ? [searchedJob(entry, summary)] : []
        })
      })
    },
    async scan(queue, query) {
      const { entries, cursor } = await scanPlaces(connection, placesOf(layout, queue, query.state), query)
      return { jobs: summariesOf(entries), cursor }
    },
  }
}
