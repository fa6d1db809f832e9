import { inTime, TOO_LATE } from '../lib/async.js'
import type { RedisClient } from './client.js'
import { databaseError, timeoutError } from './errors.js'
import { ANSWER_TIMEOUT_MS } from './timeouts.js'

/**
 * Selects a database on the connection that a client has now. ioredis goes on in database 0 where one can't be had.
 *
 * @param gaveUp gets the answer that did not come in time
 * @throws RedisError for a database that can't be had
 */
export async function selectDatabase(
  client: RedisClient,
  db: number,
  where: string,
  gaveUp: (answer: Promise<unknown>) => void = () => {},
): Promise<void> {
  const answer = client.call('select', db)
  const outcome = await inTime(answer, ANSWER_TIMEOUT_MS).catch((error: unknown) => {
    throw databaseError(error, db, where)
  })
  if (outcome !== TOO_LATE) return
  gaveUp(answer)
  throw timeoutError(where, ANSWER_TIMEOUT_MS)
}
