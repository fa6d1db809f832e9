import type { Logger } from '../../ports.js'
import type { Origin } from '../context.js'
import { loginGate } from '../login/gate.js'
import { closedGate, localGate } from './closed.js'
import { functionGate } from './function.js'
import type { ZenithAuth } from './options.js'
import type { Visitor } from './roles.js'
import { basicGate, bearerGate } from './secrets.js'

/** Lets a request in as a visitor; otherwise the answer. @param path below the mount */
export type Gate = (request: Request, origin: Origin, path: string) => Promise<Visitor | Response>

export interface GateOptions {
  auth: ZenithAuth | undefined
  /** Whether the process says that it is a development machine. */
  isDevelopment: boolean
  /** What sessions are signed with when `auth` names nothing. @default random, for as long as the process runs */
  secret: string | undefined
  logger: Logger | undefined
}

/** What stands in front of every route. Without `auth` it is closed to all but this machine itself, in development. */
export function gateOf({ auth, isDevelopment, secret, logger }: GateOptions): Gate {
  if (auth === undefined) return closedGate(isDevelopment)
  if (auth === 'local') return localGate
  if (typeof auth === 'function') return functionGate(auth, logger)
  if ('users' in auth) return loginGate({ secret, ...auth }, logger)
  return 'basic' in auth ? basicGate(auth) : bearerGate(auth)
}
