import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { LoginOptions, LoginUser } from './options.js'

const DEFAULT_HOURS = 12
const MAX_ENDED = 10_000

/**
 * Sessions that only the browser stores: name, end and a signature (HMAC-SHA256). The signature includes the user's hash, so that a new
 * password ends the sessions of the old one.
 */
export class Sessions {
  readonly #secret: string | Buffer
  readonly #users: ReadonlyMap<string, LoginUser>
  readonly #ttlMs: number
  /** Sessions that a log-out ended early, with its time: this process no longer accepts them. */
  readonly #ended = new Map<string, number>()

  constructor({ users, secret, sessionHours = DEFAULT_HOURS }: LoginOptions) {
    this.#secret = secret ?? randomBytes(32)
    this.#users = new Map(users.map((user) => [user.name, user]))
    this.#ttlMs = sessionHours * 3_600_000
  }

  /** Of the cookie, seconds. */
  get maxAge(): number {
    return Math.floor(this.#ttlMs / 1_000)
  }

  start(user: LoginUser): string {
    const body = `${Buffer.from(user.name).toString('base64url')}.${Date.now() + this.#ttlMs}.${randomBytes(9).toString('base64url')}`
    return `${body}.${this.#sign('session', body, user.password)}`
  }

  /** The session's user; null if it is invalid, expired or ended. */
  userOf(token: string | null): LoginUser | null {
    const match = /^(([\w-]{1,540})\.(\d{1,16})\.[\w-]{12})\.([\w-]{43})$/.exec(token ?? '')
    if (!token || !match) return null
    const [, body = '', name = '', expires = '', signature = ''] = match
    const user = this.#users.get(Buffer.from(name, 'base64url').toString())
    const isRight = user !== undefined && isSame(signature, this.#sign('session', body, user.password))
    return isRight && Number(expires) > Date.now() && !this.#ended.has(token) ? user : null
  }

  end(token: string): void {
    const now = Date.now()
    for (const [ended, at] of this.#ended) if (at + this.#ttlMs < now) this.#ended.delete(ended)
    this.#ended.set(token, now)
    if (this.#ended.size > MAX_ENDED) this.#ended.delete(this.#ended.keys().next().value as string)
  }

  /** A token that shows that a user has logged in with this browser, valid until the password changes. */
  newDevice(user: LoginUser): string {
    const id = randomBytes(12).toString('base64url')
    return `${id}.${this.#sign('device', id, user.name, user.password)}`
  }

  /** Identifies a browser that this user has logged in with before; null for any other, and for an unknown name. */
  deviceOf(name: string, cookie: string | null): string | null {
    const [, id = '', signature = ''] = /^([\w-]{16})\.([\w-]{43})$/.exec(cookie ?? '') ?? []
    const user = this.#users.get(name)
    const isRight = isSame(signature, this.#sign('device', id, name, user?.password ?? ''))
    return user && isRight ? id : null
  }

  /** The token of a form, derived from a cookie that other sites cannot read, so that their forms are rejected. */
  formToken(cookie: string): string {
    return this.#sign('form', cookie)
  }

  isFormToken(token: string, cookie: string): boolean {
    return isSame(token, this.formToken(cookie))
  }

  #sign(...parts: readonly string[]): string {
    return createHmac('sha256', this.#secret).update(JSON.stringify(parts)).digest('base64url')
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
