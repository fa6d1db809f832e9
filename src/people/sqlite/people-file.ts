import type {
  PeopleChanges,
  PeopleKind,
  PeopleRecord,
  PeopleStamp,
  SessionFilter,
  SessionLook,
  StoredSession,
} from '../../ports/people.js'
import type { Binding, SqlValue } from '../../sql/sqlite/binding.js'
import { BUSY_MS, Database } from '../../sql/sqlite/database.js'
import { checkFilter, checkId, checkTimes, distinctRecords, distinctStamps } from '../shared/checks.js'
import { MAX_SESSIONS, NAME, type RecordRow, recordOf, type SessionRow, sessionOf } from '../shared/rows.js'
import { originalText, storedText } from '../shared/texts.js'
import { SCHEMA, VERSION } from './schema.js'

/** How long emptying the log waits for other processes that read it, ms. */
const WIPE_MS = 250

/** `people.db`, opened: any number of processes may have it. All calls are synchronous. */
export class PeopleFile {
  readonly #db: Database

  /** @throws when it can't be opened, is no database, or is of a later version */
  constructor(binding: Binding, file: string) {
    this.#db = new Database(binding, file)
    try {
      // Rights that were taken must not come back with the power. What VACUUM copies stays out of the folder of temporary files.
      this.#db.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY')
      this.#db.ensure('main', SCHEMA, VERSION, NAME)
      this.#wipe()
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  changes(since: number): PeopleChanges {
    const living = since === 0 ? 'AND body IS NOT NULL' : ''
    return this.#db.transaction(() => {
      const rows = this.#db.all<RecordRow>(`SELECT kind, id, body FROM people WHERE version > ? ${living}`, [since])
      return { version: this.#version(), records: rows.map(recordOf) }
    })
  }

  write(expected: number, given: readonly PeopleRecord[]): boolean {
    const records = distinctRecords(given)
    const isWritten = this.#change(() => {
      if (this.#db.run('UPDATE version SET at = at + 1 WHERE at = ?', [expected]) === 0) return false
      const version = this.#version()
      for (const record of records) this.#writeRecord(record, version)
      if (records.some(({ body }) => body === null)) this.#db.run('UPDATE version SET unwiped = ?', [version])
      return true
    })
    if (isWritten) this.#wipe()
    return isWritten
  }

  #writeRecord({ kind, id, body }: PeopleRecord, version: number): void {
    const key = [kind, storedText(id)]
    this.#db.run(
      `INSERT INTO people (kind, id, version, body) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET version = excluded.version, body = excluded.body`,
      [...key, version, body === null ? null : storedText(body)],
    )
    if (body === null) this.#db.run('DELETE FROM stamps WHERE kind = ? AND id = ?', key)
  }

  look(hash: string | null): SessionLook {
    const row = this.#db.get<{ version: number } & SessionRow>(
      'SELECT v.at AS version, s.* FROM version v LEFT JOIN sessions s ON s.hash = ?',
      [hash === null ? null : storedText(hash)],
    )
    return { version: row?.version ?? 0, session: row && row.hash !== null ? sessionOf(row) : null }
  }

  putSession({ hash, user, createdAt, expiresAt, seenAt, details }: StoredSession): void {
    checkId(hash)
    checkId(user)
    checkTimes(createdAt, expiresAt, seenAt)
    this.#db.run(
      'INSERT OR REPLACE INTO sessions (hash, user_id, created_at, expires_at, seen_at, details) VALUES (?, ?, ?, ?, ?, ?)',
      [storedText(hash), storedText(user), createdAt, expiresAt, seenAt, storedText(details)],
    )
  }

  touchSession(hash: string, seenAt: number): void {
    checkTimes(seenAt)
    this.#db.run('UPDATE sessions SET seen_at = max(seen_at, ?) WHERE hash = ?', [seenAt, storedText(hash)])
  }

  sessions(user: string | null): readonly StoredSession[] {
    const [where, values] = user === null ? ['', []] : ['WHERE user_id = ?', [storedText(user)]]
    const sql = `SELECT * FROM sessions ${where} ORDER BY created_at DESC, hash DESC LIMIT ${MAX_SESSIONS}`
    return this.#db.all<SessionRow>(sql, values).map(sessionOf)
  }

  endSessions(filter: SessionFilter): number {
    checkFilter(filter)
    const { user, hash, except, expiredAt } = filter
    const conditions: [string, SqlValue | undefined][] = [
      ['user_id = ?', user === undefined ? user : storedText(user)],
      ['hash = ?', hash === undefined ? hash : storedText(hash)],
      ['hash <> ?', except === undefined ? except : storedText(except)],
      ['expires_at <= ?', expiredAt],
    ]
    const given = conditions.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]))
    const where = given.map(({ sql }) => sql).join(' AND ')
    const values = given.map(({ value }) => value)
    const ended = this.#db.run(`DELETE FROM sessions WHERE ${where}`, values)
    if (ended > 0) this.#emptyLog()
    return ended
  }

  stamp(stamps: readonly PeopleStamp[]): void {
    const distinct = distinctStamps(stamps)
    if (distinct.length === 0) return
    this.#change(() => {
      for (const { kind, id, at } of distinct)
        this.#db.run(
          'INSERT INTO stamps (kind, id, at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = max(at, excluded.at)',
          [kind, storedText(id), at],
        )
    })
  }

  stamps(kind: PeopleKind): readonly PeopleStamp[] {
    return this.#db
      .all<PeopleStamp>('SELECT kind, id, at FROM stamps WHERE kind = ?', [kind])
      .map(({ id, at }) => ({ kind, id: originalText(id), at }))
  }

  /** Never throws. */
  close(): void {
    this.#wipe()
    this.#emptyLog()
    try {
      this.#db.close()
    } catch {}
  }

  #version(): number {
    return this.#db.get<{ at: number }>('SELECT at FROM version')?.at ?? 0
  }

  #change<T>(work: () => T): T {
    // A transaction that begins by reading can't wait for another one that writes.
    return this.#db.transaction(work, 'BEGIN IMMEDIATE')
  }

  /**
   * Rewrites the file without what was deleted, and empties its log: `secure_delete` promises nothing of rows that SQLite moved between
   * pages. What can't be done now, as on a full disk, is done with the next write or when the file is opened again.
   */
  #wipe(): void {
    try {
      const unwiped = this.#db.get<{ unwiped: number }>('SELECT unwiped FROM version')?.unwiped ?? 0
      if (unwiped === 0) return
      this.#db.exec('VACUUM')
      // Another process may have deleted something meanwhile.
      if (this.#emptyLog()) this.#db.run('UPDATE version SET unwiped = 0 WHERE unwiped = ?', [unwiped])
    } catch {}
  }

  /** @returns whether nothing of what was written before is in it */
  #emptyLog(): boolean {
    try {
      this.#db.exec(`PRAGMA busy_timeout = ${WIPE_MS}`)
      const isEmpty = this.#db.checkpoint()
      this.#db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
      return isEmpty
    } catch {
      return false
    }
  }
}
