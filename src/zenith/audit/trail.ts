import type { AuditEntry } from '../../api/audit.js'
import type { TimeWindow } from '../../api/time-window.js'
import type { AuditLog } from '../../ports/index.js'
import { MAX_AUDIT_PAGE } from '../../protocol/index.js'
import type { LineTest } from './filter.js'
import type { PageEnd } from './marks.js'

/** More lines than the store's trail has. */
export const MAX_TRAIL_LINES = 20_000

/** What a page asks for. */
export interface AuditQuery {
  readonly time: TimeWindow
  readonly test: LineTest
  /** Whether `test` or `time` leave lines out: then more of them are read for a page. */
  readonly isNarrowed: boolean
  readonly limit: number
}

/** A page of lines, newest first, and how many were read for it. */
export interface FoundLines {
  readonly items: readonly AuditEntry[]
  readonly end: PageEnd | null
  readonly lines: number
  /** Time of the oldest line that was read; null without any. */
  readonly since: number | null
}

/** A page of the store's trail, in its own order. Rejects when the store does not answer. @param before id of a line */
export async function searchTrail(
  log: Pick<AuditLog, 'listAudit'>,
  { time, test, isNarrowed, limit }: AuditQuery,
  before: string | null,
): Promise<FoundLines> {
  const items: AuditEntry[] = []
  let read: AuditEntry | null = null
  let lines = 0
  for await (const line of linesOf(log, { before, step: isNarrowed ? MAX_AUDIT_PAGE : limit + 1 })) {
    const last = items[limit - 1]
    // One more than asked for: then there is a next page.
    if (last && isWanted(line)) return { items, end: { kind: 'trail', id: last.id }, lines, since: read?.at ?? null }
    read = line
    lines += 1
    if (isWanted(line)) items.push(line)
    if (lines >= MAX_TRAIL_LINES) return { items, end: { kind: 'trail', id: line.id }, lines, since: line.at }
  }
  return { items, end: null, lines, since: read?.at ?? null }

  function isWanted(line: AuditEntry): boolean {
    return line.at >= time.from && line.at < time.to && test(line)
  }
}

/** Newest first, a few at a time. Rejects when the store does not answer. */
export async function* linesOf(
  log: Pick<AuditLog, 'listAudit'>,
  { before, step }: { readonly before: string | null; readonly step: number },
): AsyncGenerator<AuditEntry> {
  const limit = Math.min(step, MAX_AUDIT_PAGE)
  for (let from = before; ; ) {
    const page: readonly AuditEntry[] = await log.listAudit({ before: from, limit })
    yield* page
    const last = page.at(-1)
    if (!last || page.length < limit) return
    from = last.id
  }
}
