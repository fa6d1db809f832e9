/** What an app's own Bull or BullMQ is, and what it does. */
import { inTime, TOO_LATE } from '../../lib/async.js'
import type { Connection } from '../../redis/connection.js'
import { describeError, RedisError } from '../../redis/errors.js'

/**
 * The classes of an instance, from its own to those that it is derived from. What an app derives takes what it likes in its
 * constructor: the library's own class is further on.
 */
export function* classesOf(instance: object): Generator<unknown> {
  for (let proto: unknown = Object.getPrototypeOf(instance); proto; proto = Object.getPrototypeOf(proto))
    if (typeof proto === 'object' && proto && 'constructor' in proto) yield proto.constructor
}

/** How long an action on a queue may take, in ms. */
const ACTION_TIMEOUT_MS = 10_000

/** Waits for what an app's Bull or BullMQ does. Rejects with words when it fails, or when it takes too long. */
export async function actInTime<T>(system: string, { where }: Connection, action: () => Promise<T>): Promise<T> {
  try {
    const result = await inTime(action(), ACTION_TIMEOUT_MS)
    if (result !== TOO_LATE) return result
  } catch (error) {
    throw redisFailure(error, where) ?? error
  }
  throw new RedisError(
    'ETIMEDOUT',
    `${system} did not do it within ${ACTION_TIMEOUT_MS} ms, and may still do it (${where}, ETIMEDOUT)`,
  )
}

const LOST = /Connection is closed|isn't writeable|max retries|aborted due to connection close/i

/** What Redis, or the way to it, refused to an app's Bull or BullMQ; null for an error of these themselves. */
export function redisFailure(error: unknown, where = "the queue's Redis"): RedisError | null {
  if (error instanceof RedisError) return error
  if (!(error instanceof Error)) return describeError(error, where)
  const isSystems = 'code' in error && typeof error.code === 'string' && /^E[A-Z_]+$/.test(error.code)
  const isRedis = error.name === 'ReplyError' || isSystems || 'previousErrors' in error || LOST.test(error.message)
  return isRedis ? describeError(error, where) : null
}
