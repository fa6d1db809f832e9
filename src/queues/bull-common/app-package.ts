/** An app's own Bull or BullMQ. */
import { inTime, TOO_LATE } from '../../lib/async.js'
import type { Connection } from '../../redis/connection.js'
import { describeError, RedisError } from '../../redis/errors.js'

/**
 * The class of an instance and the classes that it is derived from. The constructor of an app's class may take anything: the library's own
 * class is further up.
 */
export function* classesOf(instance: object): Generator<unknown> {
  for (let proto: unknown = Object.getPrototypeOf(instance); proto; proto = Object.getPrototypeOf(proto))
    if (typeof proto === 'object' && proto && 'constructor' in proto) yield proto.constructor
}

/** Time-out of an action on a queue, ms. */
const ACTION_TIMEOUT_MS = 10_000

/** Waits for an action of an app's Bull or BullMQ. Rejects with a readable error if it fails or takes too long. */
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

/**
 * The error of Redis, or of the connection to it, that an action of Bull or BullMQ failed with; null for an error of the library itself.
 */
export function redisFailure(error: unknown, where = "the queue's Redis"): RedisError | null {
  if (error instanceof RedisError) return error
  if (!(error instanceof Error)) return describeError(error, where)
  const isSystems = 'code' in error && typeof error.code === 'string' && /^E[A-Z_]+$/.test(error.code)
  const isRedis = error.name === 'ReplyError' || isSystems || 'previousErrors' in error || LOST.test(error.message)
  return isRedis ? describeError(error, where) : null
}
