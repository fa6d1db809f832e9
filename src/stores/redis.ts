import type { Store } from '../ports.js'
import type { RedisClient, RedisSource } from '../redis/client.js'
import { Verifier } from '../signing/verifier.js'
import { redisCommands } from './redis/commands.js'
import { partsOf, type RedisStoreOptions } from './redis/parts.js'
import { redisReader } from './redis/reader.js'
import { reportsTo } from './redis-reports.js'

export type { RedisClient, RedisSource, RedisStoreOptions }

/**
 * Keeps reports in Redis 6.2 or newer, Valkey, behind a Sentinel or in a Cluster. Nothing is connected before the first
 * read or write, and a connection of its own never holds the process: a script that awaits a read and does nothing else
 * needs something of its own, such as a timer, that does.
 *
 * @throws when the URL or the options make no sense; after that writes never reject, and reads reject with an error
 *   that says what is wrong and holds no secret
 * @example redisStore({ redis: 'redis://127.0.0.1:6379' })
 */
export function redisStore(options: RedisStoreOptions): Store {
  const { scanEvery = 60_000, requireToken: isRequired = false } = options
  const parts = partsOf(options)
  const { connection, keys, clock, tokens, keyPrefix } = parts
  const verifier = tokens.length > 0 ? new Verifier({ tokens, isRequired, keyPrefix }) : null
  return {
    kind: 'redis',
    ...reportsTo(parts),
    ...redisReader(connection, keys, clock, { scanEvery, verifier }),
    ...redisCommands(connection, keys),
  }
}
