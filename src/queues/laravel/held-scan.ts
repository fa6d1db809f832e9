import { createHash } from 'node:crypto'
import type { JobScan, JobScanQuery } from '../../ports/index.js'
import type { Connection } from '../../redis/connection.js'
import { asScored } from '../../redis/replies.js'
import { orThrow, sendInPortions } from '../shared/redis.js'
import { wasThere } from '../shared/times.js'
import { type HeldState, heldSummary, keyOf, type Member, memberOf, portions, sizeOf } from './members.js'
import type { LaravelQueue } from './names.js'

/** Iterates over all jobs of a state in parts. @throws RedisError */
export function scanHeld(
  connection: Connection,
  queue: LaravelQueue,
  state: HeldState,
  query: JobScanQuery,
): Promise<JobScan> {
  return state === 'waiting' ? scanList(connection, queue, query) : scanSet(connection, queue, state, query)
}

/**
 * Newest first: workers take from the other end, so unseen jobs only move away from the scan, and new jobs are added on the side already
 * scanned. The cursor has the number of unseen jobs and a hash of the last one seen.
 */
async function scanList(connection: Connection, queue: LaravelQueue, query: JobScanQuery): Promise<JobScan> {
  const [left, mark] = query.cursor === null ? [await sizeOf(connection, queue, 'waiting'), null] : cursorOf(query)
  if (left <= 0) return { jobs: [], cursor: null }
  const first = Math.max(0, left - query.limit)
  const members: Member[] = []
  for await (const part of portions(connection, queue, 'waiting', [first, mark === null ? left - 1 : left]))
    members.push(...part)
  const seenAt = mark === null ? members.length : members.findIndex(({ text }) => markOf(text) === mark)
  // Not found: workers took more than one part meanwhile. The job is further ahead, or gone with all jobs seen before it.
  const fresh = members.slice(0, Math.max(0, seenAt))
  const last = fresh[0] ? markOf(fresh[0].text) : mark
  return { jobs: jobsOf(fresh, 'waiting', query), cursor: first > 0 ? JSON.stringify([first, last]) : null }
}

/** In the order of due times, which many jobs may share. */
async function scanSet(
  connection: Connection,
  queue: LaravelQueue,
  state: HeldState,
  query: JobScanQuery,
): Promise<JobScan> {
  const [score, seen] = query.cursor === null ? ['-inf', '0'] : cursorOf(query)
  const skip = Number(seen ?? 0)
  const [reply] = await sendInPortions(connection, [
    ['zrangebyscore', keyOf(queue, state), score, '+inf', 'WITHSCORES', 'LIMIT', skip, query.limit],
  ])
  const members = asScored(orThrow(reply)).map((one) => memberOf(one.member, one.score))
  const last = members.at(-1)?.score ?? null
  if (last === null || members.length < query.limit) return { jobs: jobsOf(members, state, query), cursor: null }
  const same = members.filter((member) => member.score === last).length
  const next = JSON.stringify([last, String(same + (last === score ? skip : 0))])
  return { jobs: jobsOf(members, state, query), cursor: next }
}

function jobsOf(members: readonly Member[], state: HeldState, { asOf }: JobScanQuery) {
  return members.flatMap((member) => heldSummary(member, state) ?? []).filter((job) => wasThere(job, asOf))
}

function cursorOf({ cursor }: JobScanQuery): [number, string | null] {
  const [place, mark]: unknown[] = JSON.parse(cursor ?? '[]')
  return [Number(place), typeof mark === 'string' ? mark : null]
}

function markOf(text: string): string {
  return createHash('sha1').update(text).digest('base64')
}
