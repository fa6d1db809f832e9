import type { ArchivedJobFilter } from '../../ports/archive.js'
import type { Database, Session } from '../../sql/postgres/database.js'
import { lock } from '../../sql/postgres/tables.js'
import { dayStart } from '../shared/days.js'
import { partitionOf } from './days.js'
import { type Position, positionOf, scanJobs } from './scan.js'

const CHUNK = 5000

/**
 * Deletes the attempts and then rewrites their days' tables: PostgreSQL keeps the bytes of deleted rows in its files until a full
 * vacuum. That locks a day's table for the time it takes to copy it.
 *
 * What is left is not in the database's tables: the write-ahead log until it is recycled, replicas until they have caught up, backups,
 * and what the disk keeps of deleted files. Rows that a transaction still sees which is open elsewhere stay until it ends.
 */
export async function forgetJobs(database: Database, filter: ArchivedJobFilter): Promise<number> {
  let count = 0
  let after: Position | null = null
  do {
    const start: Position | null = after
    const rows = await database.write(async (session) => {
      // No payload is filled in meanwhile for a job that goes.
      await lock(session, database.schema, 'jobs')
      const scan = {
        ...filter,
        after: start,
        limit: CHUNK,
        withPayloads: false,
        maxTextChars: Number.POSITIVE_INFINITY,
      }
      const { rows: found } = await scanJobs(session, database.schema, scan)
      await deleteRows(session, found)
      return found
    })
    count += rows.length
    after = rows.length < CHUNK ? null : positionOf(rows.at(-1))
  } while (after !== null)
  await rewriteNoted(database)
  return count
}

/** Rewrites the tables of the days that rows were deleted of, also where that failed before. */
export async function rewriteNoted(database: Database): Promise<void> {
  const noted = await database.read((session) =>
    session.all<{ n: string; day: number }>('select n, day from rewrites order by n'),
  )
  for (const day of new Set(noted.map((one) => one.day))) {
    await rewrite(database, day)
    // What was deleted meanwhile has a note of its own.
    const done = noted.filter((one) => one.day === day).map(({ n }) => n)
    await database.write((session) => session.run('delete from rewrites where n = any($1::bigint[])', [done]))
  }
}

async function deleteRows(session: Session, rows: readonly { n: string; finished_at: number }[]): Promise<void> {
  if (rows.length === 0) return
  const ends = rows.map(({ finished_at }) => finished_at)
  const days = [...new Set(ends.map(dayStart))]
  await session.run('insert into rewrites (day) select unnest($1::float8[])', [days])
  const values = [rows.map(({ n }) => n), ends, Math.min(...ends), Math.max(...ends)]
  for (const table of ['payloads', 'jobs'])
    await session.run(
      `delete from ${table} t using unnest($1::bigint[], $2::float8[]) r(n, finished_at)
      where t.n = r.n and t.finished_at = r.finished_at and t.finished_at >= $3 and t.finished_at <= $4`,
      values,
    )
}

async function rewrite(database: Database, day: number): Promise<void> {
  for (const table of ['payloads', 'jobs'] as const) {
    const name = `"${database.schema}".${partitionOf(table, day)}`
    const [found] = await database.read((session) =>
      session.all<{ t: string | null }>('select to_regclass($1)::text as t', [name]),
    )
    if (found?.t) await database.maintain(`vacuum (full, analyze) ${name}`)
  }
}
