import type { ArchiveProblem } from '../../ports/archive.js'
import type { Database } from '../../sql/postgres/database.js'
import { brokenIndexes } from './status.js'

/**
 * Reads every row of every table with what lies beside it, and searches for invalid indexes. PostgreSQL checks its pages while it
 * reads them if it was set up with checksums; `pg_amcheck` looks deeper.
 */
export async function verifyTables(database: Database): Promise<ArchiveProblem[]> {
  const { schema } = database
  const problems = await database.read((session) => brokenIndexes(session, schema))
  const tables = await database.read((session) =>
    session.all<{ name: string }>(
      `select c.relname as name from pg_class c join pg_namespace s on s.oid = c.relnamespace
      where s.nspname = $1 and c.relkind = 'r' order by 1`,
      [schema],
    ),
  )
  for (const { name } of tables) {
    const message = await read(database, name)
    if (message) problems.push({ part: name, message })
  }
  return problems
}

/** @returns what is wrong with it */
async function read(database: Database, name: string): Promise<string | null> {
  try {
    await database.maintain(`select count(md5(t::text)) from "${database.schema}"."${name}" t`)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : `${name} can't be read`
  }
}
