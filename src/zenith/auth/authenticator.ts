import { isRole } from '../../api/permissions.js'
import type { People } from '../../people/service/people.js'
import type { Debts, Logger } from '../../ports/index.js'
import type { PageUrlOf } from '../http/page-url.js'
import { type Authenticator, principal } from '../http/principal.js'
import { bare, json } from '../http/responses.js'
import type { SigningSecret } from '../http/signing-secret.js'
import { closedAuthenticator, localAuthenticator } from './closed.js'
import type { Guessing } from './guesses/limit.js'
import { linkAuthenticator } from './link/authenticator.js'
import { loginAuthenticator } from './login/authenticator.js'
import type { OnLogin } from './login/login.js'
import type { Authorize, ZenithAuth } from './options.js'
import { peopleAuthenticator } from './people/authenticator.js'
import { basicAuthenticator, bearerAuthenticator } from './secrets.js'

export interface AuthenticatorOptions extends Guessing {
  auth: ZenithAuth | undefined
  /** Whether the environment of the process is a development machine's. */
  isDevelopment: boolean
  signing: SigningSecret
  /** Of log-outs. */
  debts: Debts
  /** Null unless `auth` is by people. */
  people: People | null
  /** Gets log-ins and log-outs. */
  onLogin: OnLogin
  pageUrlOf: PageUrlOf
  logger: Logger | undefined
}

/** The authenticator of all routes. Without `auth` only requests from this machine are allowed, in development. */
export function authenticatorOf(options: AuthenticatorOptions): Authenticator {
  const { auth, isDevelopment, logger } = options
  if (auth === undefined) return closedAuthenticator(isDevelopment, logger)
  if (auth === 'local') return localAuthenticator(logger)
  if (typeof auth === 'function') return functionAuthenticator(auth, logger)
  if ('link' in auth) return linkAuthenticator(auth, options)
  if ('people' in auth) {
    const { people, ...rest } = options
    return people ? peopleAuthenticator({ ...rest, people, options: auth.people }) : closedAuthenticator(false, logger)
  }
  if ('users' in auth) return loginAuthenticator(auth, options)
  return 'basic' in auth ? basicAuthenticator(auth, options) : bearerAuthenticator(auth, options)
}

function functionAuthenticator(authorize: Authorize, logger: Logger | undefined): Authenticator {
  return async (request, { peer }) => {
    try {
      const answer = await authorize(request, peer)
      if (answer instanceof Response) return answer
      if (answer === true) return principal(null, 'viewer', 'function')
      return isRole(answer) ? principal(null, answer, 'function') : bare(404)
    } catch (error) {
      logger?.error(
        `Zenith's auth function failed, and nobody was let in: ${error instanceof Error ? error.message : error}`,
      )
      return json(500, { error: { code: 'auth_failed', message: 'Who may see this could not be found out.' } })
    }
  }
}
