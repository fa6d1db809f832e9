import { isQuasarError, QuasarError } from './core/errors.js'
import { SHARED_CHECKS } from './core/option-checks.js'
import type { Store } from './ports.js'
import { type RedisStoreOptions, redisStore } from './stores/redis.js'

/**
 * The store of the option `redis`, for a recorder and for Zenith alike.
 *
 * @param redis a URL, or some object: whether it makes sense shows when it is opened
 * @throws QuasarError `invalid_option`, whatever ioredis, a getter or a proxy throws
 */
export function openRedisStore(options: Omit<RedisStoreOptions, 'redis'> & { redis: string | object }): Store {
  try {
    return redisStore(options)
  } catch (error) {
    if (isQuasarError(error)) throw error
    // Not as its cause: an error about a URL holds the URL, and so its password.
    throw new QuasarError('invalid_option', `Quasar: option "redis" takes ${SHARED_CHECKS.redis.takes}.`)
  }
}
