import { hostname } from 'node:os'
import type { Binding, RawDatabase } from '../../sql/sqlite/binding.js'
import { isBusy } from '../../sql/sqlite/errors.js'

/** Code of the error when another process has the archive. */
export const ARCHIVE_IN_USE = 'ARCHIVE_IN_USE'

/**
 * Keeps other processes out. It is a database of one row, and an open transaction that writes nothing: the operating system ends it with
 * the process, however that ends, so there is no lock that outlives its owner. Others can read who it is.
 */
export class Lock {
  readonly #database: RawDatabase

  /** @throws Error that names the process which has the directory */
  constructor(binding: Binding, file: string, dir: string) {
    const database = binding.open(file)
    try {
      take(database)
    } catch (error) {
      const owner = isBusy(error) ? ownerOf(database) : null
      database.close()
      throw isBusy(error) ? taken(dir, owner) : error
    }
    this.#database = database
  }

  /** Never throws. */
  release(): void {
    try {
      this.#database.exec('ROLLBACK')
    } catch {}
    this.#database.close()
  }
}

function take(database: RawDatabase): void {
  database.exec('PRAGMA busy_timeout = 200; BEGIN IMMEDIATE')
  try {
    database.exec('CREATE TABLE IF NOT EXISTS owner (pid INTEGER, host TEXT); DELETE FROM owner')
    database.prepare('INSERT INTO owner VALUES (?, ?)').run([process.pid, hostname()])
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
  database.exec('BEGIN IMMEDIATE')
}

interface Owner {
  readonly pid: number
  readonly host: string
}

function ownerOf(database: RawDatabase): Owner | null {
  try {
    return (database.prepare('SELECT pid, host FROM owner').get([]) as unknown as Owner | undefined) ?? null
  } catch {
    return null
  }
}

function taken(dir: string, owner: Owner | null): Error {
  const who = owner
    ? `process ${owner.pid}${owner.pid === process.pid ? ' (this one)' : ''} on ${owner.host}`
    : 'another process'
  const message = `The archive in ${dir} is open in ${who}. SQLite archives for one Zenith: end the other one, give this one another directory, or use PostgreSQL for several.`
  return Object.assign(new Error(message), { code: ARCHIVE_IN_USE })
}
