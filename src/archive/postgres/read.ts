import type {
  ArchivedCount,
  ArchivedJob,
  ArchivedJobQuery,
  ArchivedRecord,
  ArchiveGap,
  ArchivePage,
  FigureBucket,
  FigureKind,
  FigureQuery,
  RecordQuery,
} from '../../ports/archive.js'
import type { Session } from '../../sql/postgres/database.js'
import { checkLimit } from '../shared/checks.js'
import { markOf, readMark } from '../shared/marks.js'
import { PayloadRoom } from '../shared/payload-room.js'
import { storableText } from '../shared/texts.js'
import { Values } from './conditions.js'
import { JOB_COLUMNS, type JobRow, jobOfRow } from './rows.js'
import { MAX_TEXT_CHARS, positionOf, scanJobs } from './scan.js'

const MOST_ATTEMPTS = 1000

export async function readCursor(session: Session, stream: string): Promise<string | null> {
  const [row] = await session.all<{ at: string }>('select at from cursors where stream = $1', [storableText(stream)])
  return row?.at ?? null
}

export async function readFigures(session: Session, query: FigureQuery): Promise<FigureBucket[]> {
  const { kind, scope: given, step, from, to } = query
  const scope = storableText(given)
  const rows = await session.all<{ begins: number; body: Buffer }>(
    `select begins, body from figures
    where kind = $1 and scope = $2 and step = $3 and begins >= $4 and begins < $5 order by begins`,
    [kind, scope, step, from, to],
  )
  return rows.map(({ begins, body }) => ({ kind, scope, step, from: begins, body }))
}

export async function readScopes(
  session: Session,
  query: { kind: FigureKind; from: number; to: number },
): Promise<string[]> {
  const rows = await session.all<{ scope: string }>(
    'select distinct scope from figures where kind = $1 and begins >= $2 and begins < $3 order by scope',
    [query.kind, query.from, query.to],
  )
  return rows.map(({ scope }) => scope)
}

/** @throws when the query is none */
export function recordsReader(query: RecordQuery): (session: Session) => Promise<ArchivePage<ArchivedRecord>> {
  checkLimit(query.limit)
  const mark = readMark(query.after, ['number', 'string'])
  return async (session) => {
    const values = new Values()
    const way = query.order === 'oldest' ? 'asc' : 'desc'
    const found = await session.all<ArchivedRecord>(
      `select kind, id, at, service, name, body from records where ${recordConditions(query, mark, values)}
      order by at ${way}, id ${way} limit ${values.add(query.limit + 1)}`,
      values.all,
    )
    const items = found.slice(0, query.limit)
    const last = items.at(-1)
    return { items, next: last && found.length > query.limit ? markOf([last.at, last.id]) : null }
  }
}

function recordConditions(query: RecordQuery, mark: readonly [number, string] | null, values: Values): string {
  const where = [`kind = ${values.add(query.kind)}`, `at >= ${values.add(query.from)}`, `at < ${values.add(query.to)}`]
  if (query.services) where.push(`service = any(${values.add(query.services.map(storableText))}::text[])`)
  if (query.name !== undefined) where.push(`name = ${values.add(storableText(query.name))}`)
  const beyond = query.order === 'oldest' ? '>' : '<'
  if (mark) where.push(`(at, id) ${beyond} (${values.add(mark[0])}, ${values.add(mark[1])})`)
  return where.join(' and ')
}

/** @throws when the query is none */
export function jobsReader(
  schema: string,
  query: ArchivedJobQuery,
): (session: Session) => Promise<ArchivePage<ArchivedJob>> {
  const { withPayloads = false, limit } = query
  checkLimit(limit)
  const after = readMark(query.after, ['number', 'string', 'string', 'number'])
  return async (session) => {
    const scan = { ...query, after, withPayloads, limit: limit + 1, maxTextChars: MAX_TEXT_CHARS }
    const { rows, stopped } = await scanJobs(session, schema, scan)
    const last = rows.length > limit ? positionOf(rows[limit - 1]) : stopped
    return { items: rows.slice(0, limit).map((row) => jobOfRow(row, withPayloads)), next: last && markOf(last) }
  }
}

/** The attempts are looked up before they are ordered: else the planner may read all jobs in their order. */
export async function readAttempts(session: Session, queue: string, id: string): Promise<ArchivedJob[]> {
  const rows = await session.all<JobRow>(
    `with found as materialized (
      select * from jobs where hashtextextended(id, 0) = hashtextextended($2, 0) and queue = $1 and id = $2
    )
    select ${JOB_COLUMNS}, p.body, p.is_cut from (
      select * from found order by finished_at desc, start_at desc limit ${MOST_ATTEMPTS}
    ) j left join lateral (
      select body, is_cut from payloads p where p.n = j.n and p.finished_at = j.finished_at offset 0
    ) p on true order by j.finished_at desc, j.start_at desc`,
    [storableText(queue), storableText(id)],
  )
  const room = new PayloadRoom()
  return rows.map((row) => room.fit(jobOfRow(row, true))).reverse()
}

export async function readRunning(session: Session, at: number, limit: number): Promise<ArchivedJob[]> {
  const rows = await session.all<JobRow>(
    `with found as materialized (select * from jobs where finished_at > $1 and started_at <= $1)
    select ${JOB_COLUMNS} from found j order by j.started_at, j.queue, j.id limit $2`,
    [at, limit],
  )
  return rows.map((row) => jobOfRow(row, false))
}

export function readCounts(session: Session, query: { from: number; to: number }): Promise<ArchivedCount[]> {
  return session.all<ArchivedCount>(
    `select queue, queue_name as "queueName", service, count(*)::float8 as attempts from jobs
    where finished_at >= $1 and finished_at < $2 group by 1, 2, 3 order by 1, 2, 3`,
    [query.from, query.to],
  )
}

export function readGaps(session: Session, query: { from: number; to: number }): Promise<ArchiveGap[]> {
  return session.all<ArchiveGap>(
    `select stream, starts as "from", ends as "to", lost from gaps where starts < $2 and ends > $1 order by starts, stream`,
    [query.from, query.to],
  )
}
