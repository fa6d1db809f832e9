import { createHash } from 'node:crypto'
import type { ArchivedRecord, AuditLog } from '../../ports/index.js'
import { type AuditEntry, MAX_AUDIT_PAGE } from '../../protocol/index.js'
import { type Feed, gapsOf } from './feed.js'

/** Names the feed in the archive, and its gaps. */
export const AUDIT_STREAM = 'audit'

/** A line from further in the future is not believed, ms. */
const MAX_AHEAD_MS = 60_000
/** Digits of each number of an id, so that ids are ordered as texts. */
const ID_DIGITS = 20

/**
 * The audit trail lists its newest lines first: the feed pages back to the last line that it has, and archives from there on. A trail that
 * begins again has the same ids again, so that the cursor is the whole identity of a line.
 *
 * @param now Unix ms
 */
export function auditFeed(log: AuditLog, now: number): Feed {
  return {
    stream: AUDIT_STREAM,
    async next(after) {
      const { lines, isConnected } = await linesAfter(log, after)
      const records = lines.slice(0, MAX_AUDIT_PAGE).map((entry) => auditRecord(entry, now))
      const [oldest, last] = [records[0], records.at(-1)]
      if (!oldest || !last) return null
      const lost =
        after !== null && !isConnected ? { count: null, from: timeOfCursor(after) ?? 0, to: oldest.at } : null
      return {
        cursor: `${last.at}/${last.id}`,
        isAtEnd: records.length === lines.length,
        records,
        gaps: gapsOf(AUDIT_STREAM, lost && lost.to > lost.from ? lost : null),
      }
    },
  }
}

/** Oldest first. `isConnected`: the line at `after` is still in the trail. */
async function linesAfter(
  log: AuditLog,
  after: string | null,
): Promise<{ readonly lines: readonly AuditEntry[]; readonly isConnected: boolean }> {
  const lines: AuditEntry[] = []
  let before: string | null = null
  for (;;) {
    const page: readonly AuditEntry[] = await log.listAudit({ before, limit: MAX_AUDIT_PAGE })
    const end = page.findIndex((entry) => isAt(entry, after))
    lines.push(...(end < 0 ? page : page.slice(0, end)))
    before = page.at(-1)?.id ?? null
    if (end >= 0 || page.length < MAX_AUDIT_PAGE) return { lines: lines.reverse(), isConnected: end >= 0 }
  }
}

/** Cursors of earlier versions are the id alone. */
function isAt(entry: AuditEntry, cursor: string | null): boolean {
  return cursor !== null && (cursor === entry.id || cursor.endsWith(`/${auditRecordId(entry)}`))
}

/** The time of the last line that was archived; null if the cursor does not have it. */
export function timeOfCursor(cursor: string): number | null {
  const at = /^(\d+(?:\.\d+)?)\//.exec(cursor)?.[1]
  return at === undefined ? null : Number(at)
}

/** The same for the same line, whichever Zenith read it, and another for a line of another trail. Ordered as the lines of one trail are. */
export function auditRecordId({ id, operation, step }: Pick<AuditEntry, 'id' | 'operation' | 'step'>): string {
  const numbers = /^\d+(-\d+)?$/.test(id) ? id.split('-') : []
  const hash = createHash('sha256')
    .update(JSON.stringify([id, operation, step]))
    .digest('hex')
  return [...numbers.map((number) => number.padStart(ID_DIGITS, '0')), hash.slice(0, 32)].join('-')
}

/** A line of a time that is none, which anybody may have written, must not end the feed for good. @param now Unix ms */
export function auditRecord(entry: AuditEntry, now: number): ArchivedRecord {
  const at = Math.min(entry.at, now + MAX_AHEAD_MS)
  const id = auditRecordId(entry)
  return { kind: 'audit', id, at, service: null, name: entry.action, body: JSON.stringify(entry) }
}
