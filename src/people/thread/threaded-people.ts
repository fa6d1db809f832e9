import type { PeopleStore } from '../../ports/people.js'
import { AskedThread } from '../../sql/thread/asked-thread.js'
import { NAME } from '../shared/rows.js'
import type { Method } from './methods.js'

/** Each request to Zenith asks for its session. */
const MAX_WAITING = 5000
/** All records are in it once when they are read. */
const MEMORY_MB = 256

export interface ThreadedPeopleOptions {
  /** Of the file that runs on the thread: it calls `servePeople`. */
  readonly workerUrl: URL
  readonly place: string
  /** What that file gets as `workerData`. Can be cloned. */
  readonly workerData: object
}

/** A store whose work is done on a thread. */
export function threadedPeople({ workerUrl, place, workerData }: ThreadedPeopleOptions): PeopleStore {
  const thread = new AskedThread({
    workerUrl,
    workerData,
    threadName: 'quasar-people',
    name: NAME,
    memoryMb: MEMORY_MB,
    maxWaiting: MAX_WAITING,
  })
  const ask =
    (method: Method) =>
    (...args: readonly unknown[]) =>
      thread.ask(method, args) as Promise<never>
  return {
    place,
    open: ask('open'),
    changes: ask('changes'),
    write: ask('write'),
    look: ask('look'),
    putSession: ask('putSession'),
    touchSession: ask('touchSession'),
    sessions: ask('sessions'),
    endSessions: ask('endSessions'),
    stamp: ask('stamp'),
    stamps: ask('stamps'),
    close: () => thread.close(),
  }
}
