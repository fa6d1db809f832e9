import { performance } from 'node:perf_hooks'
import type { JobQuery, JobSearchQuery } from '../../ports/index.js'
import type { JobListing, JobSearch, JobSummary } from '../../protocol/index.js'
import type { SearchedJob } from '../../redaction/job.js'
import type { Connection } from '../../redis/connection.js'
import { asText } from '../../redis/replies.js'
import { sendInPortions } from '../shared/redis.js'
import { MAX_SEARCHED_CHARS, searchWithin } from '../shared/search.js'
import { secondsOf } from './horizon-jobs.js'
import { type HeldState, heldSummary, type Member, portions, sizeOf } from './members.js'
import type { LaravelQueue } from './names.js'

/** Most jobs of one state that are searched for an id, and the time for it, ms. */
const MAX_LOOKED = 10_000
const LOOK_MS = 2_000

/** Waiting, delayed or active jobs, which Laravel stores in the queue's own keys. */
export async function listHeld(
  connection: Connection,
  queue: LaravelQueue,
  state: HeldState,
  { offset, limit, order }: Omit<JobQuery, 'state'>,
): Promise<JobListing> {
  const total = await sizeOf(connection, queue, state)
  const first = order === 'oldest' ? offset : Math.max(0, total - offset - limit)
  const last = Math.min(total - 1, order === 'oldest' ? offset + limit - 1 : total - offset - 1)
  const jobs: JobSummary[] = []
  for await (const part of portions(connection, queue, state, [first, last]))
    jobs.push(...part.flatMap((member) => heldSummary(member, state) ?? []))
  const started = state === 'active' ? await withStarts(connection, queue.horizon, jobs) : jobs
  return { total, jobs: order === 'oldest' ? started : started.reverse(), missing: 0 }
}

/** Adds when jobs were started, which only Horizon records. */
async function withStarts(connection: Connection, horizon: string | null, jobs: JobSummary[]): Promise<JobSummary[]> {
  if (horizon === null) return jobs
  const replies = await sendInPortions(
    connection,
    jobs.map(({ id }) => ['hget', `${horizon}${id}`, 'reserved_at'] as const),
  )
  return jobs.map((job, index) => ({ ...job, startedAt: secondsOf(asText(replies[index]?.value)) }))
}

export async function searchHeld(
  connection: Connection,
  queue: LaravelQueue,
  state: HeldState,
  query: JobSearchQuery,
): Promise<JobSearch> {
  const total = await sizeOf(connection, queue, state)
  return searchWithin(query, total, async (offset, limit) => {
    const found: SearchedJob[] = []
    for await (const part of portions(connection, queue, state, [offset, offset + limit - 1]))
      for (const member of part) {
        const summary = heldSummary(member, state)
        if (summary) found.push({ summary, payload: searchedPayload(member.text) })
      }
    return found
  })
}

function searchedPayload(json: string): string | null {
  return json.length > MAX_SEARCHED_CHARS ? null : json
}

/** A job and its state; `isWhole`: whether all jobs were searched. */
export interface HeldJob {
  readonly found: { readonly member: Member; readonly state: HeldState } | null
  readonly isWhole: boolean
}

/** Searches all jobs of the queue for one, within limits. @throws RedisError */
export async function findHeld(connection: Connection, queue: LaravelQueue, id: string): Promise<HeldJob> {
  const ends = performance.now() + LOOK_MS
  let isWhole = true
  for (const state of ['waiting', 'delayed', 'active'] as const) {
    let looked = 0
    for await (const part of portions(connection, queue, state, [0, MAX_LOOKED])) {
      const member = part.find((one) => one.text.includes(id) && one.payload?.id === id)
      if (member) return { found: { member, state }, isWhole }
      looked += part.length
      if (looked >= MAX_LOOKED || performance.now() >= ends) {
        isWhole = false
        break
      }
    }
  }
  return { found: null, isWhole }
}
