import { queryOptions, useQuery } from '@tanstack/react-query'
import type { FreezeChangeInput } from '../../api/changes.js'
import { FreezeState } from '../../api/freeze.js'
import { useChange } from './changes.js'
import { fetchJson } from './fetch-json.js'
import { useSession } from './session.js'

/** What the page asks of the change freeze. */

/** A freeze that another user sets is on open pages after so long, ms. */
const AGAIN_MS = 5_000

const FREEZE_QUERY = queryOptions({
  queryKey: ['freeze'],
  queryFn: (asker) => fetchJson('api/freeze', FreezeState, asker),
  refetchInterval: false,
  staleTime: Number.POSITIVE_INFINITY,
})

/** All clusters together have none: each has its own. Which it is, the session tells. */
function useHasFreeze(): boolean {
  return (useSession()?.cluster ?? null) !== null
}

/** The freeze, asked for again and again. One part of the page does it for all. Null as long as it is not known. */
export function useFreshFreeze(): FreezeState | null {
  return useQuery({ ...FREEZE_QUERY, enabled: useHasFreeze(), refetchInterval: AGAIN_MS }).data ?? null
}

/** Whether changes are frozen now, as last asked. */
export function useIsFrozen(): boolean {
  return useQuery({ ...FREEZE_QUERY, enabled: useHasFreeze() }).data?.active ?? false
}

export function useFreezeChange() {
  return useChange((body: FreezeChangeInput) => ({ path: 'api/freeze', body, schema: FreezeState }), ['freeze'])
}
