import { inTime, TOO_LATE } from '../lib/async.js'
import type { RedisClient } from './client.js'
import { databaseError, timeoutError } from './errors.js'
import { ANSWER_TIMEOUT_MS } from './timeouts.js'

/**
 * Selects a database on the current connection of a client. ioredis continues in database 0 if it can't select one.
 *
 * @param gaveUp gets the answer that did not arrive in time
 * @throws RedisError for a database that can't be selected
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
