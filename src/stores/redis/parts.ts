import { invalidOption } from '../../lib/errors.js'
import { type Keys, keysOf } from '../../protocol/index.js'
import type { RedisSource } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { givenConnection } from '../../redis/given-connection.js'
import { ownConnection } from '../../redis/own-connection.js'
import { parseRedis, type RedisTarget, withTokenPassword } from '../../redis/target.js'
import { type Signer, signerOf } from '../../signing/signer.js'
import { parseTokens, TAKES_TOKENS } from '../../signing/tokens.js'
import { ServerClock } from './server-clock.js'

export interface RedisStoreOptions {
  /**
   * A URL (`redis://user:password@host:6379/0`, `rediss://`, `unix://`), ioredis options, or a client of ioredis 5 or 6, which may
   * be a Cluster. A client is used while it is ready and never closed. A `keyPrefix` of options or client is put before `prefix`.
   */
  redis: RedisSource
  /** Prefix of all keys. @default 'gravito:quasar:' */
  prefix?: string | undefined
  /** How often to search for reporters that write no index, with SCAN, ms. @default 60000 */
  scanEvery?: number | undefined
  /**
   * Signs what is written and verifies what is read; two during a rotation, of which the first one signs. Also the password
   * where `redis` names a user and none.
   */
  token?: string | readonly string[] | undefined
  /** Leaves out what is not signed. @default false */
  requireToken?: boolean | undefined
}

/** What the writer and the reader share. */
export interface RedisParts {
  readonly connection: Connection
  readonly keys: Keys
  readonly clock: ServerClock
  readonly tokens: readonly string[]
  /** The `keyPrefix` of the client or of the ioredis options. */
  readonly keyPrefix: string
  readonly signer: Signer
}

/** @throws when the URL or an option is invalid */
export function partsOf(options: RedisStoreOptions): RedisParts {
  const { redis, prefix } = options
  const tokens = tokensOf(options)
  const target = parseRedis(redis, 'redisStore: option "redis"')
  const { keyPrefix } = target
  return {
    connection: connectionTo(target, tokens[0]),
    keys: keysOf(prefix),
    clock: new ServerClock(),
    tokens,
    keyPrefix,
    signer: signerOf(tokens, keyPrefix),
  }
}

function connectionTo(target: RedisTarget, token: string | undefined): Connection {
  if (target.client) return givenConnection(target.client)
  return ownConnection(withTokenPassword(target.place, token), target.keyPrefix)
}

function tokensOf({ token, requireToken }: RedisStoreOptions): readonly string[] {
  const tokens = token === undefined ? [] : parseTokens(token)
  if (!tokens) throw invalidOption('redisStore', 'token', TAKES_TOKENS)
  if (requireToken && tokens.length === 0) throw invalidOption('redisStore', 'requireToken', 'true with a "token" only')
  return tokens
}
