// The thread of the store for tests: some hashes end it.
import { parentPort, workerData } from 'node:worker_threads'
import { type SqlitePeopleOptions, sqlitePeople } from '../../../src/people/sqlite/store.js'
import { servePeople } from '../../../src/people/thread/serve-people.js'

const store = sqlitePeople(workerData as SqlitePeopleOptions)

if (parentPort)
  servePeople(parentPort, {
    ...store,
    look: async (hash) => (hash === 'exits' ? process.exit(3) : store.look(hash)),
  })
