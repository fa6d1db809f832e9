import { createHash, timingSafeEqual } from 'node:crypto'
import type { Logger } from '../ports.js'
import type { Origin } from './context.js'
import { isLocal, isLoopback } from './loopback.js'
import { bare, json, text, wantsHtml } from './responses.js'

export const ROLES = ['viewer', 'operator', 'admin'] as const
/** viewer: reads; operator: retries and pauses; admin: removes. All of today's pages only read. */
export type Role = (typeof ROLES)[number]

/**
 * Who may: true or a role lets in; false or null answers with 404; a `Response` is sent as it is (a redirect to a log-in).
 *
 * @param peer the address of the socket's other end, null when it is not known; behind a proxy it is the proxy's
 */
export type Authorize = (
  request: Request,
  peer: string | null,
) => boolean | Role | Response | null | undefined | Promise<boolean | Role | Response | null | undefined>

export type ZenithAuth =
  | Authorize
  | { readonly basic: { readonly username: string; readonly password: string } }
  | { readonly bearer: string }

/** Null lets the request in; otherwise the answer. */
export type Gate = (request: Request, origin: Origin) => Promise<Response | null>

export interface GateOptions {
  auth: ZenithAuth | undefined
  /** Whether the process says that it is a development machine. */
  isDevelopment: boolean
  logger: Logger | undefined
}

/** What stands in front of every route. Without `auth` it is closed to all but this machine itself, in development. */
export function gateOf({ auth, isDevelopment, logger }: GateOptions): Gate {
  if (auth === undefined) return closedGate(isDevelopment)
  if (typeof auth === 'function') return functionGate(auth, logger)
  return 'basic' in auth ? basicGate(auth.basic) : bearerGate(auth.bearer)
}

/** Whether a value is what the option takes. Empty secrets are none. */
export function isAuth(auth: unknown): auth is ZenithAuth {
  if (typeof auth === 'function') return true
  const { basic, bearer } = fieldsOf(auth) ?? {}
  if (basic === undefined) return isSecret(bearer)
  const { username, password } = fieldsOf(basic) ?? {}
  return bearer === undefined && isSecret(username) && isSecret(password)
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
}

function isSecret(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function closedGate(isDevelopment: boolean): Gate {
  return async (request, { peer }) => {
    if (isDevelopment && isLocal(request, peer)) return null
    return isLoopback(peer) && isLocal(request, peer) ? howToOpen(request) : bare(404)
  }
}

function functionGate(authorize: Authorize, logger: Logger | undefined): Gate {
  return async (request, { peer }) => {
    try {
      const answer = await authorize(request, peer)
      if (answer instanceof Response) return answer
      return answer === true || ROLES.some((role) => role === answer) ? null : bare(404)
    } catch (error) {
      logger?.error(
        `Zenith's auth function failed, and nobody was let in: ${error instanceof Error ? error.message : error}`,
      )
      return json(500, { error: { code: 'auth_failed', message: 'Who may see this could not be found out.' } })
    }
  }
}

function basicGate({ username, password }: { username: string; password: string }): Gate {
  const isRight = secretTest(`${username}:${password}`)
  return async (request) => {
    const [scheme, credentials] = credentialsOf(request)
    if (scheme === 'basic' && isRight(Buffer.from(credentials, 'base64').toString('utf8'))) return null
    return unauthorized('Basic realm="Zenith", charset="UTF-8"')
  }
}

function bearerGate(token: string): Gate {
  const isRight = secretTest(token)
  return async (request) => {
    const [scheme, credentials] = credentialsOf(request)
    return scheme === 'bearer' && isRight(credentials) ? null : unauthorized('Bearer realm="Zenith"')
  }
}

function credentialsOf(request: Request): [scheme: string, credentials: string] {
  const [scheme = '', credentials = ''] = (request.headers.get('authorization') ?? '').trim().split(/ +/, 2)
  return [scheme.toLowerCase(), credentials]
}

/** Compares digests, so that the time it takes tells neither the secret nor its length. */
function secretTest(secret: string): (candidate: string) => boolean {
  const expected = digestOf(secret)
  return (candidate) => timingSafeEqual(expected, digestOf(candidate))
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function unauthorized(challenge: string): Response {
  const answer = json(401, { error: { code: 'unauthorized', message: 'Who are you?' } })
  answer.headers.set('www-authenticate', challenge)
  return answer
}

const HOW_TO_OPEN =
  'Zenith is closed. It opens by itself on this machine when NODE_ENV is development; everywhere else pass the option `auth`: ' +
  'createZenith({ auth: { basic: { username, password } } }), { bearer: token }, or a function of the request.'

/** Only for the machine itself: others are not even told that there is something. */
function howToOpen(request: Request): Response {
  if (wantsHtml(request)) return text(404, HOW_TO_OPEN)
  return json(404, { error: { code: 'closed', message: HOW_TO_OPEN } })
}
