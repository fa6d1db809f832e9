import { isRole } from '../../api/permissions.js'
import type { Logger } from '../../ports/index.js'
import { type Authenticator, principal } from '../http/principal.js'
import { bare, json } from '../http/responses.js'
import { closedAuthenticator, localAuthenticator } from './closed.js'
import type { Guessing } from './guesses/limit.js'
import { linkAuthenticator } from './link/authenticator.js'
import { loginAuthenticator } from './login/authenticator.js'
import type { Authorize, ZenithAuth } from './options.js'
import { basicAuthenticator, bearerAuthenticator } from './secrets.js'

export interface AuthenticatorOptions extends Guessing {
  auth: ZenithAuth | undefined
  /** Whether the process says that it is a development machine. */
  isDevelopment: boolean
  /** What sessions are signed with when `auth` names nothing. @default random, for as long as the process runs */
  secret: string | undefined
  logger: Logger | undefined
}

/** What stands in front of every route. Without `auth` it is closed to all but this machine itself, in development. */
export function authenticatorOf(options: AuthenticatorOptions): Authenticator {
  const { auth, isDevelopment, secret, logger } = options
  if (auth === undefined) return closedAuthenticator(isDevelopment, logger)
  if (auth === 'local') return localAuthenticator(logger)
  if (typeof auth === 'function') return functionAuthenticator(auth, logger)
  if ('link' in auth) return linkAuthenticator(auth, options)
  if ('users' in auth) return loginAuthenticator({ secret, ...auth }, options)
  return 'basic' in auth ? basicAuthenticator(auth, options) : bearerAuthenticator(auth, options)
}

function functionAuthenticator(authorize: Authorize, logger: Logger | undefined): Authenticator {
  return async (request, { peer }) => {
    try {
      const answer = await authorize(request, peer)
      if (answer instanceof Response) return answer
      if (answer === true) return principal(null, 'viewer')
      return isRole(answer) ? principal(null, answer) : bare(404)
    } catch (error) {
      logger?.error(
        `Zenith's auth function failed, and nobody was let in: ${error instanceof Error ? error.message : error}`,
      )
      return json(500, { error: { code: 'auth_failed', message: 'Who may see this could not be found out.' } })
    }
  }
}
