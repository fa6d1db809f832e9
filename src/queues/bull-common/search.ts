import type { JobSearchQuery } from '../../ports/index.js'
import type { JobSearch, JobSummary } from '../../protocol/index.js'
import type { SearchedJob } from '../../redaction/job.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { orThrow } from '../shared/redis.js'
import { searchWithin } from '../shared/search.js'
import { type ReadJobs, readIds } from './lists.js'

/** Larger payloads are not looked into. */
const MAX_PAYLOAD_BYTES = 65_536
/** Payloads that are read together are no more than this. */
const MAX_PORTION_BYTES = 1_048_576

/** The newest first. */
export async function searchJobs(
  connection: Connection,
  readJobs: ReadJobs,
  base: string,
  query: JobSearchQuery,
): Promise<JobSearch> {
  const { state } = query
  const { total } = await readIds(connection, base, { state, offset: 0, limit: 1, order: 'newest' })
  return searchWithin(query, total, async (offset, limit) => {
    const { ids } = await readIds(connection, base, { state, offset, limit, order: 'newest' })
    const jobs = await readJobs(base, ids, state)
    return withPayloads(
      connection,
      base,
      jobs.filter((job) => job !== null),
    )
  })
}

async function withPayloads(connection: Connection, base: string, jobs: readonly JobSummary[]): Promise<SearchedJob[]> {
  const payloads = new Map<string, string>()
  for (const portion of portionsOf(jobs)) {
    const commands = portion.map(({ id }): Command => ['hget', base + id, 'data'])
    const replies = await send(connection, commands)
    for (const [index, { id }] of portion.entries()) payloads.set(id, asText(orThrow(replies[index])) ?? '')
  }
  return jobs.map((summary) => ({ summary, payload: payloads.get(summary.id) ?? null }))
}

function portionsOf(jobs: readonly JobSummary[]): JobSummary[][] {
  const portions: JobSummary[][] = []
  let portion: JobSummary[] = []
  let bytes = 0
  for (const job of jobs) {
    const size = job.dataBytes ?? 0
    if (size > MAX_PAYLOAD_BYTES) continue
    if (bytes + size > MAX_PORTION_BYTES) {
      portions.push(portion)
      portion = []
      bytes = 0
    }
    portion.push(job)
    bytes += size
  }
  return [...portions, portion]
}
