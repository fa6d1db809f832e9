import { join } from 'node:path'
import { threadedPeople } from '../people/thread/threaded-people.js'
import type { Archive, PeopleStore } from '../ports/index.js'
import type { PeopleWorkerData } from './people-worker.js'

/** Beside this file, and also beside the folder of what several files share. */
const WORKER = '../runtime/people-worker.js'

/** The users in SQLite, on a thread of their own: a batch of the archive holds its thread for hundreds of ms. */
export function peopleThread(dir: string): PeopleStore {
  const workerData: PeopleWorkerData = { dir }
  return threadedPeople({ workerUrl: new URL(WORKER, import.meta.url), place: join(dir, 'people.db'), workerData })
}

/** The archive with a place for users, which is opened when it is used and closed with it. */
export function withPeople(archive: Archive, make: () => PeopleStore): Archive {
  let people: PeopleStore | null = null
  let isClosed = false
  return {
    ...archive,
    people() {
      people ??= make()
      if (isClosed) void people.close()
      return people
    },
    async close() {
      isClosed = true
      await Promise.all([archive.close(), people?.close()])
    },
  }
}
