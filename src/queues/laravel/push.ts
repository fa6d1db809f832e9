import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asNumber, asText } from '../../redis/replies.js'
import type { Reply } from '../../redis/send.js'
import { sendInPortions } from '../shared/redis.js'
import { isDenied, isRefused, refusalInWords } from '../shared/refusals.js'
import { keysOf, type LaravelQueue } from './names.js'
import { microtime } from './retried-payload.js'

/** A job with a finished payload, pushed as Horizon's queue does. */
export interface Pushing {
  readonly queue: LaravelQueue
  readonly horizon: string
  readonly id: string
  readonly payload: string
  /** As in the app. */
  readonly connectionName: string
  readonly queueName: string
  readonly name: string
  /** Those of its tags that Horizon monitors. */
  readonly tags: readonly string[]
  /** How long Horizon stores waiting jobs, s. */
  readonly life: number
  /** Unix ms */
  readonly now: number
}

/** Why a job was not pushed; `isKnown`: whether that is certain. */
export interface NotPushed {
  readonly reason: string
  readonly isKnown: boolean
}

const TAKEN = 'Another user or program has just retried or removed it'

/** Records a retry in the failed job, unless another client was faster. */
const CLAIM = `
if redis.call('hget', KEYS[1], 'status') ~= 'failed' then return 0 end
if (redis.call('hget', KEYS[1], 'retried_by') or '') ~= ARGV[1] then return 0 end
redis.call('hset', KEYS[1], 'retried_by', ARGV[2])
return 1`

/** Pushes the job and an entry that wakes blocking workers. The job comes first, because Redis does not roll back a failed script. */
const PUSH = `
redis.call('rpush', KEYS[2], 1)
return redis.call('rpush', KEYS[1], ARGV[1])`

/**
 * Called before the push, so that even a fast worker finds the record and can store the result of the retry.
 *
 * @returns why another retry has precedence; null if this one was recorded
 */
export async function claim(
  connection: Connection,
  key: string,
  before: string | null,
  after: string,
): Promise<string | null> {
  const reply = await single(connection, ['eval', CLAIM, 1, key, before ?? '', after])
  if (isScriptDenied(reply)) return claimInSteps(connection, key, before, after)
  if (reply.error) return refusalInWords(reply.error)
  return asNumber(reply.value) === 1 ? null : TAKEN
}

async function claimInSteps(
  connection: Connection,
  key: string,
  before: string | null,
  after: string,
): Promise<string | null> {
  const now = await single(connection, ['hget', key, 'retried_by'])
  if (now.error) return refusalInWords(now.error)
  if ((asText(now.value) ?? '') !== (before ?? '')) return TAKEN
  const noted = await single(connection, ['hset', key, 'retried_by', after])
  return noted.error && refusalInWords(noted.error)
}

/** Stores Horizon's record of a job before the push. @returns why it was not stored, or null */
export async function store(connection: Connection, pushing: Pushing): Promise<string | null> {
  const { horizon, id, connectionName, queueName, name, payload, life, now } = pushing
  const time = microtime(now)
  const hash = { id, connection: connectionName, queue: queueName, name, status: 'pending', payload }
  const fields = Object.entries({ ...hash, created_at: time, updated_at: time }).flat()
  const replies = await sendInPortions(connection, [
    ['zadd', `${horizon}recent_jobs`, `-${time}`, id],
    ['zadd', `${horizon}pending_jobs`, `-${time}`, id],
    ['hset', `${horizon}${id}`, ...fields],
    ['expireat', `${horizon}${id}`, Math.floor(now / 1_000) + life],
  ])
  const failed = replies.find(({ error }) => error !== null)
  return failed?.error ? refusalInWords(failed.error) : null
}

/** @returns null if it was pushed */
export async function push(connection: Connection, pushing: Pushing): Promise<NotPushed | null> {
  const { waiting, notify } = keysOf(pushing.queue)
  const reply = await single(connection, ['eval', PUSH, 2, waiting, notify, pushing.payload])
  const { error } = isScriptDenied(reply) ? await pushInSteps(connection, waiting, notify, pushing.payload) : reply
  if (error) return { reason: refusalInWords(error), isKnown: isRefused(error) }
  await sendInPortions(
    connection,
    pushing.tags.map((tag) => ['zadd', `${pushing.horizon}${tag}`, microtime(pushing.now), pushing.id] as const),
  )
  return null
}

/** Pushes the wake-up entry last: alone it only wakes a worker, and without it the job is not lost. */
async function pushInSteps(connection: Connection, waiting: string, notify: string, payload: string): Promise<Reply> {
  const pushed = await single(connection, ['rpush', waiting, payload])
  if (pushed.error === null) await single(connection, ['rpush', notify, 1])
  return pushed
}

/** Removes the record of a retry that was not pushed. @returns why that was not possible, or null */
export async function release(
  connection: Connection,
  failedKey: string,
  retriedBy: string | null,
): Promise<string | null> {
  const { error } = await single(
    connection,
    retriedBy === null ? ['hdel', failedKey, 'retried_by'] : ['hset', failedKey, 'retried_by', retriedBy],
  )
  return error && refusalInWords(error)
}

/** Removes what {@link store} wrote for a job that was not pushed. @returns why that was not possible, or null */
export async function forgetStored(connection: Connection, { horizon, id }: Pushing): Promise<string | null> {
  const replies = await sendInPortions(connection, [
    ['zrem', `${horizon}recent_jobs`, id],
    ['zrem', `${horizon}pending_jobs`, id],
    ['del', `${horizon}${id}`],
  ])
  const failed = replies.find(({ error }) => error !== null)
  return failed?.error ? refusalInWords(failed.error) : null
}

async function single(connection: Connection, command: Command): Promise<Reply> {
  const [reply] = await sendInPortions(connection, [command])
  return reply ?? { error: null, value: null }
}

function isScriptDenied({ error }: Reply): boolean {
  return error !== null && (isDenied(error) || /unknown command/i.test(error.message))
}
