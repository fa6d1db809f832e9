import type { LoginUser } from './options.js'
import { unmatchable, verifyPassword } from './password.js'

/** How many guesses are computed at once, each in some 10 MiB, and how many may wait in each line. */
const MAX_AT_ONCE = 2
const MAX_WAITING = 32

/** Tells who has which password, in the same time whether or not there is such a name. */
export class PasswordCheck {
  readonly #users: ReadonlyMap<string, LoginUser>
  /** For each cost that a hash of a user has, a hash that no password has. */
  readonly #unmatchable: ReadonlyMap<string, string>
  /** Who is known for the account goes first, and is not kept out by the crowd of those who are not. */
  readonly #known: (() => void)[] = []
  readonly #unknown: (() => void)[] = []
  #running = 0

  constructor(users: readonly LoginUser[]) {
    this.#users = new Map(users.map((user) => [user.name, user]))
    this.#unmatchable = new Map(users.map(({ password }) => [costOf(password), unmatchable(password)]))
  }

  /** The name as it is known; null for one that nobody has. */
  knownName(name: string): string | null {
    return this.#users.get(name)?.name ?? null
  }

  /**
   * The user; null when name or password is wrong; `'busy'` when too many are being checked.
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
      // One of each cost, whoever it is: the time tells neither a name that somebody has nor whose hash it is.
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
