import type { ControlStore, DocumentListing } from '../../ports/index.js'
import { RedisError } from '../../redis/errors.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { AuditTrail } from './audit-trail.js'
import { Documents, TOLD_KIND } from './documents.js'
import { redisLeases } from './leases.js'
import { Move, type MoveOptions } from './move.js'

export type RedisCommandsOptions = Omit<MoveOptions, 'now'>

/** What Zenith keeps in Redis: the audit trail in a stream, and small documents in a hash for each kind. */
export function redisCommands(options: RedisCommandsOptions): ControlStore {
  const { connection, keys } = options
  const trail = new AuditTrail(options)
  const documents = new Documents({ ...options, lineNumber: () => trail.number })
  trail.tellOf(documents)
  const leases = redisLeases(connection, keys)
  const move = new Move({ ...options, now: async () => (await time()) ?? Date.now() }, trail, documents, leases)

  async function time(): Promise<number | null> {
    const [reply] = await send(connection, [['time']])
    const [seconds, micros] = asList(reply?.value).map((part) => asNumber(asText(part) ?? part))
    return seconds == null || micros == null ? null : Math.floor(seconds * 1_000 + micros / 1_000)
  }

  /** What was removed before this process began is known by the trail. */
  async function settledFor(kind: string): Promise<void> {
    await move.settled()
    if (options.verifier && kind === TOLD_KIND) await trail.readOnce()
  }

  return {
    migrate: () => move.prepare(),
    async appendAudit(entry) {
      await move.prepare()
      return trail.append(entry)
    },
    async listAudit({ before, limit }) {
      await move.settled()
      return trail.page(before, limit)
    },
    async verifyAudit() {
      await move.settled()
      return { ...(await trail.chain()), leftBehind: await move.leftBehind() }
    },
    async putDocument(kind, id, document) {
      await move.prepare()
      return documents.putDocument(kind, id, document)
    },
    async listDocuments(kind, ids) {
      await settledFor(kind)
      return documents.listDocuments(kind, ids)
    },
    async inspectDocuments(kind, ids) {
      await settledFor(kind)
      return documents.look(kind, ids).catch(unlessDisplaced)
    },
    async deleteDocument(kind, id) {
      await move.prepare()
      return documents.deleteDocument(kind, id)
    },
    ...leases,
    time,
  }
}

/** Whoever puts something else in the place of documents hides nothing besides: the trail is shown all the same. */
function unlessDisplaced(error: unknown): DocumentListing {
  if (error instanceof RedisError && error.code === 'WRONGTYPE')
    return { documents: new Map(), untrusted: new Map([['', 'displaced']]), leftOut: 0 }
  throw error
}
