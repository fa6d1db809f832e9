import { type UseQueryResult, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { AuditPage } from '../../api/audit.js'
import { BulkListing, BulkOperation, BulkResultListing } from '../../api/bulk.js'
import { fetchJson } from './fetch-json.js'

/** What goes on is asked for this often, in ms. */
const BUSY_MS = 700
const IDLE_MS = 10_000

export const BUSY_PHASES: ReadonlySet<string> = new Set(['counting', 'running'])

/** The newest first. */
export function useBulkList(): UseQueryResult<BulkListing> {
  return useQuery({
    queryKey: ['bulk'],
    refetchInterval: ({ state: { data } }: { state: { data: BulkListing | undefined } }) =>
      data?.items.some(({ phase }) => BUSY_PHASES.has(phase)) ? BUSY_MS * 2 : IDLE_MS,
    queryFn: ({ signal }) => fetchJson('api/bulk?limit=100', BulkListing, signal),
  })
}

/** One of them, as often as it changes. @param known what is shown until the first answer */
export function useBulk(id: string, known?: BulkOperation): UseQueryResult<BulkOperation> {
  return useQuery({
    queryKey: ['bulk', id],
    enabled: id !== '',
    initialData: known,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data && !BUSY_PHASES.has(state.data.phase) ? false : BUSY_MS),
    queryFn: ({ signal }) => fetchJson(bulkPath(id), BulkOperation, signal),
  })
}

export function useBulkResults(
  operation: BulkOperation,
  ok: boolean,
  limit: number,
): UseQueryResult<BulkResultListing> {
  return useQuery({
    queryKey: ['bulk', operation.id, 'results', ok, limit, operation.phase],
    placeholderData: (previous) => previous,
    queryFn: ({ signal }) =>
      fetchJson(`${bulkPath(operation.id)}/results?ok=${ok}&limit=${limit}&offset=0`, BulkResultListing, signal),
  })
}

const AUDIT_STEP = 100

/** The audit trail, newest first; more of it when asked. */
export function useAudit() {
  return useInfiniteQuery({
    queryKey: ['audit'],
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) => {
      const parameters = { limit: String(AUDIT_STEP), ...(pageParam && { before: pageParam }) }
      return fetchJson(`api/audit?${new URLSearchParams(parameters)}`, AuditPage, signal)
    },
    getNextPageParam: ({ items }) => (items.length < AUDIT_STEP ? undefined : items.at(-1)?.id),
  })
}

export function bulkPath(id: string): string {
  return `api/bulk/${encodeURIComponent(id)}`
}
