/** From the least to the most: each may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const
/** viewer: reads; operator: also retries and pauses; admin: also removes. All of today's routes only read. */
export type Role = (typeof ROLES)[number]

export function isRole(value: unknown): value is Role {
  return ROLES.some((role) => role === value)
}

/** Whether a role is enough for what needs another. */
export function suffices(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}

/** Who has passed the gate. */
export interface Visitor {
  /** Null when the way in has no names: a bearer token, a function, this machine itself. */
  readonly user: string | null
  readonly role: Role
  /** Whether there is a session that `POST logout` ends. */
  readonly canLogOut: boolean
}

export function visitor(user: string | null, role: Role): Visitor {
  return { user, role, canLogOut: false }
}
