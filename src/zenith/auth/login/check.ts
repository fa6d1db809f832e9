import type { LoginUser } from './options.js'
import { unmatchable, verifyPassword } from './password.js'

/** Most guesses to compute at once, each with 32 MiB, and most that wait in each queue. */
const MAX_AT_ONCE = 2
const MAX_WAITING = 32

/** Checks a user's password, in the same time whether the name exists or not. */
export class PasswordCheck {
  readonly #users: ReadonlyMap<string, LoginUser>
  /** For each cost among the users' hashes, a hash that no password matches. */
  readonly #unmatchable: ReadonlyMap<string, string>
  /** Guesses from places known for the account go first, and are not displaced by the others. */
  readonly #known: (() => void)[] = []
  readonly #unknown: (() => void)[] = []
  #running = 0

  constructor(users: readonly LoginUser[]) {
    this.#users = new Map(users.map((user) => [user.name, user]))
    this.#unmatchable = new Map(users.map(({ password }) => [costOf(password), unmatchable(password)]))
  }

  /** The name as configured; null for an unknown one. */
  knownName(name: string): string | null {
    return this.#users.get(name)?.name ?? null
  }

  /**
   * The user; null if name or password is wrong; `'busy'` if too many checks are waiting.
   *
   * @param isKnown whether the account was logged in to from the same place before
   */
  async ask(name: string, password: string, isKnown: boolean): Promise<LoginUser | null | 'busy'> {
    const line = isKnown ? this.#known : this.#unknown
    if (line.length >= MAX_WAITING) return 'busy'
    if (this.#running >= MAX_AT_ONCE) await new Promise<void>((resolve) => line.push(resolve))
    this.#running += 1
    try {
      const user = this.#users.get(name)
      let isRight = false
      // One hash of each cost in any case: timing reveals neither whether a name exists nor whose hash it is.
      for (const [cost, hash] of this.#unmatchable) {
        const isTheirs = user !== undefined && cost === costOf(user.password)
        const fits = await verifyPassword(password, isTheirs ? user.password : hash)
        isRight ||= isTheirs && fits
      }
      return user && isRight ? user : null
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
