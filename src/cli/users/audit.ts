import { randomUUID } from 'node:crypto'
import { withTimeout } from '../../lib/async.js'
import type { NewAuditEntry } from '../../ports/index.js'
import { keysOf } from '../../protocol/index.js'
import { parseAddress } from '../../redis/address.js'
import { ownConnection } from '../../redis/own-connection.js'
import { placeAt, withTokenPassword } from '../../redis/target.js'
import { openControlStore } from '../../runtime/open-control-store.js'
import { systemUser } from '../terminal/system-user.js'

const REDIS_WITHIN_MS = 8_000

export interface TrailOptions {
  readonly redis: string
  readonly prefix: string | undefined
  readonly token: readonly string[] | undefined
}

/**
 * Writes what was done to the audit trail, if the Redis with it answers: who can run this command on the database needs no Redis.
 *
 * @returns whether the line is written
 */
export async function tellTrail(
  { redis, prefix, token }: TrailOptions,
  { action, target }: { readonly action: string; readonly target: string },
): Promise<boolean> {
  const connection = ownConnection(withTokenPassword(placeAt(parseAddress(redis)), token?.[0]))
  try {
    const trail = openControlStore(connection, keysOf(prefix), token ?? [])
    const line: NewAuditEntry = {
      ...{ operation: randomUUID(), step: 'result' as const, at: Date.now(), user: systemUser(), role: 'admin' },
      ...{ via: 'command line', action, queue: null, queueName: null, target, ok: true, detail: null },
    }
    await withTimeout(trail.appendAudit(line), REDIS_WITHIN_MS)
    return true
  } catch {
    return false
  } finally {
    connection.close()
  }
}
