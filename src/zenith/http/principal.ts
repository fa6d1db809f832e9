import type { Role, RoleHolder } from '../../api/permissions.js'
import type { Origin } from './context.js'

/** Who sent a request that was let in. */
export interface Principal extends RoleHolder {
  /** Null when the way in has no names: a bearer token, a function, this machine itself. */
  readonly user: string | null
  /** Whether there is a session that `POST logout` ends. */
  readonly canLogOut: boolean
}

export function principal(user: string | null, role: Role): Principal {
  return { user, role, canLogOut: false }
}

/** Decides who sent a request; the answer to those who are not let in. @param path below the mount */
export type Authenticator = (request: Request, origin: Origin, path: string) => Promise<Principal | Response>
