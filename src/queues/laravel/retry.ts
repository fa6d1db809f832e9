import { randomUUID } from 'node:crypto'
import type { JobOutcome } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { done, notDone, notKnown } from '../shared/outcomes.js'
import { orThrow, sendInPortions } from '../shared/redis.js'
import { unlessRefused } from '../shared/refusals.js'
import { jsonOf } from '../shared/texts.js'
import { onceEach } from './forget.js'
import { isOf, readJobs } from './horizon-jobs.js'
import { bareName, type LaravelQueue } from './names.js'
import { claim, forgetStored, type Pushing, push, release, store } from './push.js'
import { type RetriedPayload, retriedPayload } from './retried-payload.js'
import { whyNotAgain } from './retry-state.js'

/** Payloads are loaded whole, so only a few are in memory at once. */
const PORTION = 20
/** Horizon's `trim.pending`, unless its jobs show another, s. */
const PENDING_LIFE = 3_600

/** Retries failed jobs as Horizon does: the failed job stays and records its retry, and a job with a new id is pushed. */
export async function retryFailed(
  connection: Connection,
  queue: LaravelQueue,
  horizon: string,
  ids: readonly string[],
): Promise<JobOutcome[]> {
  const outcomes = new Map<string, JobOutcome>()
  const unique = [...new Set(ids)]
  const life = unique.length > 0 ? await pendingLife(connection, horizon) : PENDING_LIFE
  for (let start = 0; start < unique.length; start += PORTION) {
    const portion = unique.slice(start, start + PORTION)
    const retrying = { connection, queue, horizon, life }
    for (const outcome of await unlessRefused(portion, () => retryPortion(retrying, portion)))
      outcomes.set(outcome.id, outcome)
  }
  return onceEach(ids, outcomes)
}

async function retryPortion(retrying: Omit<Retrying, 'failed'>, ids: readonly string[]): Promise<JobOutcome[]> {
  const { connection, queue, horizon } = retrying
  const jobs = await readJobs(connection, horizon, ids, Number.POSITIVE_INFINITY)
  const outcomes: JobOutcome[] = []
  for (const job of jobs.filter((one) => one.status === 'failed' && isOf(one, bareName(queue.raw))))
    outcomes.push(
      ...(await unlessRefused([job.id], async () => [await retryOne({ ...retrying, failed: job.id }, job)])),
    )
  return outcomes
}

interface Retrying {
  readonly connection: Connection
  readonly queue: LaravelQueue
  readonly horizon: string
  readonly failed: string
  readonly life: number
}

async function retryOne(retrying: Retrying, job: { payload: string | null }): Promise<JobOutcome> {
  const { connection, queue, horizon, failed } = retrying
  if (queue.obstacle !== null) return notDone(failed, queue.obstacle)
  const [now, id] = [Date.now(), randomUUID()]
  const payload = job.payload === null ? null : retriedPayload(job.payload, failed, id, now)
  if (!payload) return notDone(failed, 'Its payload is no JSON that Horizon could have written')
  const hash = await readHash(connection, horizon, failed)
  const reason = await whyNotAgain(connection, queue, horizon, hash.retriedBy)
  if (reason !== null) return notDone(failed, reason)
  return pushRetry(retrying, { ...hash, id, now, payload })
}

interface Retry {
  readonly id: string
  readonly now: number
  readonly payload: RetriedPayload
  readonly retriedBy: string | null
  readonly connectionName: string
  readonly queueName: string
  readonly name: string
}

async function pushRetry(retrying: Retrying, retry: Retry): Promise<JobOutcome> {
  const { connection, queue, horizon, failed, life } = retrying
  const tags = await monitoredOf(connection, horizon, retry.payload.tags)
  const retriedBy = withRetry(retry)
  const failedKey = `${horizon}${failed}`
  const pushing: Pushing = { ...retry, horizon, queue, life, tags, payload: retry.payload.text }
  // Stored first: a client that finds the record of the retry must also find the job, or it would count it as lost.
  const notOurs = (await store(connection, pushing)) ?? (await claim(connection, failedKey, retry.retriedBy, retriedBy))
  if (notOurs !== null) return notPushed(failed, notOurs, await forgetStored(connection, pushing))
  const failure = await push(connection, pushing)
  if (failure === null) return done(failed)
  // Only reverted if the job was certainly not pushed; after a lost reply that is unknown.
  if (!failure.isKnown) return notKnown(failed, `Whether it was pushed is not known: ${failure.reason}`)
  const left = await release(connection, failedKey, retry.retriedBy)
  return notPushed(failed, failure.reason, (await forgetStored(connection, pushing)) ?? left)
}

/** @param left why data written before is still there; null if it was removed */
function notPushed(failed: string, reason: string, left: string | null): JobOutcome {
  return notDone(failed, left === null ? reason : `${reason}. What was noted of it is left: ${left}`)
}

function withRetry({ retriedBy, id, now }: Retry): string {
  const earlier = jsonOf(retriedBy)
  const entry = { id, status: 'pending', retried_at: Math.floor(now / 1_000) }
  return JSON.stringify([...(Array.isArray(earlier) ? earlier : []), entry])
}

async function readHash(connection: Connection, horizon: string, id: string) {
  const [reply] = await sendInPortions(connection, [
    ['hmget', `${horizon}${id}`, 'retried_by', 'connection', 'queue', 'name'],
  ])
  const [retriedBy = null, connectionName, queueName, name] = asList(orThrow(reply)).map(asText)
  return { retriedBy, connectionName: connectionName ?? '', queueName: queueName ?? '', name: name ?? '' }
}

/** How long this Horizon stores waiting jobs, s: as its newest pending job shows, or Horizon's default. */
async function pendingLife(connection: Connection, horizon: string): Promise<number> {
  const [newest] = await sendInPortions(connection, [['zrange', `${horizon}pending_jobs`, 0, 0]])
  const id = asText(asList(newest?.value)[0])
  if (id === null) return PENDING_LIFE
  const [left, made] = await sendInPortions(connection, [
    ['pttl', `${horizon}${id}`],
    ['hget', `${horizon}${id}`, 'created_at'],
  ])
  const [leftMs, madeAt] = [asNumber(left?.value) ?? -1, asNumber(asText(made?.value))]
  if (leftMs <= 0 || madeAt === null) return PENDING_LIFE
  const minutes = Math.round((leftMs / 1_000 + Date.now() / 1_000 - madeAt) / 60)
  return minutes > 0 ? minutes * 60 : PENDING_LIFE
}

/** Those of a job's tags that are monitored, however many there are. */
async function monitoredOf(connection: Connection, horizon: string, tags: readonly string[]): Promise<string[]> {
  const replies = await sendInPortions(
    connection,
    tags.map((tag): Command => ['sismember', `${horizon}monitoring`, tag]),
  )
  return tags.filter((_, index) => asNumber(orThrow(replies[index])) === 1)
}
