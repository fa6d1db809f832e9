import type { Role, RoleHolder } from '../../api/permissions.js'
import type { Origin } from './context.js'

/** Who sent an authenticated request. */
export interface Principal extends RoleHolder {
  /** Null if the authenticator has no names: a bearer token, a function, a local request. */
  readonly user: string | null
  /** Whether there is a session that `POST logout` ends. */
  readonly canLogOut: boolean
}

export function principal(user: string | null, role: Role): Principal {
  return { user, role, canLogOut: false }
}

/** Decides who sent a request, or returns the response that rejects it. @param path below the mount */
export type Authenticator = (request: Request, origin: Origin, path: string) => Promise<Principal | Response>
