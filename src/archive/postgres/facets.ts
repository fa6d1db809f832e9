import type { ArchivedJobFilter, JobFacet, JobFacets } from '../../ports/archive.js'
import type { Session } from '../../sql/postgres/database.js'
import { MAX_TEXT_CHARS, scanJobs } from './scan.js'

export async function readFacets(
  session: Session,
  schema: string,
  filter: ArchivedJobFilter,
  limit: number,
): Promise<JobFacets> {
  const scan = { ...filter, after: null, limit: limit + 1, withPayloads: false, maxTextChars: MAX_TEXT_CHARS }
  const { rows, stopped } = await scanJobs(session, schema, scan)
  const counted = rows.slice(0, limit)
  return {
    total: counted.length,
    isPartial: rows.length > limit || stopped !== null,
    fields: {
      outcome: facetsOf(counted.map(({ outcome }) => outcome)),
      queueName: facetsOf(counted.map(({ queue_name }) => queue_name)),
      name: facetsOf(counted.map(({ name }) => name)),
      service: facetsOf(counted.map(({ service }) => service)),
    },
  }
}

function facetsOf(values: readonly (string | null)[]): JobFacet[] {
  const counts = new Map<string, number>()
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || Buffer.compare(Buffer.from(a.value), Buffer.from(b.value)))
}
