import type { ArchivedJobFilter } from '../../ports/archive.js'
import type { Session } from '../../sql/postgres/database.js'
import { DAY_MS, dayStart } from '../shared/days.js'
import { type Conditions, conditionsOf, Values } from './conditions.js'
import { daysOf } from './days.js'
import { JOB_COLUMNS, type JobRow, payloadOfRow } from './rows.js'

/** The place of a row in the order: its end, queue, id and start. */
export type Position = readonly [finishedAt: number, queue: string, id: string, startAt: number]

/** A row and where it is stored. */
export interface FoundRow extends JobRow {
  readonly n: string
}

export interface Scan extends ArchivedJobFilter {
  readonly after: Position | null
  /** The scan ends with this number of rows. */
  readonly limit: number
  readonly withPayloads: boolean
  /** Of payloads that are read for a phrase, about: the scan stops there. */
  readonly maxTextChars: number
}

/** Rows in order, without payloads unless these were asked for. */
export interface Scanned {
  readonly rows: readonly FoundRow[]
  /** The last row that was looked at, if the scan stopped because it had read too much text. */
  readonly stopped: Position | null
}

/** Rows that are looked up and sorted at once. */
const FEW_HITS = 5000
/** Of terms with more, this number of the newest rows is checked one by one first: enough for a page of a term that many jobs have. */
const WALKED = 2000
/** Most rows of one statement; fewer with payloads, which may be large. */
const CHUNK = 5000
const LOADED_CHUNK = 500
/** Characters of payloads that a page or a count reads for a phrase. */
export const MAX_TEXT_CHARS = 67_108_864

const ORDER = 'j.finished_at desc, j.queue desc, j.id desc, j.start_at desc'

/**
 * The rows that fulfil a filter, newest first. Days are read in groups, newest first, each twice as large as the one before: a page of
 * recent jobs reads one day of many.
 */
export async function scanJobs(session: Session, schema: string, scan: Scan): Promise<Scanned> {
  const conditions = conditionsOf(scan)
  const to = Math.min(scan.to, scan.after ? dayStart(scan.after[0]) + DAY_MS : Number.POSITIVE_INFINITY)
  const days = (await daysOf(session, schema, 'jobs')).filter((day) => day < to && day + DAY_MS > scan.from).reverse()
  const found: Found = { rows: [], textLeft: scan.maxTextChars, stopped: null }
  for (
    let i = 0, size = 1;
    i < days.length && found.rows.length < scan.limit && !found.stopped;
    i += size, size = Math.max(1, i)
  ) {
    const group = days.slice(i, i + size)
    const span = { from: Math.max(scan.from, group.at(-1) ?? 0), to: Math.min(to, (group[0] ?? 0) + DAY_MS) }
    await scanSpan(session, conditions, scan, span, found)
  }
  return found
}

/** What a scan has so far. */
interface Found {
  readonly rows: FoundRow[]
  textLeft: number
  stopped: Position | null
}

interface Span {
  readonly from: number
  readonly to: number
}

/** Adds the rows of a span to those that were found. */
async function scanSpan(session: Session, conditions: Conditions, scan: Scan, span: Span, found: Found): Promise<void> {
  const { rows } = found
  const isLoaded = scan.withPayloads || conditions.text !== null
  const most = isLoaded ? LOADED_CHUNK : CHUNK
  let after = positionOf(rows.at(-1)) ?? scan.after
  while (rows.length < scan.limit) {
    const missing = scan.limit - rows.length
    // Of many rows few have a phrase: their chunks are not cut to what is missing.
    const size = conditions.text ? most : Math.min(most, missing)
    const chunk = await chunkOf(session, conditions, { ...span, after, size, isLoaded })
    const fitting = chunk.filter((row) => hasText(conditions, row, found)).slice(0, missing)
    // A count has 100,000 rows: their payloads would not fit into memory.
    rows.push(...(scan.withPayloads ? fitting : fitting.map((row) => ({ ...row, body: null }))))
    after = positionOf(chunk.at(-1)) ?? after
    if (found.textLeft <= 0 && fitting.length < missing) found.stopped = after
    if (found.stopped || chunk.length < size) return
  }
}

function hasText({ text }: Conditions, row: FoundRow, found: Found): boolean {
  if (!text) return true
  const payload = payloadOfRow(row)?.text ?? null
  found.textLeft -= payload?.length ?? 0
  return text(payload)
}

export function positionOf(row: FoundRow | undefined): Position | null {
  return row ? [row.finished_at, row.queue, row.id, row.start_at] : null
}

