import { performance } from 'node:perf_hooks'
import type { JobQuery, JobScan, JobScanQuery, JobSearchQuery } from '../../ports/index.js'
import type { JobListing, JobSearch, JobSummary } from '../../protocol/index.js'
import type { SearchedJob } from '../../redaction/job.js'
import type { Connection } from '../../redis/connection.js'
import { asScored } from '../../redis/replies.js'
import { orThrow, sendInPortions } from '../shared/redis.js'
import { MAX_SEARCHED_CHARS, searchWithin } from '../shared/search.js'
import { wasThere } from '../shared/times.js'
import { type HorizonJob, isOf, readJobs, summaryOf } from './horizon-jobs.js'
import type { JobIndex } from './job-index.js'

/** The states that only Horizon stores, and its lists of them. */
export const ENDED_LISTS = { failed: 'failed_jobs', completed: 'completed_jobs' } as const
export type EndedState = keyof typeof ENDED_LISTS

/** How much later a job's time may be than its score in the list, s: Horizon reads the clock for each separately. */
const LEEWAY = 1
/** How long one request searches older jobs, ms; the next one continues. */
const DEEPEN_MS = 1_500
/** How long one part of a scan may search for jobs of its queue, ms. */
const SCAN_MS = 1_000

/** Ended jobs of one queue of a Horizon. */
export interface EndedJobs {
  readonly connection: Connection
  readonly horizon: string
  /** Without braces. */
  readonly name: string
  readonly state: EndedState
  readonly index: JobIndex
}

export async function listEnded(
  ended: EndedJobs,
  { offset, limit, order }: Omit<JobQuery, 'state'>,
): Promise<JobListing> {
  const { ids, partial } = await idsOf(ended)
  const sorted = order === 'newest' ? ids : ids.reverse()
  const wanted = sorted.slice(offset, offset + limit)
  const jobs = await readJobs(ended.connection, ended.horizon, wanted)
  return { total: ids.length, jobs: summaries(ended, jobs), missing: wanted.length - jobs.length, ...partial }
}

export async function searchEnded(ended: EndedJobs, query: JobSearchQuery): Promise<JobSearch> {
  const { ids, partial } = await idsOf(ended)
  const found = await searchWithin(query, ids.length, async (offset, limit) => {
    const wanted = ids.slice(offset, offset + limit)
    const jobs = await readJobs(ended.connection, ended.horizon, wanted, MAX_SEARCHED_CHARS)
    return jobs.map((job) => searchedJob(job, ended.state))
  })
  if (found.stopped || !partial) return { ...found, ...partial }
  return { ...found, stopped: 'scanned', next: found.scanned, ...partial }
}

function searchedJob(job: HorizonJob, state: EndedState): SearchedJob {
  const { payload, payloadBytes, exception } = job
  const isTooLarge = payload === null && payloadBytes > 0
  return { summary: summaryOf(job, state), payload: isTooLarge ? null : (payload ?? ''), failure: exception }
}

/** Ids of one queue, and how far the list of all queues was searched if not to its end. */
async function idsOf({ index, name }: EndedJobs) {
  await index.refresh()
  await index.deepen(DEEPEN_MS)
  const partial = index.isWhole ? null : { partial: { looked: index.looked, total: index.total } }
  return { ids: index.of(name), partial }
}

/** By the times in the list, newest first; the cursor is the last job's time and id. */
export async function scanEnded(ended: EndedJobs, query: JobScanQuery): Promise<JobScan> {
  const ends = performance.now() + SCAN_MS
  let cursor = query.cursor
  do {
    const part = await scanPart(ended, query, cursor)
    if (part.jobs.length > 0 || part.cursor === null) return part
    cursor = part.cursor
  } while (performance.now() < ends)
  return { jobs: [], cursor }
}

async function scanPart(ended: EndedJobs, query: JobScanQuery, cursor: string | null): Promise<JobScan> {
  const { connection, horizon, index } = ended
  const [score, last, skip] = cursor === null ? [-(query.asOf / 1_000 + LEEWAY), '', 0] : cursorOf(cursor)
  const [reply] = await sendInPortions(connection, [
    ['zrangebyscore', index.key, score, '+inf', 'WITHSCORES', 'LIMIT', skip, query.limit],
  ])
  const entries = asScored(orThrow(reply))
  const fresh = entries.filter((entry) => entry.score !== score || entry.member > last)
  const jobs = await readJobs(
    connection,
    horizon,
    fresh.map(({ member }) => member),
  )
  const end = fresh.at(-1)
  // If all entries have one time and were seen, the next part starts after them.
  const next = end ? [end.score, end.member, 0] : [score, last, skip + entries.length]
  const found = summaries(ended, jobs).filter((job) => wasThere(job, query.asOf))
  return { jobs: found, cursor: entries.length < query.limit ? null : JSON.stringify(next) }
}

function cursorOf(cursor: string): [score: number, last: string, skip: number] {
  const [score, last, skip]: unknown[] = JSON.parse(cursor)
  return [Number(score), String(last), Number(skip)]
}

function summaries({ name, state }: EndedJobs, jobs: readonly HorizonJob[]): JobSummary[] {
  return jobs.filter((job) => isOf(job, name)).map((job) => summaryOf(job, state))
}
