import type { RoleHolder } from '../../api/permissions.js'
import type { Origin } from './context.js'

/** Who sent an authenticated request. */
export interface Principal extends RoleHolder {
  /** Null if the authenticator has no names: a bearer token, a function, a local request. */
  readonly user: string | null
  /** How it came in: `password`, `token deploy`, `local`. */
  readonly via: string
  /** Where from; null if unknown. */
  readonly address: string | null
  /** Whether there is a session that `POST logout` ends. */
  readonly canLogOut: boolean
  /** Whether no browser sends its credentials unasked: then a change needs no token of the session. */
  readonly isProgram: boolean
  /** In the database of users; null for others. */
  readonly account: Account | null
}

/** A user of the database, or a token. */
export interface Account {
  /** Of the user; null for a token that acts for itself. */
  readonly id: string | null
  /** Id of the session; null for a token. */
  readonly session: string | null
  /** Ends the request's stream once the session has ended or lost a right. */
  readonly isStill: () => Promise<boolean>
}

export function principal(user: string | null, role: string, via: string): Principal {
  return { user, role, via, address: null, canLogOut: false, isProgram: false, account: null }
}

/** Decides who sent a request, or returns the response that rejects it. @param path below the mount */
export type Authenticator = (request: Request, origin: Origin, path: string) => Promise<Principal | Response>
