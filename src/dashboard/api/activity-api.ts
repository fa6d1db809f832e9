import { type UseQueryResult, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type {
  AuditChain,
  AuditEntry,
  BulkOperation,
  BulkResult,
  Listing,
  UntrustedDocument,
} from '../../protocol/index.js'
import { fetchJson } from './fetch-json.js'

/** What goes on is asked for this often, in ms. */
const BUSY_MS = 700
const IDLE_MS = 10_000

export const BUSY_PHASES: ReadonlySet<string> = new Set(['counting', 'running'])

export interface BulkListing extends Listing<BulkOperation> {
  /** How many more are kept than are read. */
  readonly leftOut?: number
}

/** The newest first. */
export function useBulkList(): UseQueryResult<BulkListing> {
  return useQuery({
    queryKey: ['bulk'],
    refetchInterval: ({ state: { data } }: { state: { data: BulkListing | undefined } }) =>
      data?.items.some(({ phase }) => BUSY_PHASES.has(phase)) ? BUSY_MS * 2 : IDLE_MS,
    queryFn: ({ signal }) => fetchJson<BulkListing>('api/bulk?limit=100', isList, signal),
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
    queryFn: ({ signal }) => fetchJson<BulkOperation>(bulkPath(id), (body) => 'phase' in body, signal),
  })
}

export function useBulkResults(
  operation: BulkOperation,
  ok: boolean,
  limit: number,
): UseQueryResult<Listing<BulkResult>> {
  return useQuery({
    queryKey: ['bulk', operation.id, 'results', ok, limit, operation.phase],
    placeholderData: (previous) => previous,
    queryFn: ({ signal }) =>
      fetchJson<Listing<BulkResult>>(
        `${bulkPath(operation.id)}/results?ok=${ok}&limit=${limit}&offset=0`,
        isList,
        signal,
      ),
  })
}

const AUDIT_STEP = 100

interface AuditPage {
  readonly items: readonly AuditEntry[]
  /** With the newest lines. */
  readonly chain?: AuditChain | null
  readonly documents?: readonly UntrustedDocument[]
  /** How many were not read; null when none could be. */
  readonly leftOut?: number | null
}

/** The audit trail, newest first; more of it when asked. */
export function useAudit() {
  return useInfiniteQuery({
    queryKey: ['audit'],
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) => {
      const parameters = { limit: String(AUDIT_STEP), ...(pageParam && { before: pageParam }) }
      return fetchJson<AuditPage>(`api/audit?${new URLSearchParams(parameters)}`, isList, signal)
    },
    getNextPageParam: ({ items }) => (items.length < AUDIT_STEP ? undefined : items.at(-1)?.id),
  })
}

export function bulkPath(id: string): string {
  return `api/bulk/${encodeURIComponent(id)}`
}

function isList(body: object): boolean {
  return 'items' in body && Array.isArray(body.items)
}
