import type { Logger } from '../../ports/index.js'
import type { Gate, Guessing } from '../http/visitor.js'
import { closedGate, localGate } from './closed.js'
import { functionGate } from './function.js'
import { linkGate } from './link/gate.js'
import { loginGate } from './login/gate.js'
import type { ZenithAuth } from './options.js'
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
