import { type Keys, MAX_KEPT_DOCUMENTS, MAX_RECORD_CHARS } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { RedisError } from '../../redis/errors.js'
import { asNumber, asText } from '../../redis/replies.js'
import { ask, send } from '../../redis/send.js'
import { ALL_DOCUMENTS, type Documents } from './documents.js'
import { eachField } from './hash-fields.js'

/** The kinds of documents that earlier versions wrote. */
export const KINDS = ['scheduler', 'scheduler-part', 'bulk'] as const
/** Most operations that had a list of jobs. */
const MAX_OPERATIONS = 200

interface MigrationStores {
  readonly connection: Connection
  readonly keys: Keys
  readonly documents: Documents
}

interface DocumentMigration {
  /** Whether to copy documents; if not, only those that are copied already are returned. */
  readonly copies: boolean
  /** Receives what Zenith did not write. */
  readonly skipped: string[]
  /** Called between two kinds, to renew the lease. */
  readonly renew: () => Promise<void>
}

/**
 * Copies documents of all kinds to the keys that only Zenith writes.
 *
 * @returns ids of the documents that are copied, by kind
 */
export async function migrateDocuments(
  place: MigrationStores,
  moving: DocumentMigration,
): Promise<Map<string, readonly string[]>> {
  const { copies, skipped, renew } = moving
  const migrated = new Map<string, readonly string[]>()
  const migrate = async (kind: string) => {
    const ids = await skipForeign(
      () => migrateKind(place, kind, copies),
      () => skipped.push(`documents of the kind "${kind}"`),
    )
    migrated.set(kind, ids ?? [])
    await renew()
  }
  for (const kind of KINDS) await migrate(kind)
  for (const id of (migrated.get('bulk') ?? []).slice(0, MAX_OPERATIONS)) await migrate(`bulk:${id}`)
  return migrated
}

/** @returns ids of the documents that are copied, by any Zenith */
async function migrateKind(place: MigrationStores, kind: string, copies: boolean): Promise<readonly string[]> {
  const { connection, keys } = place
  // Every reporter may write there, and so any number.
  const count = asNumber(await ask(connection, ['hlen', keys.former.kept(kind)])) ?? 0
  if (count > MAX_KEPT_DOCUMENTS) throw new TooMany()
  const ids: string[] = []
  const query = { bounds: ALL_DOCUMENTS, known: [], others: true }
  await eachField(connection, keys.former.kept(kind), query, (id, document) => {
    if (document !== null && document.length <= MAX_RECORD_CHARS) ids.push(id)
  })
  const migrated: string[] = []
  for (const id of ids) {
    // A Zenith of an earlier version runs it, and finishes it there.
    if (kind === 'bulk' && (await isHeld(place, id))) continue
    if (await migrateOne(place, kind, id, copies)) migrated.push(id)
  }
  return migrated
}

/** Never overwrites a document, not even one that is too large to read. @returns whether the document is copied */
async function migrateOne(place: MigrationStores, kind: string, id: string, copies: boolean): Promise<boolean> {
  const { connection, keys } = place
  const [there, former] = await send(connection, [
    ['hget', keys.kept(kind), id],
    ['hget', keys.former.kept(kind), id],
  ])
  const isThere = there?.error?.code === 'TOOLARGE' || asText(there?.value) !== null
  const error = isThere ? former?.error : (there?.error ?? former?.error)
  if (error) throw error
  const document = asText(former?.value)
  if (isThere || document === null || !copies) return isThere
  await place.documents.putDocument(kind, id, document)
  return true
}

async function isHeld({ connection, keys }: MigrationStores, operation: string): Promise<boolean> {
  return (await ask(connection, ['get', keys.former.lease(`bulk operation ${operation}`)])) != null
}

class TooMany extends Error {}

/** Skips what Zenith never wrote: a key of another type, or too many documents. Rejects when Redis does not answer. */
export async function skipForeign<T>(work: () => Promise<T>, skip: () => void): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof TooMany) && !(error instanceof RedisError && error.code === 'WRONGTYPE')) throw error
    skip()
    return null
  }
}
