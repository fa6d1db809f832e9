import type { Commands } from '../../ports.js'
import { type Keys, MAX_AUDIT_ENTRIES, parseAuditEntry } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { asEntries, asNumber, asText, textsOf } from '../../redis/replies.js'
import { ask } from '../../redis/send.js'

/** What Zenith keeps in Redis: the audit trail in a stream, and small documents in a hash for each kind. */
export function redisCommands(connection: Connection, keys: Keys): Commands {
  return {
    async appendAudit(entry) {
      const command = [
        'xadd',
        keys.audit,
        'MAXLEN',
        '~',
        MAX_AUDIT_ENTRIES,
        '*',
        'data',
        JSON.stringify(entry),
      ] as const
      return asText(await ask(connection, command)) ?? ''
    },
    async audit({ before, limit }) {
      const end = before === null ? '+' : `(${before}`
      const entries = asEntries(await ask(connection, ['xrevrange', keys.audit, end, '-', 'COUNT', limit]))
      return entries.map(({ id, fields }) => parseAuditEntry(fields.data, id)).filter((entry) => entry !== null)
    },
    async keep(kind, id, document) {
      await ask(connection, ['hset', keys.kept(kind), id, document])
    },
    async kept(kind) {
      return textsOf(await ask(connection, ['hgetall', keys.kept(kind)]))
    },
    async forget(kind, id) {
      return (asNumber(await ask(connection, ['hdel', keys.kept(kind), id])) ?? 0) > 0
    },
  }
}
