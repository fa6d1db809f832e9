import { isRole } from '../../api/permissions.js'
import type { Logger } from '../../ports/index.js'
import { bare, json } from '../http/responses.js'
import { type Gate, visitor } from '../http/visitor.js'
import { closedGate, localGate } from './closed.js'
import type { Guessing } from './guesses/limit.js'
import { linkGate } from './link/gate.js'
import { loginGate } from './login/gate.js'
import type { Authorize, ZenithAuth } from './options.js'
import { basicGate, bearerGate } from './secrets.js'

export interface GateOptions extends Guessing {
  auth: ZenithAuth | undefined
  /** Whether the process says that it is a development machine. */
  isDevelopment: boolean
  /** What sessions are signed with when `auth` names nothing. @default random, for as long as the process runs */
  secret: string | undefined
  logger: Logger | undefined
}

/** What stands in front of every route. Without `auth` it is closed to all but this machine itself, in development. */
export function gateOf(options: GateOptions): Gate {
  const { auth, isDevelopment, secret, logger } = options
  if (auth === undefined) return closedGate(isDevelopment, logger)
  if (auth === 'local') return localGate(logger)
  if (typeof auth === 'function') return functionGate(auth, logger)
  if ('link' in auth) return linkGate(auth, options)
  if ('users' in auth) return loginGate({ secret, ...auth }, options)
  return 'basic' in auth ? basicGate(auth, options) : bearerGate(auth, options)
}

function functionGate(authorize: Authorize, logger: Logger | undefined): Gate {
  return async (request, { peer }) => {
    try {
      const answer = await authorize(request, peer)
      if (answer instanceof Response) return answer
      if (answer === true) return visitor(null, 'viewer')
      return isRole(answer) ? visitor(null, answer) : bare(404)
    } catch (error) {
      logger?.error(
        `Zenith's auth function failed, and nobody was let in: ${error instanceof Error ? error.message : error}`,
      )
      return json(500, { error: { code: 'auth_failed', message: 'Who may see this could not be found out.' } })
    }
  }
}
