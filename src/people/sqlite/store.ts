import { mkdir, open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout } from '../../lib/clock.js'
import type { PeopleStore } from '../../ports/people.js'
import { loadBinding } from '../../sql/sqlite/binding.js'
import { BUSY_MS } from '../../sql/sqlite/database.js'
import { isBusy, isDamage, messageOf, readable } from '../../sql/sqlite/errors.js'
import { NAME } from '../shared/rows.js'
import { PeopleFile } from './people-file.js'

export interface SqlitePeopleOptions {
  /** Directory of the file `people.db`; both are created. Not on a network file system. */
  readonly dir: string
}

/** How long it waits until it tries to open the file again, ms. */
const RETRY_MS = 50

/**
 * Users in an SQLite file, for any number of processes at once. All calls run on the thread that calls them, and hold it: see
 * `src/people/thread`.
 */
export function sqlitePeople({ dir }: SqlitePeopleOptions): PeopleStore {
  const place = join(resolve(dir), 'people.db')
  const held = new HeldFile(resolve(dir), place)
  const use = <T>(work: (file: PeopleFile) => T) => held.use(work)
  return {
    place,
    open: () => use(() => undefined),
    changes: (since) => use((file) => file.changes(since)),
    write: (expected, records) => use((file) => file.write(expected, records)),
    look: (hash) => use((file) => file.look(hash)),
    putSession: (session) => use((file) => file.putSession(session)),
    touchSession: (hash, seenAt) => use((file) => file.touchSession(hash, seenAt)),
    sessions: (user) => use((file) => file.sessions(user)),
    endSessions: (filter) => use((file) => file.endSessions(filter)),
    stamp: (stamps) => use((file) => file.stamp(stamps)),
    stamps: (kind) => use((file) => file.stamps(kind)),
    close: () => held.close(),
  }
}

class HeldFile {
  readonly #dir: string
  readonly #path: string
  #opening: Promise<PeopleFile> | null = null
  #isClosed = false

  constructor(dir: string, path: string) {
    this.#dir = dir
    this.#path = path
  }

  async use<T>(work: (file: PeopleFile) => T): Promise<T> {
    if (this.#isClosed) throw new Error(`The ${NAME} is closed.`)
    try {
      this.#opening ??= this.#open()
      return work(await this.#opening)
    } catch (error) {
      throw readable(isDamage(error) ? this.#damaged(error) : error, this.#dir, NAME)
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const opening = this.#opening
    this.#opening = null
    const file = await opening?.catch(() => null)
    file?.close()
  }

  async #open(): Promise<PeopleFile> {
    try {
      const binding = await loadBinding('The SQLite database of users')
      await mkdir(this.#dir, { recursive: true, mode: 0o700 })
      // SQLite gives what it creates beside the file the same mode.
      await (await open(this.#path, 'a', 0o600)).close()
      return await patiently(() => new PeopleFile(binding, this.#path))
    } catch (error) {
      // The next call tries again.
      this.#opening = null
      throw error
    }
  }

  #damaged(error: unknown): Error {
    return new Error(
      `${this.#path} is damaged: ${messageOf(error)}. Stop Zenith and restore the file from a backup, or move it away to start without users. To repair it, run: sqlite3 people.db .recover`,
      { cause: error },
    )
  }
}

/** SQLite does not wait for other processes that open a new file. */
async function patiently<T>(work: () => T): Promise<T> {
  for (let tries = BUSY_MS / RETRY_MS; ; tries--) {
    try {
      return work()
    } catch (error) {
      if (!isBusy(error) || tries <= 0) throw error
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}
