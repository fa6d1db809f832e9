import type { AuditEntry, AuditPage } from '../../api/audit.js'
import { AUDIT_STREAM } from '../../archiver/feeds/audit.js'
import { withTimeout } from '../../lib/async.js'
import type { Archive, AuditLog } from '../../ports/index.js'
import { ApiError, isRefusal } from '../http/api-error.js'
import { callStore } from '../store/call-store.js'
import { type ArchivedQuery, gapsIn, recentLines, searchArchive } from './archived.js'
import { markOf, type PageEnd } from './marks.js'
import { type FoundLines, searchTrail } from './trail.js'

/** Time-out of the store, ms. */
const STORE_WITHIN_MS = 8_000

/** A search, with the place of its page. */
export interface AuditSearch extends Omit<ArchivedQuery, 'after'> {
  readonly after: PageEnd | null
}

/** Asks the archive. Rejects with an API error if it does not answer. */
type AskArchive = <T>(ask: (archive: Archive) => Promise<T>) => Promise<T>

export type FoundPage = Pick<AuditPage, 'items' | 'next' | 'searched' | 'gaps'>

/**
 * A page of the archive together with the store's newest lines; without an archive, of the store's trail. If one of the two does not
 * answer, the other one is searched, and the page says so. Rejects with an API error if neither does.
 *
 * @param askArchive null without an archive
 */
export async function searchAudit(
  log: Pick<AuditLog, 'listAudit'>,
  askArchive: AskArchive | null,
  { after, ...search }: AuditSearch,
): Promise<FoundPage> {
  if (askArchive && after?.kind !== 'trail') {
    try {
      return await askArchive((archive) => archivedPage(archive, log, { ...search, after }))
    } catch (error) {
      // Only the archive can go on where it ended.
      if (after || !isRefusal(error) || error.code !== 'archive_unavailable') throw error
    }
  }
  if (after && after.kind !== 'trail')
    throw new ApiError('bad_query', '`after` is of a page of an archive, and this Zenith has none now.')
  const found = await callStore(() => withTimeout(searchTrail(log, search, after?.id ?? null), STORE_WITHIN_MS))
  return { ...pageOf(found, { store: true, archive: false }), gaps: [] }
}

async function archivedPage(
  archive: Archive,
  log: Pick<AuditLog, 'listAudit'>,
  query: ArchivedQuery,
): Promise<FoundPage> {
  const archived = await archive.cursor(AUDIT_STREAM)
  const recent = await newestOf(log, archived)
  const found = await searchArchive(archive, recent ?? [], query)
  return { ...pageOf(found, { store: recent !== null, archive: true }), gaps: await gapsIn(archive, query.time) }
}

/** @returns null if the store does not answer */
async function newestOf(
  log: Pick<AuditLog, 'listAudit'>,
  archived: string | null,
): Promise<readonly AuditEntry[] | null> {
  return withTimeout(recentLines(log, archived), STORE_WITHIN_MS).catch(() => null)
}

function pageOf(
  { items, end, lines, since }: FoundLines,
  sources: { readonly store: boolean; readonly archive: boolean },
): Omit<FoundPage, 'gaps'> {
  return { items: [...items], next: end && markOf(end), searched: { lines, since, ...sources } }
}
