import type { SqlRow, SqlValue } from '../../sql/sqlite/binding.js'
import { type Plan, rowConditions, type Sql } from './conditions.js'
import type { Day } from './day.js'
import { TEXT } from './schema.js'

/** An attempt in the order of a query; a page begins right after one: end, queue, id, start. */
export type Place = readonly [finished: number, queue: string, job: string, start: number]

/** A row of `jobs`, with ids of labels. */
export interface JobRow extends SqlRow {
  readonly id: number
  readonly queue: number
  readonly job: string
  readonly finished: number
  readonly started: number | null
  readonly added: number | null
  readonly outcome: number
  readonly queue_name: number
  readonly name: number
  readonly attempt: number | null
  readonly wait: number | null
  readonly run: number | null
  readonly service: number | null
  readonly node: number | null
  readonly error: string | null
}

const START = 'coalesce(j.started, j.finished)'
const QUEUE = '(SELECT value FROM labels WHERE id = j.queue)'
export const ORDER = `ORDER BY j.finished DESC, ${QUEUE} DESC, j.job DESC, ${START} DESC`
const BEFORE = `AND j.finished <= ? AND (j.finished < ? OR (${QUEUE}, j.job, ${START}) < (?, ?, ?))`
/** Ids that are searched at once, newest first: a common term answers from the first of them. */
const FIRST_SPAN = 2_048
const SPAN_GROWTH = 8

/** The newest attempts of a day that fulfil all conditions but those on phrases, in the order of a query. */
export function searchDay(day: Day, plan: Plan, after: Place | null, limit: number): readonly JobRow[] {
  if (plan.isEmpty) return []
  const rows = rowConditions(day, plan)
  if (!rows) return []
  const conditions = conditionsOf(plan, rows, after)
  const isByText = plan.match !== null || plan.noMatch !== null || plan.hasTerms !== null
  if (!isByText) return searchRows(day, conditions, limit)
  // What its jobs do not have is unknown, too.
  if (day.isTextDamaged) return []
  if (day.readText()) return searchText(day, plan, conditions, limit)
  return plan.match === null && plan.hasTerms !== true ? searchRows(day, conditions, limit) : []
}

function conditionsOf(plan: Plan, rows: Sql, after: Place | null): Sql {
  const place = after ? [after[0], ...after] : []
  return {
    text: `j.finished >= ? AND j.finished < ? ${after ? BEFORE : ''}${rows.text}`,
    values: [plan.from, plan.to, ...place, ...rows.values],
  }
}

function searchRows(day: Day, { text, values }: Sql, limit: number): readonly JobRow[] {
  return day.db.all<JobRow>(`SELECT j.* FROM jobs j WHERE ${text} ${ORDER} LIMIT ?`, [...values, limit])
}

/**
 * Ids ascend with time as good as always. So the newest ids are searched first, then older ones, until no older id can be of a newer
 * job.
 */
function searchText(day: Day, plan: Plan, conditions: Sql, limit: number): readonly JobRow[] {
  let found: readonly JobRow[] = []
  let last = day.db.get<{ last: number | null }>('SELECT max(id) AS last FROM jobs')?.last ?? 0
  // All that begins with a text is merged again for each span.
  let size = plan.hasPrefix ? FIRST_SPAN * SPAN_GROWTH : FIRST_SPAN
  while (last > 0) {
    const first = Math.max(0, last - size)
    const more = searchSpan(day, plan, conditions, [first, last], limit)
    found = found.length === 0 ? more : newest(day, [...found, ...more], limit)
    if (found.length === limit && newestUpTo(day, first) < (found.at(-1)?.finished ?? 0)) break
    last = first
    size *= SPAN_GROWTH
  }
  return found
}

/** @param span ids beyond the first and up to the second */
function searchSpan(day: Day, plan: Plan, rows: Sql, span: readonly number[], limit: number): readonly JobRow[] {
  // FTS5 seeks integers only, and bindings pass numbers as reals.
  const bounds = 't.rowid > CAST(? AS INTEGER) AND t.rowid <= CAST(? AS INTEGER)'
  const ids = `FROM ${TEXT}.terms t WHERE t.terms MATCH ? AND ${bounds}`
  const values: SqlValue[] = [...rows.values]
  let text = rows.text.replace('j.finished >= ? AND j.finished < ?', '+j.finished >= ? AND +j.finished < ?')
  if (plan.noMatch !== null) {
    text += ` AND j.id NOT IN (SELECT t.rowid ${ids})`
    values.push(plan.noMatch, ...span)
  }
  if (plan.hasTerms !== null)
    text += ` AND ${plan.hasTerms ? '' : 'NOT '}EXISTS (SELECT 1 FROM ${TEXT}.terms_docsize d WHERE d.id = j.id)`
  if (plan.match === null)
    return day.db.all<JobRow>(`SELECT j.* FROM jobs j WHERE j.id > ? AND j.id <= ? AND ${text} ${ORDER} LIMIT ?`, [
      ...span,
      ...values,
      limit,
    ])
  const matched = `SELECT j.* FROM (SELECT t.rowid AS id ${ids}) m CROSS JOIN jobs j ON j.id = m.id WHERE ${text} ${ORDER} LIMIT ?`
  return day.db.all<JobRow>(matched, [plan.match, ...span, ...values, limit])
}

/** When the newest job with an id up to this one finished. */
function newestUpTo(day: Day, id: number): number {
  return (
    day.db.get<{ newest: number | null }>('SELECT max(newest) AS newest FROM spans WHERE first <= ?', [id])?.newest ?? 0
  )
}

/** Rows of several spans in the order of a query. */
function newest(day: Day, rows: readonly JobRow[], limit: number): readonly JobRow[] {
  const byOrder = (a: JobRow, b: JobRow) => b.finished - a.finished || byPlace(placeOf(day, a), placeOf(day, b))
  return [...rows].sort(byOrder).slice(0, limit)
}

export function placeOf(day: Day, { finished, queue, job, started }: JobRow): Place {
  return [finished, day.label(queue), job, started ?? finished]
}

/** Descending; texts by their bytes. */
function byPlace(a: Place, b: Place): number {
  return b[0] - a[0] || byBytes(b[1], a[1]) || byBytes(b[2], a[2]) || b[3] - a[3]
}

export function byBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b))
}
