import { queryOptions, useQuery } from '@tanstack/react-query'
import { isGranted, type Permission, type Resource } from '../../api/permissions.js'
import { changesApps } from '../../api/safety.js'
import { Session } from '../../api/session.js'
import { fetchJson } from './fetch-json.js'

/**
 * Whether to offer something. The server checks it, too: this only hides what would be refused.
 *
 * @param queue the queue that it is about; without it, one queue where it is allowed is enough
 */
export function can(session: Session | null, permission: Permission, queue?: Resource['queue']): boolean {
  if (session?.readOnly && changesApps(permission)) return false
  if (session?.grants) return isGranted(session.grants, permission, { queue, cluster: session.cluster?.id ?? null })
  return session?.permissions?.includes(permission) ?? false
}

export function useCan(permission: Permission, queue?: Resource['queue']): boolean {
  return can(useSession(), permission, queue)
}

export const SESSION_QUERY = queryOptions({
  queryKey: ['session'],
  queryFn: (asker) => fetchJson('api/session', Session, asker),
  refetchInterval: false,
  staleTime: Number.POSITIVE_INFINITY,
})

/** null as long as it is not known, and where the server does not tell. */
export function useSession(): Session | null {
  const { data } = useQuery(SESSION_QUERY)
  return data ?? null
}

/** Whether there is an archive; null as long as that is not known. */
export function useHasArchive(): boolean | null {
  const { data, isPending } = useQuery(SESSION_QUERY)
  return isPending ? null : (data?.archive ?? false)
}

/** Whether alerts are on; null as long as that is not known. */
export function useHasAlerts(): boolean | null {
  const { data, isPending } = useQuery(SESSION_QUERY)
  return isPending ? null : (data?.alerts ?? true)
}

/** Where the server asks whether to log out; with the token that only its own form has. */
export const LOG_OUT = './logout'
