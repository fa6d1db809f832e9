import type { JobOutcome } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { asNumber, asText } from '../../redis/replies.js'
import { done, notDone, notThere } from '../shared/outcomes.js'
import { sendInPortions } from '../shared/redis.js'
import { refusalInWords } from '../shared/refusals.js'
import { isOf, readJobs } from './horizon-jobs.js'
import { bareName, type LaravelQueue } from './names.js'

/**
 * Deletes failed jobs as `horizon:forget` does: it removes a job from the list of failed jobs first, and only the client that removed it
 * there deletes it. Horizon's count of recent failures still includes it, and a row in the app's `failed_jobs` table stays.
 */
export async function forgetFailed(
  connection: Connection,
  queue: LaravelQueue,
  horizon: string,
  ids: readonly string[],
): Promise<JobOutcome[]> {
  const jobs = await readJobs(connection, horizon, [...new Set(ids)], 0)
  const failed = jobs.filter((job) => job.status === 'failed' && isOf(job, bareName(queue.raw))).map(({ id }) => id)
  const scores = await sendInPortions(
    connection,
    failed.map((id) => ['zscore', `${horizon}failed_jobs`, id] as const),
  )
  const replies = await sendInPortions(
    connection,
    failed.map((id) => ['zrem', `${horizon}failed_jobs`, id] as const),
  )
  const outcomes = new Map<string, JobOutcome>()
  const taken: Taken[] = []
  for (const [index, id] of failed.entries()) {
    const reply = replies[index]
    if (reply?.error) outcomes.set(id, notDone(id, refusalInWords(reply.error)))
    else if (asNumber(reply?.value) === 1) taken.push({ id, score: asText(scores[index]?.value) })
  }
  for (const outcome of await deleteTaken(connection, horizon, taken)) outcomes.set(outcome.id, outcome)
  return onceEach(ids, outcomes)
}

interface Taken {
  readonly id: string
  /** Its score in the list of failed jobs; null if unknown. */
  readonly score: string | null
}

/** Puts jobs that may not be deleted back into the list: a job in no list could not be found. */
async function deleteTaken(connection: Connection, horizon: string, taken: readonly Taken[]): Promise<JobOutcome[]> {
  const replies = await sendInPortions(
    connection,
    taken.map(({ id }) => ['del', `${horizon}${id}`] as const),
  )
  const outcomes: JobOutcome[] = []
  for (const [index, { id, score }] of taken.entries()) {
    const error = replies[index]?.error ?? null
    if (error && score !== null) await sendInPortions(connection, [['zadd', `${horizon}failed_jobs`, score, id]])
    outcomes.push(error ? notDone(id, refusalInWords(error)) : done(id))
  }
  return outcomes
}

/** One outcome per id, in the order requested, duplicates once. */
export function onceEach(ids: readonly string[], outcomes: Map<string, JobOutcome>): JobOutcome[] {
  return ids.map((id) => {
    const outcome = outcomes.get(id) ?? notThere(id, ['failed'])
    if (outcome.ok) outcomes.delete(id)
    return outcome
  })
}
