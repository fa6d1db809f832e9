import type { Logger } from '../../ports/index.js'
import type { Origin } from '../http/context.js'
import { isLoopback, whyNotLocal } from '../http/loopback.js'
import type { Authenticator } from '../http/principal.js'
import { principal } from '../http/principal.js'
import { bare, problem, text, wantsHtml } from '../http/responses.js'

/** Whoever sits at the machine may do on it what they like. */
const OWNER = principal(null, 'admin')

const PASS_AUTH =
  'pass the option `auth`: createZenith({ auth: { users: [{ name, password, role }] } }), { basic: { username, password } }, { bearer: token }, or a function of the request.'

const HOW_TO_OPEN = `Zenith is closed. It is open on this machine if NODE_ENV is development; everywhere else ${PASS_AUTH}`

/** How many are told of: a client chooses which header it sends. */
const MAX_REASONS = 20

/** This machine itself alone. */
export function localAuthenticator(logger: Logger | undefined): Authenticator {
  const refuse = refusal(logger)
  return async (request, origin) => {
    const why = whyNotLocal(request, origin)
    return why === null ? OWNER : refuse(request, origin, why)
  }
}

export function closedAuthenticator(isDevelopment: boolean, logger: Logger | undefined): Authenticator {
  if (isDevelopment) return localAuthenticator(logger)
  return async (request, origin) =>
    whyNotLocal(request, origin) === null ? closed(request, HOW_TO_OPEN, 'closed') : bare(404)
}

/**
 * The owner reads why in the log, once for each reason. The answer says it to what comes through a loopback socket: a proxy on this
 * machine, which its owner has to see, or a foreign name. To another machine there is nothing.
 */
function refusal(logger: Logger | undefined): (request: Request, origin: Origin, why: string) => Response {
  const told = new Set<string>()
  return (request, { peer }, why) => {
    const words = `Without the option \`auth\` Zenith answers this machine alone, and refused a request because ${why}. To let others in, ${PASS_AUTH}`
    if (!told.has(why) && told.size < MAX_REASONS) {
      told.add(why)
      logger?.warn(words)
    }
    return isLoopback(peer) ? closed(request, words, 'not_local') : bare(404)
  }
}

function closed(request: Request, words: string, code: string): Response {
  return wantsHtml(request) ? text(404, words) : problem(404, code, words)
}
