import { parentPort, workerData } from 'node:worker_threads'
import { type SqliteDriverOptions, sqliteDriver } from '../archive/sqlite/driver.js'
import { type PrepareJobs, serveArchive } from '../archive/thread/serve-archive.js'

/** What {@link sqliteArchive} gives the thread. */
export interface ArchiveWorkerData {
  readonly driver: 'sqlite'
  readonly options: SqliteDriverOptions
}

/** Nothing is archived that is not masked: payloads are left out. */
const withoutPayloads: PrepareJobs = async (jobs) => jobs.map((job) => ({ ...job, payload: null, terms: [] }))

const { options } = workerData as ArchiveWorkerData
if (parentPort) serveArchive(parentPort, sqliteDriver(options), withoutPayloads)
