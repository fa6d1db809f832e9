import { BoundedMap } from '../../lib/bounded-map.js'
import type { Binding, RawDatabase, RawStatement, SqlRow, SqlValue } from './binding.js'

/** Conditions of a query make statements of their own: few are asked again. */
const MAX_STATEMENTS = 64
/** How long another program may hold a file, ms: a backup, or a look with the command `sqlite3`. */
export const BUSY_MS = 5_000
/** What a write-ahead log may keep on disk once its pages are in the database, bytes. */
const WAL_BYTES = 16_777_216

/** A database file: write-ahead log, cached statements, transactions. Rows are plain objects by column. */
export class Database {
  readonly #raw: RawDatabase
  readonly #isReadOnly: boolean
  readonly #statements = new BoundedMap<string, RawStatement>(MAX_STATEMENTS)

  /** @throws when it can't be opened or is no database */
  constructor(binding: Binding, file: string) {
    this.#raw = binding.open(file)
    this.#isReadOnly = binding.isReadOnly ?? false
    try {
      this.#raw.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
      if (this.#isReadOnly) this.#raw.exec('PRAGMA query_only = ON')
      this.tune('main')
    } catch (error) {
      this.#raw.close()
      throw error
    }
  }

  /**
   * A process that is killed loses nothing that was written. A machine that loses power may lose the last seconds: waiting for the disk at
   * each write takes longer than the write.
   *
   * @param schema `main`, or the name of an attached file
   */
  tune(schema: string): void {
    this.exec(`PRAGMA ${schema}.journal_mode = WAL`)
    this.exec(`PRAGMA ${schema}.synchronous = NORMAL`)
    this.exec(`PRAGMA ${schema}.journal_size_limit = ${WAL_BYTES}`)
  }

  /**
   * Makes the tables of a file that has none yet. A file that has them is not written: that would fail on a full disk.
   *
   * @param version of these tables
   * @param name of what is in the file: `archive`, `database of users`
   * @throws Error when a later version wrote it
   */
  ensure(schema: string, tables: string, version: number, name: string): void {
    const found = this.get<{ user_version: number }>(`PRAGMA ${schema}.user_version`)?.user_version ?? 0
    if (found === version) return
    if (found > version)
      throw new Error(`A later version of Quasar wrote this ${name} (${found}; this one reads ${version}).`)
    this.transaction(() => this.exec(`${tables}; PRAGMA ${schema}.user_version = ${version}`), 'BEGIN IMMEDIATE')
  }

  exec(sql: string): void {
    this.#raw.exec(sql)
  }

  all<Row = SqlRow>(sql: string, values: readonly SqlValue[] = []): readonly Row[] {
    return this.#prepare(sql).all(values) as readonly Row[]
  }

  get<Row = SqlRow>(sql: string, values: readonly SqlValue[] = []): Row | undefined {
    return this.#prepare(sql).get(values) as Row | undefined
  }

  /** @returns how many rows changed */
  run(sql: string, values: readonly SqlValue[] = []): number {
    return this.#prepare(sql).run(values)
  }

  /** All of it or nothing. The work may not wait for anything. @param begin `BEGIN IMMEDIATE` where other processes write, too */
  transaction<T>(work: () => T, begin: 'BEGIN' | 'BEGIN IMMEDIATE' = 'BEGIN'): T {
    this.exec(begin)
    try {
      const result = work()
      this.exec('COMMIT')
      return result
    } catch (error) {
      this.#rollBack()
      throw error
    }
  }

  /**
   * Moves everything from the write-ahead log into the database, and leaves the log empty.
   *
   * @returns whether it did: it can't while others use what is in the log
   */
  checkpoint(schema = 'main'): boolean {
    // It would hold up the process that writes.
    if (this.#isReadOnly) return false
    return this.all<{ busy: number }>(`PRAGMA ${schema}.wal_checkpoint(TRUNCATE)`)[0]?.busy === 0
  }

  close(): void {
    this.#raw.close()
  }

  #prepare(sql: string): RawStatement {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#raw.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  /** A full disk has rolled it back already. */
  #rollBack(): void {
    try {
      this.exec('ROLLBACK')
    } catch {}
  }
}
