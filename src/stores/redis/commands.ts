import type { Commands } from '../../ports.js'
import {
  type AuditEntry,
  type Keys,
  MAX_AUDIT_ENTRIES,
  MAX_KEPT_DOCUMENTS,
  parseAuditEntry,
} from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asEntries, asNumber, asText, textsOf } from '../../redis/replies.js'
import { ask, send } from '../../redis/send.js'
import { boundedLimit, boundedLine, checkDocument, tooManyDocuments } from '../audit-line.js'

/** Lines that can't be read are passed over, in at most so many reads for one page. */
const MAX_READS = 10

/** What Zenith keeps in Redis: the audit trail in a stream, and small documents in a hash for each kind. */
export function redisCommands(connection: Connection, keys: Keys): Commands {
  async function readLines(before: string | null, count: number) {
    const end = before === null ? '+' : `(${before}`
    return asEntries(await ask(connection, ['xrevrange', keys.audit, end, '-', 'COUNT', count]))
  }

  return {
    async appendAudit(entry) {
      const line = JSON.stringify(boundedLine(entry))
      const command: Command = ['xadd', keys.audit, 'MAXLEN', '~', MAX_AUDIT_ENTRIES, '*', 'data', line]
      return asText(await ask(connection, command)) ?? ''
    },
    async audit(query) {
      const limit = boundedLimit(query.limit)
      const lines: AuditEntry[] = []
      let before = isId(query.before) ? query.before : null
      for (let reads = 0; reads < MAX_READS && lines.length < limit; reads++) {
        const count = limit - lines.length
        const entries = await readLines(before, count)
        lines.push(...entries.map(({ id, fields }) => parseAuditEntry(fields.data, id)).filter((line) => line !== null))
        before = entries.at(-1)?.id ?? before
        if (entries.length < count) break
      }
      return lines
    },
    async keep(kind, id, document) {
      checkDocument(document)
      const key = keys.kept(kind)
      const [kept, count] = await send(connection, [
        ['hset', key, id, document],
        ['hlen', key],
      ])
      const error = kept?.error ?? count?.error
      if (error) throw error
      if (asNumber(kept?.value) !== 1 || (asNumber(count?.value) ?? 0) <= MAX_KEPT_DOCUMENTS) return
      await ask(connection, ['hdel', key, id])
      throw tooManyDocuments(kind, MAX_KEPT_DOCUMENTS)
    },
    async kept(kind) {
      return textsOf(await ask(connection, ['hgetall', keys.kept(kind)]))
    },
    async forget(kind, id) {
      return (asNumber(await ask(connection, ['hdel', keys.kept(kind), id])) ?? 0) > 0
    },
  }
}

function isId(text: string | null): text is string {
  return text !== null && /^\d+-\d+$/.test(text)
}