interface Chunk extends Span {
  readonly after: Position | null
  readonly size: number
  readonly isLoaded: boolean
}

async function chunkOf(session: Session, conditions: Conditions, chunk: Chunk): Promise<FoundRow[]> {
  if (!conditions.hasTerms) return query(session, chunk, (values) => plainRows(conditions, chunk, values))
  const hits = await countHits(session, conditions, chunk)
  if (hits === 0) return []
  if (hits > FEW_HITS && chunk.size < WALKED) {
    const rows = await query(session, chunk, (values) => walkedRows(conditions, chunk, values))
    if (rows.length === chunk.size) return rows
  }
  return query(session, chunk, (values) => lookedUpRows(conditions, chunk, values))
}

/** How many payloads of the span have the terms, or more than few. */
async function countHits(session: Session, conditions: Conditions, chunk: Chunk): Promise<number> {
  const values = new Values()
  const { from, to } = rangeOf({ ...chunk, after: null }, values)
  const [row] = await session.all<{ hits: number }>(
    `select count(*)::float8 as hits from (
      select 1 from payloads p where p.finished_at >= ${from} and p.finished_at < ${to} ${conditions.terms(values)}
      limit ${FEW_HITS + 1}
    ) p`,
    values.all,
  )
  return row?.hits ?? 0
}

/** @param rows the statement that finds the rows, in order */
function query(session: Session, chunk: Chunk, rows: (values: Values) => string): Promise<FoundRow[]> {
  const values = new Values()
  const sql = rows(values)
  if (!chunk.isLoaded) return session.all(sql, values.all)
  const [from, to] = [values.add(chunk.from), values.add(chunk.to)]
  return session.all(
    `select j.*, p.body, p.is_cut from (${sql}) j left join lateral (
      select body, is_cut from payloads p
      where p.n = j.n and p.finished_at = j.finished_at and p.finished_at >= ${from} and p.finished_at < ${to} offset 0
    ) p on true order by ${ORDER}`,
    values.all,
  )
}

const COLUMNS = `j.n, ${JOB_COLUMNS}`

function plainRows(conditions: Conditions, chunk: Chunk, values: Values): string {
  const { from, to, where } = rangeOf(chunk, values)
  if (conditions.hasId)
    return `with found as materialized (select * from jobs j where ${where} ${conditions.rows(values, from, to)})
      select ${COLUMNS} from found j order by ${ORDER} limit ${values.add(chunk.size)}`
  return `select ${COLUMNS} from jobs j where ${where} ${conditions.rows(values, from, to)}
    order by ${ORDER} limit ${values.add(chunk.size)}`
}

/** Of the newest rows those that have the terms: quick if many have them. */
function walkedRows(conditions: Conditions, chunk: Chunk, values: Values): string {
  const { from, to, where } = rangeOf(chunk, values)
  return `select ${COLUMNS} from (
      select j.* from jobs j where ${where} order by ${ORDER} limit ${WALKED}
    ) j cross join lateral (
      select 1 from payloads p where p.n = j.n and p.finished_at = j.finished_at and p.finished_at >= ${from} and p.finished_at < ${to}
        ${conditions.terms(values)} offset 0
    ) p where true ${conditions.rows(values, from, to)} order by ${ORDER} limit ${values.add(chunk.size)}`
}

/** All rows that the index of terms has: quick if few have them. */
function lookedUpRows(conditions: Conditions, chunk: Chunk, values: Values): string {
  const { from, to, where } = rangeOf(chunk, values)
  return `with hits as materialized (
      select p.n, p.finished_at from payloads p where p.finished_at >= ${from} and p.finished_at < ${to} ${conditions.terms(values)}
    ) select ${COLUMNS} from hits h cross join lateral (
      select * from jobs j where j.n = h.n and j.finished_at = h.finished_at and ${where} offset 0
    ) j where true ${conditions.rows(values, from, to)} order by ${ORDER} limit ${values.add(chunk.size)}`
}

function rangeOf({ from, to, after }: Chunk, values: Values): { from: string; to: string; where: string } {
  const [start, end] = [values.add(from), values.add(to)]
  const where = `j.finished_at >= ${start} and j.finished_at < ${end}`
  if (!after) return { from: start, to: end, where }
  const [at, queue, id, startAt] = after.map((part) => values.add(part))
  const before = `j.finished_at <= ${at} and (j.finished_at, j.queue, j.id, j.start_at) < (${at}, ${queue}, ${id}, ${startAt})`
  return { from: start, to: end, where: `${where} and ${before}` }
}
