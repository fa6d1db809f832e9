import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { withPatience } from '../../lib/async.js'

/** How long a request waits for the database, ms. */
const ANSWER_WITHIN_MS = 2_000
/** How long a database that did not answer is not asked again, ms. */
const RESTS_MS = 5_000

/**
 * What forms, changes, browsers and log-ins at a provider are signed with: the secret of the options, the same for several Zeniths. Without
 * one it is that of a database that they share, or random for the lifetime of the process.
 */
export class SigningSecret {
  #value: string | Buffer
  #read: (() => Promise<string>) | null
  #reading: Promise<void> | null = null
  #restsUntil = 0

  /** @param read of the database; null: there is none */
  constructor(given: string | undefined, read: (() => Promise<string>) | null = null) {
    this.#value = given ?? randomBytes(32)
    this.#read = given === undefined ? read : null
  }

  get value(): string | Buffer {
    return this.#value
  }

  /** Resolves when it is read. Never rejects: while the database does not answer, no user can log in anyway. */
  async ready(): Promise<void> {
    if (!this.#read || performance.now() < this.#restsUntil) return
    this.#reading ??= this.#take(this.#read).finally(() => {
      this.#reading = null
    })
    await this.#reading
  }

  async #take(read: () => Promise<string>): Promise<void> {
    try {
      this.#value = await withPatience(read(), ANSWER_WITHIN_MS)
      this.#read = null
    } catch {
      this.#restsUntil = performance.now() + RESTS_MS
    }
  }
}
