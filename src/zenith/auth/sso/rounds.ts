import { randomBytes } from 'node:crypto'
import { isSame, type Signer } from '../login/signer.js'
import type { Round } from './provider.js'

/** Seconds that a user has at the provider. */
export const ROUND_LIFE_S = 600

type Begun = Pick<Round, 'provider' | 'redirectUri' | 'next'>

/**
 * Log-ins that are at a provider. Only the browser stores them, in a signed cookie; state, nonce and verifier are derived from its key, so
 * that the cookie reveals none of them.
 */
export class Rounds {
  readonly #signer: Signer

  constructor(signer: Signer) {
    this.#signer = signer
  }

  begin({ provider, redirectUri, next }: Begun): { readonly round: Round; readonly cookie: string } {
    const key = randomBytes(32).toString('base64url')
    const content = [key, Date.now() + ROUND_LIFE_S * 1_000, provider, redirectUri, next]
    const body = Buffer.from(JSON.stringify(content)).toString('base64url')
    return {
      round: this.#roundOf(key, { provider, redirectUri, next }),
      cookie: `${body}.${this.#signer.sign('sso', body)}`,
    }
  }

  /** Null for a cookie that is missing, forged or too old. */
  read(cookie: string | null): Round | null {
    const [, body = '', signature = ''] = /^([\w-]+)\.([\w-]{43})$/.exec(cookie ?? '') ?? []
    if (!isSame(signature, this.#signer.sign('sso', body))) return null
    const [key, until, provider, redirectUri, next] = JSON.parse(Buffer.from(body, 'base64url').toString()) as [
      ...[key: string, until: number, provider: string],
      ...[redirectUri: string, next: string],
    ]
    return until > Date.now() ? this.#roundOf(key, { provider, redirectUri, next }) : null
  }

  #roundOf(key: string, begun: Begun): Round {
    const derived = (what: string) => this.#signer.sign(`sso ${what}`, key)
    return { ...begun, state: derived('state'), nonce: derived('nonce'), verifier: derived('verifier') }
  }
}
