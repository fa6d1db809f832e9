import { createRequire } from 'node:module'
import { QuasarError } from '../../lib/errors.js'

export type SqlValue = string | number | Uint8Array | null
export type SqlRow = Readonly<Record<string, SqlValue>>

/** What the two bindings have in common. All calls are synchronous. */
export interface Binding {
  readonly name: 'node:sqlite' | 'libsql'
  /** Whether files that are opened with it are never changed. */
  readonly isReadOnly?: true
  open(file: string): RawDatabase
}

export interface RawDatabase {
  exec(sql: string): void
  prepare(sql: string): RawStatement
  close(): void
}

export interface RawStatement {
  all(values: readonly SqlValue[]): readonly SqlRow[]
  get(values: readonly SqlValue[]): SqlRow | undefined
  /** @returns how many rows changed */
  run(values: readonly SqlValue[]): number
}

const WAYS =
  'needs Node 22.16 or later, Bun, or the package libsql: npm install libsql. Node 22.13 to 22.15 have SQLite without FTS5, its full-text search.'

/** What the archive keeps terms in; what lies beside it takes the same binding. Node 22.13 to 22.15 answer "no such module: fts5". */
const TRIAL = `CREATE VIRTUAL TABLE trial USING fts5(t, content='', contentless_delete=1, detail=none)`

/**
 * The runtime's own SQLite if it has full-text search, else libsql.
 *
 * @param name of what needs it, as a message begins: `The SQLite archive`
 * @throws QuasarError `missing_package` that names both ways
 */
export async function loadBinding(name: string): Promise<Binding> {
  const own = ownBinding()
  if (own && hasSearch(own)) return own
  try {
    return libsqlBinding(await importLibsql())
  } catch (error) {
    throw new QuasarError('missing_package', `${name} ${WAYS}`, error)
  }
}

function hasSearch(binding: Binding): boolean {
  const database = binding.open(':memory:')
  try {
    database.exec(TRIAL)
    return true
  } catch {
    return false
  } finally {
    database.close()
  }
}

/** `node:sqlite` has no types in the Node that this package is compiled for. */
interface NodeSqlite {
  readonly DatabaseSync: new (
    file: string,
  ) => {
    exec(sql: string): void
    close(): void
    prepare(sql: string): {
      all(...values: readonly SqlValue[]): readonly SqlRow[]
      get(...values: readonly SqlValue[]): SqlRow | undefined
      run(...values: readonly SqlValue[]): { readonly changes: number | bigint }
    }
  }
}

function ownBinding(): Binding | null {
  const sqlite = ownSqlite()
  return sqlite && { name: 'node:sqlite', open: (file) => ownDatabase(new sqlite.DatabaseSync(file)) }
}

/** Null where the runtime has none: Node 20, and Node 22 before 22.13 without its flag. */
function ownSqlite(): NodeSqlite | null {
  try {
    return createRequire(import.meta.url)('node:sqlite') as NodeSqlite
  } catch {
    return null
  }
}

function ownDatabase(database: InstanceType<NodeSqlite['DatabaseSync']>): RawDatabase {
  return {
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
    prepare(sql) {
      const statement = database.prepare(sql)
      return {
        all: (values) => statement.all(...values),
        get: (values) => statement.get(...values),
        run: (values) => Number(statement.run(...values).changes),
      }
    },
  }
}

/** The part of better-sqlite3's interface that libsql shares and this needs. Values are passed as one array. */
interface Libsql {
  new (
    file: string,
  ): {
    exec(sql: string): void
    close(): void
    prepare(sql: string): {
      all(values: readonly SqlValue[]): readonly SqlRow[]
      get(values: readonly SqlValue[]): SqlRow | undefined
      run(values: readonly SqlValue[]): { readonly changes: number }
    }
  }
}

async function importLibsql(): Promise<Libsql> {
  return (await import('libsql')).default as unknown as Libsql
}

function libsqlBinding(Database: Libsql): Binding {
  return { name: 'libsql', open: (file) => libsqlDatabase(new Database(file)) }
}

function libsqlDatabase(database: InstanceType<Libsql>): RawDatabase {
  return {
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
    prepare(sql) {
      const statement = database.prepare(sql)
      return {
        all: (values) => withBytes(statement.all(values)),
        get: (values) => statement.get(values),
        run: (values) => statement.run(values).changes,
      }
    },
  }
}

/** libsql returns the blobs of `all` as ArrayBuffers, and those of `get` as Buffers. */
function withBytes(rows: readonly SqlRow[]): readonly SqlRow[] {
  const blobs = Object.entries(rows[0] ?? {}).flatMap(([name, value]) => (isBuffer(value) ? [name] : []))
  if (blobs.length === 0) return rows
  return rows.map((row) => ({ ...row, ...Object.fromEntries(blobs.map((name) => [name, bytesOf(row[name])])) }))
}

function isBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === '[object ArrayBuffer]'
}

function bytesOf(value: unknown): SqlValue {
  return isBuffer(value) ? new Uint8Array(value) : (value as SqlValue)
}
