import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Principal } from './principal.js'
import type { SigningSecret } from './signing-secret.js'

type Named = Pick<Principal, 'user' | 'role'>

/** Tokens that prove that a change comes from a page, or a program, that could read `/api/session`. */
export class ChangeTokens {
  readonly #secret: SigningSecret
  readonly #cluster: string | null

  /** @param cluster the only one whose changes the tokens prove; null: of changes that are about no cluster */
  constructor(secret: SigningSecret, cluster: string | null) {
    this.#secret = secret
    this.#cluster = cluster
  }

  of({ user, role }: Named): string {
    return createHmac('sha256', this.#secret.value)
      .update(JSON.stringify(['change', this.#cluster, user, role]))
      .digest('base64url')
  }

  isOf(principal: Named, token: string | null): boolean {
    const [given, right] = [Buffer.from(token ?? ''), Buffer.from(this.of(principal))]
    return given.length === right.length && timingSafeEqual(given, right)
  }
}
