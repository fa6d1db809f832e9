import { isQuasarError, QuasarError } from './core/errors.js'
import { SHARED_CHECKS } from './core/option-checks.js'
import type { RedisSource } from './stores/redis.js'

/**
 * Opens what the option `redis` leads to, for a recorder and for Zenith alike.
 *
 * @param options `redis` is a URL, or some object: whether it makes sense shows when it is opened
 * @throws QuasarError `invalid_option`, whatever ioredis, a getter or a proxy throws
 */
export function openRedis<O extends { redis: RedisSource }, T>(
  open: (options: O) => T,
  options: Omit<O, 'redis'> & { redis: string | object },
): T {
  try {
    return open(options as O)
  } catch (error) {
    if (isQuasarError(error)) throw error
    // Not as its cause: an error about a URL holds the URL, and so its password.
    throw new QuasarError('invalid_option', `Quasar: option "redis" takes ${SHARED_CHECKS.redis.takes}.`)
  }
}
