import type { ProvidedIdentity } from '../../../people/changes/identities.js'

/** One log-in at a provider, from the redirect there to the callback. */
export interface Round {
  /** Id of the provider. */
  readonly provider: string
  readonly redirectUri: string
  /** Where to go afterwards, relative to the page. */
  readonly next: string
  readonly state: string
  readonly nonce: string
  /** Of PKCE. */
  readonly verifier: string
}

/** A provider of single sign-on. Methods reject with an {@link SsoError}. */
export interface Provider {
  readonly id: string
  /** `Keycloak` */
  readonly name: string
  /** Where the browser logs in. */
  authorizationUrl(round: Round): Promise<URL>
  /** Who logged in. @param answer the query of the callback, whose state is right */
  identityOf(answer: URLSearchParams, round: Round): Promise<ProvidedIdentity>
  /** Where a browser logs out of the provider; null if there is no such page. @param back where to go afterwards, URL */
  logoutUrl(back: string): Promise<URL | null>
}

/** Longest time that a provider may take for all requests of one step, ms. */
export const WITHIN_MS = 10_000

/**
 * `away`: the provider does not answer, or not as one; `refused`: it answers with an error; `invalid`: its answer proves nothing;
 * `setup`: Zenith lacks something.
 */
export type SsoErrorCode = 'away' | 'refused' | 'invalid' | 'setup'

/** Why a log-in failed. */
export class SsoError extends Error {
  override readonly name = 'SsoError'
  readonly code: SsoErrorCode
  /** For the log, without secrets. */
  readonly detail: string

  /** @param message for the user */
  constructor(code: SsoErrorCode, message: string, detail: string) {
    super(message)
    this.code = code
    this.detail = printable(detail)
  }
}

export function isSsoError(error: unknown): error is SsoError {
  return error instanceof Error && error.name === 'SsoError'
}

export function awayError(name: string, detail: string): SsoError {
  return new SsoError('away', `${name} does not answer now. Please try again.`, detail)
}

export function invalidError(name: string, detail: string): SsoError {
  return new SsoError(
    'invalid',
    `The answer of ${name} is not valid, so you are not logged in. The log has the reason.`,
    detail,
  )
}

/** An error that the provider answered. @param code `access_denied` @param description its own words, if any */
export function refusedError(name: string, code: string, description: string | null | undefined): SsoError {
  const words = printable(description ? `${code}: ${description}` : code)
  return new SsoError('refused', `${name} refused the log-in: ${words}`, words)
}

const MAX_CHARS = 300

/** Control characters of a provider could forge lines of the log. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, MAX_CHARS)
}
