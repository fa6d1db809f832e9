import { parentPort, workerData } from 'node:worker_threads'
import { type PostgresDriverOptions, postgresDriver } from '../archive/postgres/index.js'
import { type SqliteDriverOptions, sqliteDriver } from '../archive/sqlite/driver.js'
import { serveArchive } from '../archive/thread/serve-archive.js'
import { createPreparer } from '../archiver/prepare/preparer.js'

/** What an archive gives its thread. */
export type ArchiveWorkerData =
  | { readonly driver: 'sqlite'; readonly options: SqliteDriverOptions }
  | { readonly driver: 'postgres'; readonly options: PostgresDriverOptions }

const data = workerData as ArchiveWorkerData
const driver = data.driver === 'sqlite' ? sqliteDriver(data.options) : postgresDriver(data.options)
if (parentPort) serveArchive(parentPort, driver, (tokens) => createPreparer({ tokens }))
