import type { QueueSource } from '../../ports.js'
import type { JobDetail, JobListing, JobState, JobSummary } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { MAX_SEARCHED_CHARS, searchWithin } from '../shared/search.js'
import { detailOf, type Entry, exactIdOf, ownIdOf, searchedText, summaryOf } from './entry.js'
import type { Layout } from './layout.js'
import { type Place, placesOf, readParts, readWindow, sizesOf } from './lists.js'
import { scanPlaces } from './scan.js'

export const STATES = ['waiting', 'delayed', 'failed'] as const satisfies readonly JobState[]

/** How many entries are looked at for some ids; lists cannot be asked for one. */
export const MAX_LOOKED = 50_000
const PAGE = 500

/** Jobs in a list: by their own ids where these tell them apart, otherwise exactly. */
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

/**
 * All entries of some ids, the next ones first; those with one id may be several.
 *
 * @param ids in the order asked
 * @throws when there are too many jobs to look at, and not all were found
 */
export async function findAll(
  connection: Connection,
  places: readonly Place[],
  ids: readonly string[],
): Promise<Map<string, Entry[]>> {
  const found = new Map<string, Entry[]>(ids.map((id) => [id, []]))
  if (found.size === 0) return found
  const sizes = await sizesOf(connection, places)
  let looked = 0
  for (const [index, place] of places.entries()) {
    for (let offset = 0; offset < (sizes[index] ?? 0); offset += PAGE) {
      if (looked >= MAX_LOOKED) return orTooMany(found)
      const [entries = []] = await readParts(connection, [{ place, offset, limit: PAGE }], 'oldest')
      looked += PAGE
      for (const entry of entries) note(found, entry)
    }
  }
  return found
}

function note(found: Map<string, Entry[]>, entry: Entry): void {
  const id = ownIdOf(entry)
  if (id !== null) found.get(id)?.push(entry)
  found.get(exactIdOf(entry))?.push(entry)
}

function orTooMany(found: Map<string, Entry[]>): Map<string, Entry[]> {
  if ([...found.values()].every((entries) => entries.length > 0)) return found
  throw new Error(`There are too many jobs to look for one by its id: it is not among the next ${MAX_LOOKED}`)
}

/** Looking at jobs. */
export function lookAt(connection: Connection, layout: Layout): Pick<QueueSource, 'jobs' | 'job' | 'search' | 'scan'> {
  return {
    async jobs(queue, query): Promise<JobListing> {
      const { total, entries } = await readWindow(connection, placesOf(layout, queue, query.state), query)
      return { total, jobs: summariesOf(entries), missing: 0 }
    },
    async job(queue, id): Promise<JobDetail | null> {
      const places = STATES.flatMap((state) => placesOf(layout, queue, state))
      const [entry] = (await findAll(connection, places, [id])).get(id) ?? []
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
          const text = searchedText(entry)
          return summary ? [{ summary, text: text.length > MAX_SEARCHED_CHARS ? null : text }] : []
        })
      })
    },
    async scan(queue, query) {
      const { entries, cursor } = await scanPlaces(connection, placesOf(layout, queue, query.state), query)
      return { jobs: summariesOf(entries), cursor }
    },
  }
}
