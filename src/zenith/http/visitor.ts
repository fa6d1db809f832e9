import type { Principal, Role } from '../../api/permissions.js'
import type { Origin } from './context.js'

/** Who has passed the gate. */
export interface Visitor extends Principal {
  /** Null when the way in has no names: a bearer token, a function, this machine itself. */
  readonly user: string | null
  /** Whether there is a session that `POST logout` ends. */
  readonly canLogOut: boolean
}

export function visitor(user: string | null, role: Role): Visitor {
  return { user, role, canLogOut: false }
}

/** Lets a request in as a visitor; otherwise the answer. @param path below the mount */
export type Gate = (request: Request, origin: Origin, path: string) => Promise<Visitor | Response>
