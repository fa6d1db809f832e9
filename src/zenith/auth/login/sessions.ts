import { createHash, randomBytes } from 'node:crypto'
import type { Debts } from '../../../ports/index.js'
import { type Principal, principal } from '../../http/principal.js'
import type { Accounts } from './accounts.js'
import type { LoginOptions, LoginUser } from './options.js'
import { isSame, type Signer } from './signer.js'

const DEFAULT_HOURS = 12

/**
 * Users of the options. Only the browser stores their sessions: name, end and a signature (HMAC-SHA256). The signature includes the user's
 * hash, so that a new password ends the sessions of the old one.
 */
export class Sessions implements Accounts<LoginUser> {
  readonly #signer: Signer
  readonly #users: ReadonlyMap<string, LoginUser>
  readonly #ttlMs: number
  readonly #ended: Debts | null

  /** @param ended of sessions that a log-out ended early, until they would have ended: no Zenith accepts them. Null: there is no log-out */
  constructor({ users, sessionHours = DEFAULT_HOURS }: LoginOptions, signer: Signer, ended: Debts | null) {
    this.#signer = signer
    this.#ended = ended
    this.#users = new Map(users.map((user) => [user.name, user]))
    this.#ttlMs = sessionHours * 3_600_000
  }

  /** Of the cookie, seconds. */
  get maxAge(): number {
    return Math.floor(this.#ttlMs / 1_000)
  }

  get hashes(): readonly string[] {
    return [...this.#users.values()].map(({ password }) => password)
  }

  async find(name: string): Promise<LoginUser | null> {
    return this.#users.get(name) ?? null
  }

  async start(user: LoginUser): Promise<string> {
    return this.tokenFor(user)
  }

  tokenFor(user: LoginUser): string {
    const body = `${Buffer.from(user.name).toString('base64url')}.${Date.now() + this.#ttlMs}.${randomBytes(9).toString('base64url')}`
    return `${body}.${this.#signer.sign('session', body, user.password)}`
  }

  async principalOf(token: string | null): Promise<Principal | null> {
    const user = this.userOf(token)
    if (!user || (await this.#isEnded(token ?? ''))) return null
    return { ...principal(user.name, user.role ?? 'viewer', 'password'), canLogOut: true }
  }

  /** The session's user, also if it was logged out; null if it is invalid or expired. */
  userOf(token: string | null): LoginUser | null {
    const match = /^(([\w-]{1,540})\.(\d{1,16})\.[\w-]{12})\.([\w-]{43})$/.exec(token ?? '')
    if (!token || !match) return null
    const [, body = '', name = '', expires = '', signature = ''] = match
    const user = this.#users.get(Buffer.from(name, 'base64url').toString())
    const isRight = user !== undefined && isSame(signature, this.#signer.sign('session', body, user.password))
    return isRight && Number(expires) > Date.now() ? user : null
  }

  async end(token: string): Promise<void> {
    await this.#ended?.owe([{ name: nameOf(token), ms: this.#ttlMs }])
  }

  async #isEnded(token: string): Promise<boolean> {
    const [left = 0] = (await this.#ended?.owe([{ name: nameOf(token), ms: 0 }])) ?? []
    return left > 0
  }
}

/** Hashed: a session is not readable in the store. */
function nameOf(token: string): string {
  return createHash('sha256').update(`ended ${token}`).digest('base64url').slice(0, 22)
}
