import type { Logger } from '../../ports/index.js'
import type { Origin } from '../http/context.js'
import { isLoopback, whyNotLocal } from '../http/loopback.js'
import type { Authenticator } from '../http/principal.js'
import { principal } from '../http/principal.js'
import { bare, problem, text, wantsHtml } from '../http/responses.js'

/** A user of this machine has all permissions on it. */
const OWNER = principal(null, 'admin', 'local')

const PASS_AUTH =
  'pass the option `auth`: createZenith({ auth: { users: [{ name, password, role }] } }), { basic: { username, password } }, { bearer: token }, or a function of the request.'

const HOW_TO_OPEN = `Zenith is closed. It is open on this machine if NODE_ENV is development; everywhere else ${PASS_AUTH}`

/** Most reasons to log: clients choose which headers they send. */
const MAX_REASONS = 20

/** Allows only requests from this machine. */
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
 * Logs each reason once for the owner. The response has the reason only if the socket is loopback: for a proxy on this machine, whose owner
 * must see it, or for a foreign name. Another machine gets a bare 404.
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
