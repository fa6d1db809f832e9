import type { ControlStore, DocumentListing } from '../../ports/index.js'
import { encodeQueueHistory, HISTORY_LIFE_MS, MAX_RECORD_CHARS, nodeMember } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import { RedisError } from '../../redis/errors.js'
import { packText } from '../../redis/packed-text.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { AuditTrail } from './audit-trail.js'
import { AUDITED_KIND, Documents } from './documents.js'
import { redisLeases } from './leases.js'
import { Migration, type MigrationOptions } from './migration.js'

export type RedisControlStoreOptions = Omit<MigrationOptions, 'now'>

/** Zenith's own data in Redis: the audit trail in a stream, documents in a hash per kind. */
export function redisControlStore(options: RedisControlStoreOptions): ControlStore {
  const { connection, keys } = options
  const trail = new AuditTrail(options)
  const documents = new Documents({ ...options, lineNumber: () => trail.number })
  trail.recordChangesOf(documents)
  const leases = redisLeases(connection, keys)
  const migration = new Migration(
    { ...options, now: async () => (await time()) ?? Date.now() },
    trail,
    documents,
    leases,
  )

  async function time(): Promise<number | null> {
    const [reply] = await send(connection, [['time']])
    const [seconds, micros] = asList(reply?.value).map((part) => asNumber(asText(part) ?? part))
    return seconds == null || micros == null ? null : Math.floor(seconds * 1_000 + micros / 1_000)
  }

  async function sendAll(commands: readonly Command[]): Promise<void> {
    const refused = (await send(connection, commands)).find((reply) => reply.error)
    if (refused?.error) throw refused.error
  }

  /** The trail records which documents were deleted before this process started. */
  async function settle(kind: string): Promise<void> {
    await migration.settled()
    if (options.verifier && kind === AUDITED_KIND) await trail.ensureRead()
  }

  return {
    migrate: () => migration.run(),
    async appendAudit(entry) {
      await migration.run()
      return trail.append(entry)
    },
    async listAudit({ before, limit }) {
      await migration.settled()
      return trail.page(before, limit)
    },
    async verifyAudit() {
      await migration.settled()
      return { ...(await trail.chain()), leftBehind: await migration.leftBehind() }
    },
    async putDocument(kind, id, document) {
      await migration.run()
      return documents.putDocument(kind, id, document)
    },
    async listDocuments(kind, ids) {
      await settle(kind)
      return documents.listDocuments(kind, ids)
    },
    async inspectDocuments(kind, ids) {
      await settle(kind)
      return documents.inspectDocuments(kind, ids).catch(listDisplaced)
    },
    async deleteDocument(kind, id) {
      await migration.run()
      return documents.deleteDocument(kind, id)
    },
    ...leases,
    time,
    forgetNode: (service, node) =>
      sendAll([
        ['del', keys.node(service, node)],
        ['zrem', keys.nodeIndex, nodeMember(service, node)],
      ]),
    recordQueues(history) {
      const key = keys.ownQueueHistory
      const text = options.signer.json(key, encodeQueueHistory(history, 0))
      return sendAll([
        ['xadd', key, 'MINID', '~', history.to - HISTORY_LIFE_MS, '*', ...packText(text, MAX_RECORD_CHARS)],
        ['pexpire', key, 2 * HISTORY_LIFE_MS],
      ])
    },
  }
}

/** A key of another type in place of the documents must not hide the audit trail, which is shown with them. */
function listDisplaced(error: unknown): DocumentListing {
  if (error instanceof RedisError && error.code === 'WRONGTYPE')
    return { documents: new Map(), untrusted: new Map([['', 'displaced']]), leftOut: 0 }
  throw error
}
