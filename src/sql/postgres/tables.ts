import type { Database, Session } from './database.js'
import { codeOf, DatabaseError, readableError } from './errors.js'

/** Tables of one owner. Several may have theirs in one schema. */
export interface Tables {
  /** What is in them: `archive`, `database of users`. */
  readonly name: string
  /** The table with the version that they have: the number of steps that were made. */
  readonly versionTable: string
  /** The statements that lead from each version to the next; later versions of Quasar add to them. */
  readonly steps: readonly string[]
}

/** A lock that all Zeniths of one schema share, until the end of the transaction. */
export function lock(session: Session, schema: string, what: 'tables' | 'jobs'): Promise<unknown> {
  return session.all('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', [`quasar archive ${schema}`, what])
}

/** Creates what is missing. Zeniths that start at once wait for each other. */
export async function prepare(database: Database, tables: Tables): Promise<void> {
  const { schema, place } = database
  await database.write(async (session) => {
    await lock(session, schema, 'tables')
    await checkEncoding(session, place, tables)
    try {
      await createSchema(session, schema)
      await migrate(session, schema, tables)
    } catch (error) {
      if (codeOf(error) !== '42501') throw error
      throw readableError(error, place, missingRight(schema))
    }
  })
}

/** Only looks whether there are tables that this version reads. @throws when there are none */
export async function find(database: Database, tables: Tables): Promise<void> {
  const { schema, place } = database
  const version = await database.read(async (session) => {
    if (!(await hasTables(session, schema, tables))) return null
    return readVersion(session, tables)
  })
  if (version === null) throw new DatabaseError(`There is no ${tables.name} in the schema "${schema}" of ${place}.`)
  checkVersion(version, schema, tables)
}

async function hasTables(session: Session, schema: string, { versionTable }: Tables): Promise<boolean> {
  const [table] = await session.all<{ found: string | null }>('select to_regclass($1)::text as found', [
    `"${schema}".${versionTable}`,
  ])
  return table?.found != null
}

/** Null before the first step. */
async function readVersion(session: Session, { versionTable }: Tables): Promise<number | null> {
  const [row] = await session.all<{ version: number }>(`select version from ${versionTable}`)
  return row?.version ?? null
}

/** @throws when a later Quasar made the tables */
function checkVersion(version: number, schema: string, { name, steps }: Tables): void {
  if (version > steps.length)
    throw new DatabaseError(
      `The tables of the ${name} in the schema "${schema}" are of version ${version}, and this Quasar knows ${steps.length}: update it`,
    )
}

async function checkEncoding(session: Session, place: string, { name }: Tables): Promise<void> {
  const [row] = await session.all<{ encoding: string }>(`select current_setting('server_encoding') as encoding`)
  if (row?.encoding === 'UTF8') return
  throw new DatabaseError(`The database at ${place} has the encoding ${row?.encoding}; the ${name} takes one with UTF8`)
}

async function createSchema(session: Session, schema: string): Promise<void> {
  const [found] = await session.all('select 1 from pg_namespace where nspname = $1', [schema])
  // Also with "if not exists" it would take the right to create one.
  if (!found) await session.run(`create schema "${schema}"`)
}

async function migrate(session: Session, schema: string, tables: Tables): Promise<void> {
  const { versionTable, steps } = tables
  if (!(await hasTables(session, schema, tables)))
    await session.run(`create table ${versionTable} (version integer not null)`)
  const version = await readVersion(session, tables)
  checkVersion(version ?? 0, schema, tables)
  for (const step of steps.slice(version ?? 0)) await session.run(step)
  if (version === steps.length) return
  const sql =
    version === null ? `insert into ${versionTable} (version) values ($1)` : `update ${versionTable} set version = $1`
  await session.run(sql, [steps.length])
}

function missingRight(schema: string): string {
  return `: give the role the schema ("create schema ${schema} authorization ROLE"), or the right to create it ("grant create on database NAME to ROLE")`
}
