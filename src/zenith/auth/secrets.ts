import { createHash, timingSafeEqual } from 'node:crypto'
import { json } from '../responses.js'
import type { Gate } from './gate.js'
import type { BasicAuth, BearerAuth } from './options.js'
import { visitor } from './roles.js'

export function basicGate({ basic: { username, password, role = 'viewer' } }: BasicAuth): Gate {
  const isRight = secretTest(`${username}:${password}`)
  return async (request) => {
    const [scheme, credentials] = credentialsOf(request)
    if (scheme === 'basic' && isRight(Buffer.from(credentials, 'base64').toString('utf8'))) {
      return visitor(username, role)
    }
    return unauthorized('Basic realm="Zenith", charset="UTF-8"')
  }
}

export function bearerGate({ bearer, role = 'viewer' }: BearerAuth): Gate {
  const isRight = secretTest(bearer)
  return async (request) => {
    const [scheme, credentials] = credentialsOf(request)
    return scheme === 'bearer' && isRight(credentials) ? visitor(null, role) : unauthorized('Bearer realm="Zenith"')
  }
}

function credentialsOf(request: Request): [scheme: string, credentials: string] {
  const [scheme = '', credentials = ''] = (request.headers.get('authorization') ?? '').trim().split(/ +/, 2)
  return [scheme.toLowerCase(), credentials]
}

/** Compares digests, so that the time it takes tells neither the secret nor its length. */
export function secretTest(secret: string): (candidate: string) => boolean {
  const expected = digestOf(secret)
  return (candidate) => timingSafeEqual(expected, digestOf(candidate))
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

export function unauthorized(challenge: string): Response {
  const answer = json(401, { error: { code: 'unauthorized', message: 'Who are you?' } })
  answer.headers.set('www-authenticate', challenge)
  return answer
}
