import { COMMON_CHECKS, checkOptions, isBetween, type OptionChecks } from '../../lib/options.js'
import type { Store } from '../../ports/index.js'
import type { RedisClient, RedisSource } from '../../redis/client.js'
import { TOKEN_CHECK } from '../../signing/tokens.js'
import { Verifier } from '../../signing/verifier.js'
import { redisControlStore } from './control-store.js'
import { redisDebts } from './debts.js'
import { partsOf, type RedisStoreOptions } from './parts.js'
import { redisReader } from './reader.js'
import { reportsTo } from './reports.js'

export type { RedisClient, RedisSource, RedisStoreOptions }

/** What leads to a Redis is read where it is opened, by the one reader of all that do. */
const CHECKS = {
  redis: { ...COMMON_CHECKS.redis, accepts: () => true },
  prefix: COMMON_CHECKS.prefix,
  scanEvery: { takes: 'a number of ms, at least 0', accepts: (v) => isBetween(v, 0, Number.MAX_VALUE) },
  token: TOKEN_CHECK,
  requireToken: { takes: 'true or false', accepts: (v) => typeof v === 'boolean' },
} satisfies OptionChecks<keyof RedisStoreOptions>

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
  const checked = checkOptions('redisStore', options, CHECKS, 'redisStore')
  const { scanEvery = 60_000, requireToken: isRequired = false } = checked
  const parts = partsOf(checked)
  const { connection, keys, clock, tokens, keyPrefix } = parts
  const verifier =
    tokens.length > 0 ? new Verifier({ tokens, isRequired, keyPrefix, now: () => clock.now() ?? Date.now() }) : null
  return {
    kind: 'redis',
    ...reportsTo(parts),
    ...redisReader(connection, keys, clock, { scanEvery, verifier }),
    ...redisControlStore({ connection, keys, signer: parts.signer, verifier, isRotating: tokens.length > 1 }),
    ...redisDebts(connection, keys),
  }
}
