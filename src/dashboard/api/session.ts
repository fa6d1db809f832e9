import { queryOptions, useQuery } from '@tanstack/react-query'
import type { Permission } from '../../api/permissions.js'
import { fetchJson } from './fetch-json.js'

/** Who looks at the page. */
export interface Session {
  /** null where nobody logs in by name. */
  user: string | null
  role: string | null
  /** What they may do. Left out where the server does not tell: then nothing is offered. */
  permissions?: readonly Permission[]
  canLogOut: boolean
  /** What every change has to carry. */
  token?: string
  /** Whether this role sees what jobs carry. */
  payloads?: boolean
}

/** Whether to offer something. The server asks, too: this only hides what would be refused. */
export function can(session: Session | null, permission: Permission): boolean {
  return session?.permissions?.includes(permission) ?? false
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
