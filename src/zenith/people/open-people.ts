import { JOIN_PATH } from '../../api/people.js'
import type { Policy } from '../../api/permissions.js'
import { inTimeHeld } from '../../lib/async.js'
import { hasAppointedAdmin } from '../../people/changes/admins.js'
import { invite } from '../../people/changes/invites.js'
import { isPeopleError } from '../../people/errors.js'
import { People } from '../../people/service/people.js'
import type { Logger, PeopleStore } from '../../ports/index.js'
import type { OnLogin } from '../auth/login/login.js'
import type { ZenithAuth } from '../auth/options.js'
import { DEFAULT_SESSION_HOURS } from '../auth/people/options.js'
import type { Act } from '../queues/act.js'

const HOUR_MS = 3_600_000
/** How long a log-in waits for its line: one cluster that hangs must not keep users from the others, ms. */
const AUDIT_WITHIN_MS = 100

export interface OpenPeopleOptions {
  readonly auth: ZenithAuth | undefined
  readonly store: PeopleStore | undefined
  readonly policy: Policy
  /** Unix ms. */
  readonly now: () => number
  /** Gets the path of the link for the first admin, below Zenith. @default it is logged */
  readonly onSetup: ((path: string) => void) | undefined
  readonly logger: Logger | undefined
}

/** The users of the database; null if the option `auth` names none. */
export function openPeople({ auth, store, policy, now, onSetup, logger }: OpenPeopleOptions): People | null {
  if (typeof auth !== 'object' || !('people' in auth) || !store) return null
  const { sessionHours = DEFAULT_SESSION_HOURS } = auth.people
  const people = new People({ store, policy, sessionMs: sessionHours * HOUR_MS, now })
  void makeSetupLink(people, onSetup ?? ((path) => logger?.warn(setupLine(path))), logger)
  return people
}

function setupLine(path: string): string {
  return `Zenith has no admin yet. Open this path of it within 15 minutes to create the first admin: /${path}`
}

/** While there is no admin: never the first visitor is admin, but who can read the log. */
async function makeSetupLink(people: People, tell: (path: string) => void, logger: Logger | undefined): Promise<void> {
  try {
    await people.open()
    const { policy } = people
    if (hasAppointedAdmin(await people.directory(), policy)) return
    tell(JOIN_PATH + (await people.change((directory, at) => invite(directory, { user: null, by: null, policy }, at))))
  } catch (error) {
    // There is an admin by now.
    if (isPeopleError(error)) return
    logger?.error(`Zenith could not open its users: ${error instanceof Error ? error.message : error}`)
  }
}

/** Lines of the audit trail for log-ins and log-outs. */
export function loginAudit(act: Act): OnLogin {
  return async (name, { action = 'log in', address, via, role = '' }, ok) => {
    const change = { by: { user: name, role, via, address }, action, queue: null, target: '' }
    const told = act({ ...change, perform: async () => undefined, tell: () => ({ ok, detail: null }) }).catch(() => {})
    await inTimeHeld(told, AUDIT_WITHIN_MS)
  }
}
