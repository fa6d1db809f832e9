import type { ArchiveProblem, ArchiveStatus } from '../../ports/archive.js'
import type { Session } from '../../sql/postgres/database.js'
import type { DayTable } from './days.js'

/** Partitions of more rows are estimated from PostgreSQL's statistics. */
const COUNTED = 50_000

export async function readStatus(session: Session, schema: string): Promise<ArchiveStatus> {
  const sizes = await readSizes(session, schema)
  return {
    bytes: sizes,
    jobs: await countRows(session, schema, 'jobs'),
    payloads: await countRows(session, schema, 'payloads'),
    since: {
      figures: await earliest(session, 'begins', 'figures'),
      jobs: await earliest(session, 'finished_at', 'jobs'),
      payloads: await earliest(session, 'finished_at', 'payloads'),
    },
    disk: null,
    problems: await brokenIndexes(session, schema),
  }
}

/** Bytes of the tables with their indexes and what lies beside them. */
export async function readSizes(session: Session, schema: string): Promise<ArchiveStatus['bytes']> {
  const rows = await session.all<{ name: string; bytes: number }>(
    `select regexp_replace(c.relname, '_[0-9]{8}$', '') as name, sum(pg_total_relation_size(c.oid))::float8 as bytes
    from pg_class c join pg_namespace s on s.oid = c.relnamespace where s.nspname = $1 and c.relkind = 'r' group by 1`,
    [schema],
  )
  const of = (name: string) => rows.find((row) => row.name === name)?.bytes ?? 0
  return {
    figures: of('figures'),
    records: of('records'),
    jobs: of('jobs'),
    payloads: of('payloads'),
    total: rows.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

async function countRows(session: Session, schema: string, table: DayTable): Promise<number> {
  const partitions = await session.all<{ name: string; rows: number }>(
    `select c.relname as name, c.reltuples::float8 as rows from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = $1::regclass`,
    [`"${schema}".${table}`],
  )
  const large = partitions.filter(({ rows }) => rows > COUNTED)
  const small = partitions.filter(({ rows }) => rows <= COUNTED)
  const estimated = large.reduce((sum, { rows }) => sum + rows, 0)
  if (small.length === 0) return estimated
  const counts = small.map(({ name }) => `(select count(*) from "${name}")`)
  const [row] = await session.all<{ rows: number }>(`select (${counts.join(' + ')})::float8 as rows`)
  return estimated + (row?.rows ?? 0)
}

async function earliest(session: Session, column: string, table: string): Promise<number | null> {
  const [row] = await session.all<{ at: number | null }>(`select min(${column}) as at from ${table}`)
  return row?.at ?? null
}

/** Indexes that PostgreSQL does not use any more, such as after a "create index concurrently" that failed. */
export async function brokenIndexes(session: Session, schema: string): Promise<ArchiveProblem[]> {
  const rows = await session.all<{ part: string }>(
    `select c.relname as part from pg_index i join pg_class c on c.oid = i.indexrelid
    join pg_namespace s on s.oid = c.relnamespace where s.nspname = $1 and not (i.indisvalid and i.indisready)`,
    [schema],
  )
  return rows.map(({ part }) => ({
    part,
    message: `The index ${part} is not valid: run "reindex index ${schema}.${part}"`,
  }))
}
