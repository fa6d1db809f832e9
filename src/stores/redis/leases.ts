import type { Leases } from '../../ports/index.js'
import type { Keys } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { asText } from '../../redis/replies.js'
import { ask, send } from '../../redis/send.js'

/** A lease may expire between two commands, but hardly more often than this. */
const MAX_TRIES = 3

/**
 * A key per lease, which expires by Redis' clock. It uses no script: an ACL may deny them. A renewal reads the holder again, because the
 * lease may have passed to another meanwhile.
 */
export function redisLeases(connection: Connection, keys: Keys): Leases {
  async function prolong(key: string, ms: number): Promise<string | null> {
    const [renewed, held] = await send(connection, [
      ['pexpire', key, ms],
      ['get', key],
    ])
    const error = held?.error ?? renewed?.error
    if (error) throw error
    return asText(held?.value)
  }

  /** @returns null when it expired meanwhile */
  async function compete(key: string, holder: string, ms: number): Promise<string | null> {
    const [taken, held] = await send(connection, [
      ['set', key, holder, 'PX', ms, 'NX'],
      ['get', key],
    ])
    if (held?.error) throw held.error
    const current = asText(held?.value)
    // A Redis whose memory is full refuses a new lease, and still renews an old one.
    if (current === null && taken?.error) throw taken.error
    const isOld = asText(taken?.value) === null
    return current === holder && isOld ? prolong(key, ms) : current
  }

  return {
    async acquireLease(lease, holder, ttlMs) {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const current = await compete(keys.lease(lease), holder, Math.ceil(ttlMs))
        if (current !== null) return current
      }
      throw new Error(`The lease "${lease}" ran out as soon as it was taken`)
    },
    async leaseHolder(lease) {
      return asText(await ask(connection, ['get', keys.lease(lease)]))
    },
    async releaseLease(lease, holder) {
      const key = keys.lease(lease)
      // Renewed first, so that it cannot expire and pass to another before it is deleted.
      if (asText(await ask(connection, ['get', key])) !== holder) return
      if ((await prolong(key, RELEASED_WITHIN_MS)) === holder) await ask(connection, ['del', key])
    },
  }
}

/** Longer than the time-out of a command, ms. */
const RELEASED_WITHIN_MS = 20_000
