import type { ControlStore } from '../ports/index.js'
import type { Keys } from '../protocol/index.js'
import type { Connection } from '../redis/connection.js'
import { signerOf } from '../signing/signer.js'
import { Verifier } from '../signing/verifier.js'
import { redisControlStore } from '../stores/redis/control-store.js'

/** Opens Zenith's own data in a Redis, verified with these tokens. @param tokens if empty, nothing is verified */
export function openControlStore(connection: Connection, keys: Keys, tokens: readonly string[]): ControlStore {
  const verifier = tokens.length > 0 ? new Verifier({ tokens, isRequired: false, now: Date.now, keyPrefix: '' }) : null
  return redisControlStore({ connection, keys, signer: signerOf(tokens, ''), verifier, isRotating: false })
}
