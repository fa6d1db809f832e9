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

/** `redis` is checked where the connection is opened, like in every other part. */
const CHECKS = {
  redis: { ...COMMON_CHECKS.redis, accepts: () => true },
  prefix: COMMON_CHECKS.prefix,
  scanEvery: { takes: 'a number of ms, at least 0', accepts: (v) => isBetween(v, 0, Number.MAX_VALUE) },
  token: TOKEN_CHECK,
  requireToken: { takes: 'true or false', accepts: (v) => typeof v === 'boolean' },
} satisfies OptionChecks<keyof RedisStoreOptions>

/**
 * Stores reports in Redis 6.2 or newer, Valkey, behind a Sentinel or in a Cluster. It connects at the first read or write. Its own
 * connection never keeps the process alive: a script that only awaits a read needs something else that does, such as a timer.
 *
 * @throws when the URL or an option is invalid; after that writes never reject, and reads reject with a readable error without secrets
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
