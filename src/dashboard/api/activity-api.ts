import { keepPreviousData, type UseQueryResult, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { AuditPage } from '../../api/audit.js'
import { BulkListing, BulkOperation, BulkResultListing } from '../../api/bulk.js'
import type { TimeRange } from '../../api/time-window.js'
import { fetchJson } from './fetch-json.js'
import { AGAIN_MS, query, timeOf } from './monitoring-api.js'

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
    queryFn: (asker) => fetchJson('api/bulk?limit=100', BulkListing, asker),
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
    queryFn: (asker) => fetchJson(bulkPath(id), BulkOperation, asker),
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
    queryFn: (asker) =>
      fetchJson(`${bulkPath(operation.id)}/results?ok=${ok}&limit=${limit}&offset=0`, BulkResultListing, asker),
  })
}

const AUDIT_STEP = 100

/** Which lines of the audit trail are asked for; empty texts for any. */
export interface LinesAsked {
  readonly user: string
  readonly action: string
  readonly queue: string
  readonly via: string
  readonly address: string
  readonly ok: string
  readonly q: string
  /** Null for all times. */
  readonly range: TimeRange | null
}

/** Parameters of lines, in the API's URLs. */
export function linesQuery({ range, ...of }: LinesAsked, more: Readonly<Record<string, string>>): string {
  return query({ ...of, ...(range && timeOf(range)), ...more })
}

/** The audit trail, newest first; more of it when asked. */
export function useAudit(asked: LinesAsked) {
  return useInfiniteQuery({
    queryKey: ['audit', asked],
    initialPageParam: '',
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 1 ? false : AGAIN_MS),
    getNextPageParam: ({ next }: AuditPage) => next,
    queryFn: (asker) => {
      const path = `api/audit${linesQuery(asked, { limit: String(AUDIT_STEP), after: asker.pageParam ?? '' })}`
      return fetchJson(path, AuditPage, asker)
    },
  })
}

export function bulkPath(id: string): string {
  return `api/bulk/${encodeURIComponent(id)}`
}
