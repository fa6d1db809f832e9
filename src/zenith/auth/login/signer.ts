import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { SigningSecret } from '../../http/signing-secret.js'

/** Signs what browsers bring back: forms, and browsers that a user has logged in with before. */
export class Signer {
  readonly #secret: SigningSecret

  constructor(secret: SigningSecret) {
    this.#secret = secret
  }

  sign(...parts: readonly string[]): string {
    return createHmac('sha256', this.#secret.value).update(JSON.stringify(parts)).digest('base64url')
  }

  /** The token of a form, derived from a cookie that other sites cannot read, so that their forms are rejected. */
  formToken(cookie: string): string {
    return this.sign('form', cookie)
  }

  isFormToken(token: string, cookie: string): boolean {
    return isSame(token, this.formToken(cookie))
  }

  /** A token that shows that a user has logged in with this browser, valid until the password changes. */
  newDevice({ name, password }: Credentials): string {
    const id = randomBytes(12).toString('base64url')
    return `${id}.${this.sign('device', id, name, password)}`
  }

  /** Identifies a browser that this user has logged in with before; null for any other, and for an unknown name. */
  deviceOf(user: Credentials | null, cookie: string | null): string | null {
    const [, id = '', signature = ''] = /^([\w-]{16})\.([\w-]{43})$/.exec(cookie ?? '') ?? []
    const isRight = isSame(signature, this.sign('device', id, user?.name ?? '', user?.password ?? ''))
    return user && isRight ? id : null
  }
}

export interface Credentials {
  readonly name: string
  /** `scrypt:…` */
  readonly password: string
}

export function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
