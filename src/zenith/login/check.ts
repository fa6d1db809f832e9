import type { LoginUser } from './options.js'
import { unmatchable, verifyPassword } from './password.js'

/** How many guesses are computed at once, each in some 10 MiB, and how many may wait. */
const MAX_AT_ONCE = 2
const MAX_WAITING = 32

/** Tells who has which password, in the same time whether or not there is such a name. */
export class PasswordCheck {
  readonly #users: ReadonlyMap<string, LoginUser>
  readonly #unmatchable: string
  #waiting: (() => void)[] = []
  #running = 0

  constructor(users: readonly LoginUser[]) {
    this.#users = new Map(users.map((user) => [user.name, user]))
    this.#unmatchable = unmatchable(users[0]?.password ?? '')
  }

  /** The name as it is known; null for one that nobody has. */
  knownName(name: string): string | null {
    return this.#users.get(name)?.name ?? null
  }

  /** The user; null when name or password is wrong; `'busy'` when too many are being checked. */
  async ask(name: string, password: string): Promise<LoginUser | null | 'busy'> {
    if (this.#waiting.length >= MAX_WAITING) return 'busy'
    if (this.#running >= MAX_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#running += 1
    try {
      const user = this.#users.get(name)
      const isRight = await verifyPassword(password, user?.password ?? this.#unmatchable)
      return user && isRight ? user : null
    } finally {
      this.#running -= 1
      this.#waiting.shift()?.()
    }
  }
}
