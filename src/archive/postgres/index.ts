import type { ArchiveDriver, ArchivedJobFilter, ArchivedJobQuery, RecordQuery } from '../../ports/archive.js'
import { type Database, databaseOf, type Session } from '../../sql/postgres/database.js'
import { DatabaseError } from '../../sql/postgres/errors.js'
import { opening } from '../../sql/postgres/opening.js'
import { type PostgresConnection, type PostgresDriverOptions, targetOf } from '../../sql/postgres/options.js'
import { find, prepare } from '../../sql/postgres/tables.js'
import { Analyzer } from './analyze.js'
import { DayPartitions } from './days.js'
import { readFacets } from './facets.js'
import { forgetJobs } from './forget.js'
import { prune } from './prune.js'
import {
  jobsReader,
  readAttempts,
  readCounts,
  readCursor,
  readFigures,
  readGaps,
  readRunning,
  readScopes,
  recordsReader,
} from './read.js'
import { TABLES } from './schema.js'
import { readStatus } from './status.js'
import { verifyTables } from './verify.js'
import { writeBatch } from './write.js'

export type { PostgresConnection, PostgresDriverOptions }

/**
 * An archive in PostgreSQL 13 or newer, for any number of Zeniths at once. It needs the package `pg`, and a role that may create a schema
 * or owns the one that is named. It connects when it is opened.
 *
 * `forget` rewrites the tables of the days, so that PostgreSQL keeps no byte of the deleted rows in them. Its write-ahead log, replicas
 * and backups are yours to let go.
 *
 * @throws QuasarError `invalid_option` when an option is invalid; the message shows no value
 * @example postgresDriver({ url: 'postgres://quasar:secret@db.internal/quasar' })
 */
export function postgresDriver(options: PostgresDriverOptions): ArchiveDriver {
  const target = targetOf(options)
  const database = databaseOf(target, { name: 'The archive in PostgreSQL', statementMs: 60_000 })
  const partitions = new DayPartitions(database)
  const analyzer = new Analyzer(database)
  const changing = <A, T>(work: (argument: A) => Promise<T>) => (target.isReadOnly ? refuse : work)
  return {
    kind: 'postgres',
    place: target.place,
    open: opening(() => (target.isReadOnly ? find(database, TABLES) : prepare(database, TABLES))),
    write: changing((batch) => writeBatch(database, partitions, analyzer, batch)),
    prune: changing((limits) => prune(database, partitions, limits)),
    forget: changing((filter) => forgetJobs(database, filter)),
    verify: () => verifyTables(database),
    close: () => database.close(),
    ...readsOf(database),
  }
}

async function refuse(): Promise<never> {
  throw new DatabaseError('The archive is opened to be read only')
}

function readsOf(database: Database) {
  const { schema } = database
  const read = <A extends unknown[], T>(work: (session: Session, ...args: A) => Promise<T>) => {
    return (...args: A) => database.read((session) => work(session, ...args))
  }
  return {
    cursor: read(readCursor),
    figures: read(readFigures),
    scopes: read(readScopes),
    attempts: read(readAttempts),
    runningAt: read(readRunning),
    counts: read(readCounts),
    gaps: read(readGaps),
    records: async (query: RecordQuery) => database.read(recordsReader(query)),
    jobs: async (query: ArchivedJobQuery) => database.read(jobsReader(schema, query)),
    facets: read((session, filter: ArchivedJobFilter, limit: number) => readFacets(session, schema, filter, limit)),
    status: read((session) => readStatus(session, schema)),
  }
}
