import { parentPort, workerData } from 'node:worker_threads'
import { type SqlitePeopleOptions, sqlitePeople } from '../people/sqlite/store.js'
import { servePeople } from '../people/thread/serve-people.js'

/** What the thread of the users in SQLite gets. */
export type PeopleWorkerData = SqlitePeopleOptions

if (parentPort) servePeople(parentPort, sqlitePeople(workerData as PeopleWorkerData))
