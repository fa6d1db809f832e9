import { isLocal } from '../loopback.js'
import { bare, json, text, wantsHtml } from '../responses.js'
import type { Gate } from './gate.js'
import { visitor } from './roles.js'

/** Whoever sits at the machine may do on it what they like. */
const OWNER = visitor(null, 'admin')

/** This machine itself alone; to others there is nothing. */
export const localGate: Gate = async (request, origin) => (isLocal(request, origin) ? OWNER : bare(404))

export function closedGate(isDevelopment: boolean): Gate {
  if (isDevelopment) return localGate
  return async (request, origin) => (isLocal(request, origin) ? howToOpen(request) : bare(404))
}

const HOW_TO_OPEN =
  'Zenith is closed. It opens by itself on this machine when NODE_ENV is development; everywhere else pass the option `auth`: ' +
  'createZenith({ auth: { users: [{ name, password, role }] } }), { basic: { username, password } }, { bearer: token }, or a function of the request.'

/** Only for the machine itself: others are not even told that there is something. */
function howToOpen(request: Request): Response {
  if (wantsHtml(request)) return text(404, HOW_TO_OPEN)
  return json(404, { error: { code: 'closed', message: HOW_TO_OPEN } })
}
