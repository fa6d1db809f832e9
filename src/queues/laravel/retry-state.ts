import { own } from '../../protocol/read.js'
import type { Connection } from '../../redis/connection.js'
import { asText } from '../../redis/replies.js'
import { jobField, sendInPortions } from '../shared/redis.js'
import { jsonOf } from '../shared/texts.js'
import { findHeld } from './held-jobs.js'
import type { LaravelQueue } from './names.js'

/** An entry of `retried_by` in a failed job's hash. */
interface Retry {
  readonly id: string
  readonly status: string
}

export function retriesIn(text: string | null): Retry[] {
  const list = jsonOf(text)
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return []
    const [id, status] = [own({ ...entry }, 'id'), own({ ...entry }, 'status')]
    return typeof id === 'string' && typeof status === 'string' ? [{ id, status }] : []
  })
}

/**
 * Why a failed job must not be retried now. Horizon leaves it among the failed jobs whatever the result of its retries, and running a job
 * twice is worse than making the user retry again.
 *
 * @returns null if it may be retried
 */
export async function whyNotAgain(
  connection: Connection,
  queue: LaravelQueue,
  horizon: string,
  retriedBy: string | null,
): Promise<string | null> {
  const retries = retriesIn(retriedBy)
  if (retries.some(({ status }) => status === 'completed')) return 'A retry of this job has completed'
  const replies = await sendInPortions(
    connection,
    retries.map(({ id }) => ['hget', `${horizon}${id}`, 'status'] as const),
  )
  for (const [index, { id, status }] of retries.entries()) {
    const now = asText(jobField(replies[index]))
    if (now === 'failed') return `Its retry ${id} failed, too: retry that one`
    if (now === 'completed') return 'A retry of this job has completed'
    if (now !== null) return `Its retry ${id} has not ended yet`
    if (status === 'pending' && (await mayStillWait(connection, queue, id)))
      return `Its retry ${id} has not ended yet, as far as can be told`
  }
  return null
}

/** Horizon deletes its record of a job that waits longer than an hour; the queue still has the job. */
async function mayStillWait(connection: Connection, queue: LaravelQueue, id: string): Promise<boolean> {
  const { found, isWhole } = await findHeld(connection, queue, id)
  return found !== null || !isWhole
}
