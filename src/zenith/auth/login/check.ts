import { unmatchable, verifyPassword } from '../../../people/password.js'
import type { Credentials } from './signer.js'

/** Most guesses to compute at once, each with 32 MiB, and most that wait in each queue. */
const MAX_AT_ONCE = 2
const MAX_WAITING = 32

/** Checks a user's password, in the same time whether the user exists or not. */
export class PasswordCheck {
  /** For each cost among the users' hashes, a hash that no password matches. */
  readonly #unmatchable: ReadonlyMap<string, string>
  /** Guesses from places known for the account go first, and are not displaced by the others. */
  readonly #known: (() => void)[] = []
  readonly #unknown: (() => void)[] = []
  #running = 0

  /** @param hashes of every cost that users' hashes have */
  constructor(hashes: readonly string[]) {
    this.#unmatchable = new Map(hashes.map((hash) => [costOf(hash), unmatchable(hash)]))
  }

  /**
   * Whether the password is the user's; `'busy'` if too many checks are waiting.
   *
   * @param user null: there is none of this name
   * @param isKnown whether the account was logged in to from the same place before
   */
  async ask(user: Credentials | null, password: string, isKnown: boolean): Promise<boolean | 'busy'> {
    const line = isKnown ? this.#known : this.#unknown
    if (line.length >= MAX_WAITING) return 'busy'
    if (this.#running >= MAX_AT_ONCE) await new Promise<void>((resolve) => line.push(resolve))
    this.#running += 1
    try {
      let isRight = false
      // One hash of each cost in any case: timing reveals neither whether a name exists nor whose hash it is.
      for (const [cost, hash] of this.#unmatchable) {
        const isTheirs = user !== null && cost === costOf(user.password)
        const fits = await verifyPassword(password, isTheirs ? user.password : hash)
        isRight ||= isTheirs && fits
      }
      return isRight
    } finally {
      this.#running -= 1
      const next = this.#known.shift() ?? this.#unknown.shift()
      next?.()
    }
  }
}

/** `N:r:p` of a hash. */
function costOf(hash: string): string {
  return hash.split(':').slice(1, 4).join(':')
}
