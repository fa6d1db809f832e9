import type { AuditEntry, AuditPage } from '../../api/audit.js'
import { AUDIT_STREAM, auditRecord, timeOfCursor } from '../../archiver/feeds/audit.js'
import { inSlices } from '../../lib/async.js'
import type { Archive, AuditLog } from '../../ports/index.js'
import { comparePlaces, type PageEnd, type Place } from './marks.js'
import { type AuditQuery, type FoundLines, linesOf, MAX_TRAIL_LINES } from './trail.js'

/** Records of one page of the archive. */
const PAGE = 1_000
/** Records that are read for one answer: a narrow filter finds few among them. */
const MAX_READ = 20_000
/** Records to parse before yielding to the event loop. */
const SLICE = 200
/** Lines of the trail that are read at once to find those that the archive does not have yet. */
const RECENT = 200
/** Zeniths write lines by the store's clock, which each knows about: the trail is in the order of time but for this, ms. */
const OUT_OF_ORDER_MS = 5 * 60_000
const MAX_GAPS = 100

export interface ArchivedQuery extends AuditQuery {
  /** Null for the first page. */
  readonly after: Exclude<PageEnd, { kind: 'trail' }> | null
  /** Of one action only, which the archive looks up. */
  readonly name: string | null
  /** Unix ms. */
  readonly now: number
}

interface PlacedLine extends Place {
  readonly line: AuditEntry
}

/** A page of the archive, with the lines that the archive does not have yet. @param recent see {@link recentLines} */
export async function searchArchive(
  archive: Pick<Archive, 'records'>,
  recent: readonly AuditEntry[],
  query: ArchivedQuery,
): Promise<FoundLines> {
  const { limit, after } = query
  const read = await readArchive(archive, query)
  const own = after?.kind === 'archive' ? [] : notRead(recent, read, query)
  const wanted = own.filter(({ line }) => query.test(line))
  const all = [...read.found, ...wanted].sort(comparePlaces)
  const page = all.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(({ line }) => line),
    end: last && all.length > limit ? { kind: 'place', place: { at: last.at, id: last.id } } : read.end,
    lines: read.ids.size + own.length,
    since: read.oldest?.at ?? own.at(-1)?.at ?? null,
  }
}

/** Recent lines that were not read in the archive, and that will not be for a later page. */
function notRead(recent: readonly AuditEntry[], { ids, end, oldest }: ReadLines, query: ArchivedQuery): PlacedLine[] {
  const isLater = (one: Place) => end !== null && oldest !== null && comparePlaces(one, oldest) > 0
  return recent
    .map((line) => placedLine(auditRecord(line, query.now), line))
    .filter((one) => isAsked(one, query) && !ids.has(one.id) && !isLater(one))
}

/**
 * The newest lines of the trail, down to those that the archive surely has. Rejects when the store does not answer.
 *
 * @param cursor of the archive: where it is in the trail; null for nowhere
 */
export async function recentLines(
  log: Pick<AuditLog, 'listAudit'>,
  cursor: string | null,
): Promise<readonly AuditEntry[]> {
  const archived = cursor === null ? null : timeOfCursor(cursor)
  const lines: AuditEntry[] = []
  for await (const line of linesOf(log, { before: null, step: RECENT })) {
    if (lines.length >= MAX_TRAIL_LINES || (archived !== null && line.at < archived - OUT_OF_ORDER_MS)) break
    lines.push(line)
  }
  return lines
}

/** When lines were dropped before they were archived. */
export async function gapsIn(
  archive: Pick<Archive, 'gaps'>,
  time: { readonly from: number; readonly to: number },
): Promise<AuditPage['gaps']> {
  const gaps = await archive.gaps(time)
  return gaps
    .filter(({ stream }) => stream === AUDIT_STREAM)
    .slice(-MAX_GAPS)
    .map(({ from, to }) => ({ from, to }))
}

interface ReadLines {
  readonly found: readonly PlacedLine[]
  /** Of all records that were read, and the oldest of them. */
  readonly ids: ReadonlySet<string>
  readonly oldest: Place | null
  /** Where reading stopped; null at the end of the time, and when enough was found. */
  readonly end: PageEnd | null
}

/** One more than `limit`, if there are as many: then there is a next page. */
async function readArchive(archive: Pick<Archive, 'records'>, query: ArchivedQuery): Promise<ReadLines> {
  const { time, after, limit, isNarrowed, name } = query
  const to = after?.kind === 'place' ? Math.min(time.to, after.place.at + 1) : time.to
  const step = isNarrowed ? PAGE : Math.min(PAGE, limit + 2)
  const asked = { kind: 'audit', from: time.from, to, limit: step, ...(name !== null && { name }) } as const
  const found: PlacedLine[] = []
  const ids = new Set<string>()
  let mark: string | null = after?.kind === 'archive' ? after.mark : null
  let oldest: Place | null = null
  for (let read = 0; read < MAX_READ; read += step) {
    const page: Awaited<ReturnType<Archive['records']>> = await archive.records({ ...asked, after: mark })
    const records = page.items.filter((record) => isAsked(record, query))
    await inSlices(records, SLICE, (record) => {
      ids.add(record.id)
      const line = JSON.parse(record.body) as AuditEntry
      if (query.test(line)) found.push(placedLine(record, line))
    })
    oldest = records.at(-1) ?? oldest
    mark = page.next
    if (mark === null || found.length > limit) return { found, ids, oldest, end: null }
  }
  return { found, ids, oldest, end: mark === null ? null : { kind: 'archive', mark } }
}

/** Whether a place is in the time, and after the previous page. */
function isAsked(one: Place, { time, after }: ArchivedQuery): boolean {
  const isInside = one.at >= time.from && one.at < time.to
  return isInside && (after?.kind !== 'place' || comparePlaces(one, after.place) > 0)
}

function placedLine({ at, id }: Place, line: AuditEntry): PlacedLine {
  return { at, id, line }
}
