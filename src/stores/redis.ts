import type { Store } from '../ports.js'
import { keysOf } from '../protocol/index.js'
import { isClient, type RedisClient, type RedisSource } from '../redis/client.js'
import { givenConnection } from '../redis/given-connection.js'
import { ownConnection } from '../redis/own-connection.js'
import { redisCommands } from './redis/commands.js'
import { redisQueueReports } from './redis/queue-reports.js'
import { redisReader } from './redis/reader.js'
import { ServerClock } from './redis/server-clock.js'
import { redisWriter } from './redis/writer.js'

export type { RedisClient, RedisSource }

export interface RedisStoreOptions {
  /**
   * A URL (`redis://user:password@host:6379/0`, `rediss://`), ioredis options, or a client of ioredis 5 or 6, which may
   * be a Cluster. A client is used while it is ready and never closed.
   */
  redis: RedisSource
  /** What all keys begin with. @default 'gravito:quasar:' */
  prefix?: string | undefined
  /** How often reporters that write no index are looked for with SCAN, in ms. @default 60000 */
  scanEvery?: number | undefined
}

/**
 * Keeps reports in Redis 6.2 or newer, Valkey, behind a Sentinel or in a Cluster. Nothing is connected before the first
 * read or write, and a connection of its own never holds the process: a script that awaits a read and does nothing else
 * needs something of its own, such as a timer, that does.
 *
 * @throws when the URL or the options make no sense; after that writes never reject, and reads reject with an error
 *   that says what is wrong and holds no secret
 * @example redisStore({ redis: 'redis://127.0.0.1:6379' })
 */
export function redisStore({ redis, prefix, scanEvery = 60_000 }: RedisStoreOptions): Store {
  const connection = isClient(redis) ? givenConnection(redis) : ownConnection(redis)
  const keys = keysOf(prefix)
  const clock = new ServerClock()
  return {
    kind: 'redis',
    ...redisWriter(connection, keys, clock),
    ...redisReader(connection, keys, clock, scanEvery),
    ...redisQueueReports(connection, keys, clock),
    ...redisCommands(connection, keys),
    async close() {
      connection.close()
    },
  }
}
