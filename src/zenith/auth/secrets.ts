import { createHash, timingSafeEqual } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { Origin } from '../http/context.js'
import { type Authenticator, type Principal, principal } from '../http/principal.js'
import { unauthorized } from '../http/responses.js'
import type { Guessing } from './guesses/limit.js'
import { tooMany } from './guesses/too-many.js'
import type { BasicAuth, BearerAuth } from './options.js'

export function basicAuthenticator(
  { basic: { username, password, role = 'viewer' } }: BasicAuth,
  guessing: Guessing,
): Authenticator {
  return secretAuthenticator(guessing, {
    scheme: 'basic',
    challenge: 'Basic realm="Zenith", charset="UTF-8"',
    secretOf: (credentials) => Buffer.from(credentials, 'base64').toString('utf8'),
    isRight: secretTest(`${username}:${password}`),
    principal: principal(username, role, 'basic'),
    accountOf: (secret) => secret.split(':', 1)[0] ?? '',
    labelOf: (account) => (account === username ? `"${username}"` : 'an unknown name'),
  })
}

export function bearerAuthenticator({ bearer, role = 'viewer' }: BearerAuth, guessing: Guessing): Authenticator {
  return secretAuthenticator(guessing, {
    scheme: 'bearer',
    challenge: 'Bearer realm="Zenith"',
    secretOf: (credentials) => credentials,
    isRight: secretTest(bearer),
    principal: principal(null, role, 'bearer'),
    accountOf: () => BEARER,
    labelOf: () => 'the bearer token',
  })
}

/** Never a user's name: names have no control characters. */
const BEARER = '\0bearer'

interface Way {
  readonly scheme: string
  readonly challenge: string
  readonly secretOf: (credentials: string) => string
  readonly isRight: (secret: string) => boolean
  readonly principal: Principal
  readonly accountOf: (secret: string) => string
  readonly labelOf: (account: string) => string
}

function secretAuthenticator({ limit, addressOf }: Guessing, way: Way): Authenticator {
  const admitted = new Admitted()

  async function check(secret: string, address: string): Promise<Principal | Response> {
    const isRight = way.isRight(secret)
    if (admitted.goesOn(address, isRight)) return way.principal
    const account = way.accountOf(secret)
    const guess = { account, label: way.labelOf(account), address, device: null }
    const attempt = await limit.begin(guess)
    if (attempt.wait > 0) return tooMany(attempt.wait)
    if (!isRight) return unauthorized(way.challenge)
    await attempt.succeed()
    admitted.add(address)
    return way.principal
  }

  return async (request: Request, origin: Origin) => {
    const [scheme, credentials] = credentialsOf(request)
    // A request without credentials is no guess: browsers send one first.
    if (scheme !== way.scheme || credentials === '') return unauthorized(way.challenge)
    return check(way.secretOf(credentials), addressOf(request, origin))
  }
}

function credentialsOf(request: Request): [scheme: string, credentials: string] {
  const [scheme = '', credentials = ''] = (request.headers.get('authorization') ?? '').trim().split(/ +/, 2)
  return [scheme.toLowerCase(), credentials]
}

/** Compares digests, so that timing reveals neither the secret nor its length. */
export function secretTest(secret: string): (candidate: string) => boolean {
  const expected = digestOf(secret)
  return (candidate) => timingSafeEqual(expected, digestOf(candidate))
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** How long an address stays uncounted, ms. */
const LIFE_MS = 5 * 60_000
const MAX_ADDRESSES = 10_000

/**
 * Addresses that recently sent correct credentials. Programs send them with every request; this spares the store a call for each. A wrong
 * guess removes its address, so that other users of the address cannot guess uncounted.
 */
class Admitted {
  readonly #until = new Map<string, number>()

  goesOn(address: string, isRight: boolean): boolean {
    const until = this.#until.get(address)
    if (isRight && until !== undefined && until > performance.now()) return true
    this.#until.delete(address)
    return false
  }

  add(address: string): void {
    this.#until.set(address, performance.now() + LIFE_MS)
    if (this.#until.size > MAX_ADDRESSES) this.#until.delete(this.#until.keys().next().value as string)
  }
}
