import type { Connection } from '../../redis/connection.js'
import { inTime, TOO_LATE } from '../../redis/deadline.js'
import { describeError, RedisError } from '../../redis/errors.js'

/** How long an action on a queue may take, in ms. */
const ACTION_TIMEOUT_MS = 10_000

/** Waits for what an app's Bull or BullMQ does. Rejects with words when it fails, or when it takes too long. */
export async function actInTime<T>(system: string, { where }: Connection, action: () => Promise<T>): Promise<T> {
  try {
    const result = await inTime(action(), ACTION_TIMEOUT_MS)
    if (result !== TOO_LATE) return result
  } catch (error) {
    throw isRedisFailure(error) ? describeError(error, where) : error
  }
  throw new RedisError('ETIMEDOUT', `${system} did not do it within ${ACTION_TIMEOUT_MS} ms (${where}, ETIMEDOUT)`)
}

function isRedisFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return true
  return error.name === 'ReplyError' || /Connection is closed|isn't writeable|max retries/i.test(error.message)
}
