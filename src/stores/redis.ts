import type { Store } from '../ports.js'
import { keysOf } from '../protocol/index.js'
import { isClient, keyPrefixOf, type RedisClient, type RedisSource } from '../redis/client.js'
import { givenConnection } from '../redis/given-connection.js'
import { ownConnection } from '../redis/own-connection.js'
import { withTokenPassword } from '../redis/token-password.js'
import { signerOf } from '../signing/signer.js'
import { parseTokens, TAKES_TOKENS } from '../signing/tokens.js'
import { Verifier } from '../signing/verifier.js'
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
  /**
   * Signs what is written and verifies what is read; two during a rotation, of which the first one signs. Also the password
   * where `redis` names a user and none.
   */
  token?: string | readonly string[] | undefined
  /** Leaves out what is not signed. @default false */
  requireToken?: boolean | undefined
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
export function redisStore(options: RedisStoreOptions): Store {
  const { redis, prefix, scanEvery = 60_000, requireToken: isRequired = false } = options
  const tokens = tokensOf(options)
  const connection = isClient(redis) ? givenConnection(redis) : ownConnection(withTokenPassword(redis, tokens[0]))
  const keyPrefix = isClient(redis) ? keyPrefixOf(redis) : ''
  const signer = signerOf(tokens, keyPrefix)
  const verifier = tokens.length > 0 ? new Verifier({ tokens, isRequired, keyPrefix }) : null
  const keys = keysOf(prefix)
  const clock = new ServerClock()
  return {
    kind: 'redis',
    ...redisWriter(connection, keys, clock, signer),
    ...redisReader(connection, keys, clock, { scanEvery, verifier }),
    ...redisQueueReports(connection, keys, clock, signer),
    ...redisCommands(connection, keys),
    async close() {
      connection.close()
    },
  }
}

function tokensOf({ token, requireToken }: RedisStoreOptions): readonly string[] {
  const tokens = token === undefined ? [] : parseTokens(token)
  if (!tokens) throw new Error(`redisStore: token takes ${TAKES_TOKENS}`)
  if (requireToken && tokens.length === 0) throw new Error('redisStore: requireToken needs a token')
  return tokens
}
