import { queryOptions, useQuery } from '@tanstack/react-query'
import { fetchJson } from './fetch-json.js'

/** Who looks at the page. */
export interface Session {
  /** null where nobody logs in by name. */
  user: string | null
  role: string | null
  canLogOut: boolean
  /** What every change has to carry. */
  token?: string
  /** Whether this role sees what jobs carry. */
  payloads?: boolean
}

const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Whether somebody may do what takes a role. The server asks too: this only hides what would be refused. */
export function may(session: Session | null, role: Role): boolean {
  return ROLES.indexOf(session?.role as Role) >= ROLES.indexOf(role)
}

export const SESSION_QUERY = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => fetchJson<Session>('api/session', (body) => 'role' in body || 'user' in body, signal),
  refetchInterval: false,
  staleTime: Number.POSITIVE_INFINITY,
})

/** null as long as it is not known, and where the server does not tell. */
export function useSession(): Session | null {
  const { data } = useQuery(SESSION_QUERY)
  return data ?? null
}

/** Where the server asks whether to log out; with the token that only its own form has. */
export const LOG_OUT = './logout'
