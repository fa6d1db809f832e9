import type { Database, Session } from './database.js'
import { ArchiveError, codeOf, readableError } from './errors.js'

/** The version of the tables. Later ones add steps to {@link STEPS}. */
const VERSION = 2

/**
 * Texts are ordered by their bytes. Texts of jobs that may be someone's have no statistics: those are stored in the catalog, where
 * `forget` could not delete them. Ids and names are indexed by their hashes: an index takes no text of more than 2,700 bytes. The sequence numbers attempts; a payload has its attempt's number.
 */
const FIRST = `
create table cursors (stream text collate "C" primary key, at text collate "C" not null);
create table figures (
  kind text collate "C" not null, scope text collate "C" not null, step float8 not null, begins float8 not null, body bytea not null,
  primary key (kind, scope, step, begins)
);
create index figures_time on figures (kind, begins, scope);
alter table figures alter column body set storage external;
create table records (
  kind text collate "C" not null, id text collate "C" not null, at float8 not null, service text collate "C",
  name text collate "C", body text collate "C" not null, primary key (kind, id)
);
create index records_time on records (kind, at, id);
create table gaps (
  stream text collate "C" not null, starts float8 not null, ends float8 not null, lost float8, primary key (stream, starts, ends)
);
create sequence job_numbers;
create table jobs (
  n bigint not null, queue text collate "C" not null, queue_name text collate "C" not null, id text collate "C" not null,
  name text collate "C" not null, outcome text collate "C" not null, attempt float8, added_at float8, started_at float8,
  finished_at float8 not null, start_at float8 not null, wait_ms float8, run_ms float8, service text collate "C",
  node text collate "C", error text collate "C"
) partition by range (finished_at);
create index jobs_n on jobs (n);
create index jobs_time on jobs (finished_at);
create index jobs_running on jobs (started_at, finished_at);
create index jobs_id on jobs (hashtextextended(id, 0), start_at);
create index jobs_name on jobs (hashtextextended(name, 0), finished_at);
create index jobs_failed on jobs (finished_at) where outcome <> 'completed';
alter table jobs alter column id set statistics 0, alter column error set statistics 0;
create table payloads (
  n bigint not null, finished_at float8 not null, is_cut boolean not null, body bytea not null, terms tsvector not null
) partition by range (finished_at);
create index payloads_n on payloads (n);
create index payloads_terms on payloads using gin (terms);
alter table payloads alter column body set storage external;
alter table payloads alter column body set statistics 0, alter column terms set statistics 0;
`

/** Days whose tables still have bytes of deleted rows. */
const SECOND = 'create table rewrites (n bigserial primary key, day float8 not null)'

const STEPS: readonly string[] = [FIRST, SECOND]

/** A lock that all Zeniths of one schema share, until the end of the transaction. */
export function lock(session: Session, schema: string, what: 'tables' | 'jobs'): Promise<unknown> {
  return session.all('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', [`quasar archive ${schema}`, what])
}

/** Creates what is missing. Zeniths that start at once wait for each other. */
export async function prepare(database: Database): Promise<void> {
  const { schema, place } = database
  await database.write(async (session) => {
    await lock(session, schema, 'tables')
    await checkEncoding(session, place)
    try {
      await createSchema(session, schema)
      await migrate(session, schema)
    } catch (error) {
      if (codeOf(error) !== '42501') throw error
      throw readableError(error, place, await missingRight(schema))
    }
  })
}

/** Only looks whether there is an archive that this version reads. @throws when there is none */
export async function find(database: Database): Promise<void> {
  const { schema, place } = database
  const version = await database.read(async (session) => {
    if (!(await hasTables(session, schema))) return null
    const [row] = await session.all<{ version: number }>('select version from meta')
    return row?.version ?? null
  })
  if (version === null) throw new ArchiveError(`There is no archive in the schema "${schema}" of ${place}.`)
  checkVersion(version, schema)
}

async function hasTables(session: Session, schema: string): Promise<boolean> {
  const [table] = await session.all<{ found: string | null }>('select to_regclass($1)::text as found', [
    `"${schema}".meta`,
  ])
  return table?.found != null
}

/** @throws when a later Quasar made the tables */
function checkVersion(version: number, schema: string): void {
  if (version > VERSION)
    throw new ArchiveError(
      `The tables of the archive in the schema "${schema}" are of version ${version}, and this Quasar knows ${VERSION}: update it`,
    )
}

async function checkEncoding(session: Session, place: string): Promise<void> {
  const [row] = await session.all<{ encoding: string }>(`select current_setting('server_encoding') as encoding`)
  if (row?.encoding === 'UTF8') return
  throw new ArchiveError(`The database at ${place} has the encoding ${row?.encoding}; the archive takes one with UTF8`)
}

async function createSchema(session: Session, schema: string): Promise<void> {
  const [found] = await session.all('select 1 from pg_namespace where nspname = $1', [schema])
  // Also with "if not exists" it would take the right to create one.
  if (!found) await session.run(`create schema "${schema}"`)
}

async function migrate(session: Session, schema: string): Promise<void> {
  if (!(await hasTables(session, schema))) await session.run('create table meta (version integer not null)')
  const [row] = await session.all<{ version: number }>('select version from meta')
  const version = row?.version ?? 0
  checkVersion(version, schema)
  for (const step of STEPS.slice(version)) await session.run(step)
  if (version === VERSION) return
  await session.run(row ? 'update meta set version = $1' : 'insert into meta values ($1)', [VERSION])
}

async function missingRight(schema: string): Promise<string> {
  return `: give the role the schema ("create schema ${schema} authorization ROLE"), or the right to create it ("grant create on database NAME to ROLE")`
}
