import type { ChosenRedis } from '../core/options/environment.js'
import { isQuasarError, QuasarError } from '../lib/errors.js'
import { RedisSourceError, sentence, TAKES_ADDRESS, TAKES_SOURCE } from '../redis/source-error.js'
import type { RedisSource } from '../stores/redis/index.js'

/**
 * Opens the Redis that the option `redis` or its environment variable names, for a recorder and for Zenith alike.
 *
 * @throws QuasarError `invalid_option` for any problem; it names the option or the variable
 */
export function openRedis<O extends { redis: RedisSource }, T>(
  open: (options: O) => T,
  { redis, redisFrom }: Pick<ChosenRedis, 'redis' | 'redisFrom'>,
  others: Omit<O, 'redis'>,
): T {
  try {
    return open({ ...others, redis } as O)
  } catch (error) {
    if (error instanceof RedisSourceError) throw invalid(redisFrom, error.problem)
    if (isQuasarError(error)) throw error
    // Without the error as its cause: an error about a URL may hold the URL, and so its password.
    throw invalid(redisFrom, "it can't be opened")
  }
}

function invalid(from: string, problem: string): QuasarError {
  const takes = from.startsWith('option') ? `${TAKES_SOURCE}, or false` : TAKES_ADDRESS
  return new QuasarError('invalid_option', `Quasar: ${sentence(from, takes, problem)}`)
}
