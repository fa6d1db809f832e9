import type {
  PeopleChanges,
  PeopleKind,
  PeopleRecord,
  PeopleStamp,
  PeopleStore,
  SessionFilter,
  SessionLook,
  StoredSession,
} from '../../ports/people.js'
import { type Database, databaseOf, type Session } from '../../sql/postgres/database.js'
import { opening } from '../../sql/postgres/opening.js'
import { type PostgresDriverOptions, targetOf } from '../../sql/postgres/options.js'
import { prepare } from '../../sql/postgres/tables.js'
import { checkFilter, checkId, checkTimes, distinctRecords, distinctStamps } from '../shared/checks.js'
import { MAX_SESSIONS, type RecordRow, recordOf, type SessionRow, sessionOf } from '../shared/rows.js'
import { originalText, storedText } from '../shared/texts.js'
import { TABLES } from './schema.js'

const CONNECTIONS = 4
/** A request of a user waits for it, ms. */
const STATEMENT_MS = 10_000

/**
 * Users in PostgreSQL 13 or newer, in the schema of an archive or in one of their own. It needs the package `pg`, and works on the thread
 * that calls it, which waits for nothing.
 *
 * PostgreSQL keeps the bytes of deleted rows in its files until it uses their room again.
 *
 * @throws QuasarError `invalid_option`; the message shows no value
 */
export function postgresPeople(options: PostgresDriverOptions): PeopleStore {
  const target = targetOf(options)
  const name = 'The database of users in PostgreSQL'
  const database = databaseOf({ ...target, poolSize: CONNECTIONS }, { name, statementMs: STATEMENT_MS })
  const open = opening(() => prepare(database, TABLES))
  const opened =
    <A extends unknown[], T>(work: (database: Database, ...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      await open()
      return work(database, ...args)
    }
  return {
    place: target.place,
    open,
    changes: opened(changes),
    write: opened(write),
    look: opened(look),
    putSession: opened(putSession),
    touchSession: opened(touchSession),
    sessions: opened(sessions),
    endSessions: opened(endSessions),
    stamp: opened(stamp),
    stamps: opened(stamps),
    close: () => database.close(),
  }
}

/** One statement sees one moment: the version belongs to the records. */
async function changes({ ask, schema }: Database, since: number): Promise<PeopleChanges> {
  const living = since === 0 ? 'and p.body is not null' : ''
  const rows = await ask<{ at: number } & { [Name in keyof RecordRow]: RecordRow[Name] | null }>(
    `select v.writes as at, p.kind, p.id, p.body
    from "${schema}".version v left join "${schema}".people p on p.version > $1::float8 ${living}`,
    [since],
  )
  const records = rows.flatMap((row) => (row.kind === null ? [] : [recordOf(row as RecordRow)]))
  return { version: rows[0]?.at ?? 0, records }
}

async function write(database: Database, expected: number, given: readonly PeopleRecord[]): Promise<boolean> {
  const records = distinctRecords(given)
  return database.write(async (session) => {
    // Concurrent writes wait here, and then find another version.
    const [row] = await session.all<{ writes: number }>(
      'update version set writes = writes + 1 where writes = $1::float8 returning writes',
      [expected],
    )
    if (!row) return false
    await writeRecords(session, records, row.writes)
    return true
  })
}

async function writeRecords(session: Session, records: readonly PeopleRecord[], version: number): Promise<void> {
  const keys = [records.map(({ kind }) => kind), records.map(({ id }) => storedText(id))]
  const bodies = records.map(({ body }) => (body === null ? null : storedText(body)))
  await session.run(
    `insert into people (kind, id, body, version)
    select kind, id, body, $4::float8 from unnest($1::text[], $2::text[], $3::text[]) r(kind, id, body)
    on conflict (kind, id) do update set version = excluded.version, body = excluded.body`,
    [...keys, bodies, version],
  )
  if (!bodies.includes(null)) return
  // In the order in which stamps are written: two that wait for each other would both fail.
  await session.run(
    `delete from stamps where (kind, id) in (
      select s.kind, s.id from stamps s join unnest($1::text[], $2::text[], $3::text[]) r(kind, id, body)
      on s.kind = r.kind and s.id = r.id and r.body is null order by s.kind, s.id for update of s
    )`,
    [...keys, bodies],
  )
}

async function look({ ask, schema }: Database, hash: string | null): Promise<SessionLook> {
  const [row] = await ask<{ at: number } & (SessionRow | { hash: null })>(
    `select v.writes as at, s.* from "${schema}".version v left join "${schema}".sessions s on s.hash = $1::text`,
    [hash === null ? null : storedText(hash)],
  )
  return { version: row?.at ?? 0, session: row && row.hash !== null ? sessionOf(row) : null }
}

async function putSession({ ask, schema }: Database, session: StoredSession): Promise<void> {
  const { hash, user, createdAt, expiresAt, seenAt, details } = session
  checkId(hash)
  checkId(user)
  checkTimes(createdAt, expiresAt, seenAt)
  await ask(
    `insert into "${schema}".sessions (hash, user_id, created_at, expires_at, seen_at, details) values ($1, $2, $3, $4, $5, $6)
    on conflict (hash) do update set user_id = excluded.user_id, created_at = excluded.created_at,
    expires_at = excluded.expires_at, seen_at = excluded.seen_at, details = excluded.details`,
    [storedText(hash), storedText(user), createdAt, expiresAt, seenAt, storedText(details)],
  )
}

async function touchSession({ ask, schema }: Database, hash: string, seenAt: number): Promise<void> {
  checkTimes(seenAt)
  await ask(`update "${schema}".sessions set seen_at = $2::float8 where hash = $1 and seen_at < $2::float8`, [
    storedText(hash),
    seenAt,
  ])
}

async function sessions({ ask, schema }: Database, user: string | null): Promise<readonly StoredSession[]> {
  const [where, values] = user === null ? ['', []] : ['where user_id = $1', [storedText(user)]]
  const rows = await ask<SessionRow>(
    `select * from "${schema}".sessions ${where} order by created_at desc, hash desc limit ${MAX_SESSIONS}`,
    values,
  )
  return rows.map(sessionOf)
}

async function endSessions(database: Database, filter: SessionFilter): Promise<number> {
  checkFilter(filter)
  const { user, hash, except, expiredAt } = filter
  const text = (given: string | undefined) => (given === undefined ? null : storedText(given))
  return database.write((session) =>
    session.run(
      `delete from sessions where ($1::text is null or user_id = $1) and ($2::text is null or hash = $2)
      and ($3::text is null or hash <> $3) and ($4::float8 is null or expires_at <= $4)`,
      [text(user), text(hash), text(except), expiredAt ?? null],
    ),
  )
}

async function stamp({ ask, schema }: Database, given: readonly PeopleStamp[]): Promise<void> {
  const distinct = distinctStamps(given)
  if (distinct.length === 0) return
  await ask(
    `insert into "${schema}".stamps as s (kind, id, at)
    select kind, id, at from unnest($1::text[], $2::text[], $3::float8[]) r(kind, id, at)
    order by kind collate "C", id collate "C" on conflict (kind, id) do update set at = excluded.at where s.at < excluded.at`,
    [distinct.map(({ kind }) => kind), distinct.map(({ id }) => storedText(id)), distinct.map(({ at }) => at)],
  )
}

async function stamps({ ask, schema }: Database, kind: PeopleKind): Promise<readonly PeopleStamp[]> {
  const rows = await ask<{ id: string; at: number }>(`select id, at from "${schema}".stamps where kind = $1`, [kind])
  return rows.map(({ id, at }) => ({ kind, id: originalText(id), at }))
}
