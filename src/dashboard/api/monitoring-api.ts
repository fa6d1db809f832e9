import { QueryClient, type UseQueryResult, useQuery } from '@tanstack/react-query'
import {
  ExceptionGroupListing,
  ServiceDetail,
  type ServicePeriod,
  ServicePeriodListing,
  SlowGroupListing,
  SlowListing,
} from '../../api/services.js'
import type { TimeRange } from '../../api/time-window.js'
import { referenceOf } from '../../protocol/reference.js'
import { askAt, fetchJson } from './fetch-json.js'

/** What is not in the stream is asked for again this often while somebody looks at the page, in ms. */
export const AGAIN_MS = 15_000

/** @param base of its requests: `api/`, or `api/c/staging/` */
export function createQueryClient(base: string): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        refetchInterval: AGAIN_MS,
        staleTime: AGAIN_MS / 3,
        // The next round is soon enough.
        retry: false,
        // This machine's own Zenith answers without a network.
        networkMode: 'always',
      },
    },
  })
  askAt(client, base)
  return client
}

/** What of a window is not known yet is known by then, in ms after its end. */
const SETTLED_MS = 2 * 60_000

/** The parameters that ask for a time range. */
export function timeOf({ period, window }: TimeRange): Record<string, string> {
  return window ? { from: String(window.from), to: String(window.to) } : { period }
}

/** A window that is over does not change any more: its answer stays. */
export function againOf({ window }: TimeRange) {
  return ({ state }: { state: { dataUpdatedAt: number } }) =>
    window && state.dataUpdatedAt > window.to + SETTLED_MS ? false : AGAIN_MS
}

/** Every service over a time range. @param service only this one; empty for all */
export function useServicePeriods(
  range: TimeRange,
  { enabled = true, service = '' }: { enabled?: boolean; service?: string } = {},
): UseQueryResult<ReadonlyMap<string, ServicePeriod>> {
  return useQuery({
    queryKey: ['services', range, service],
    refetchInterval: againOf(range),
    queryFn: async (asker) => {
      const path = `api/services${query({ ...timeOf(range), service, limit: MOST })}`
      const { items } = await fetchJson(path, ServicePeriodListing, asker)
      return items
    },
    select: mapByService,
    enabled,
  })
}

function mapByService(items: readonly ServicePeriod[]): ReadonlyMap<string, ServicePeriod> {
  return new Map(items.map((item) => [item.service, item]))
}

/** One service over a time range, with what was slow and failed in it. */
export function useServiceDetail(service: string, range: TimeRange, enabled: boolean): UseQueryResult<ServiceDetail> {
  return useQuery({
    queryKey: ['service', service, range],
    enabled,
    refetchInterval: againOf(range),
    queryFn: (asker) => fetchJson(`api/services/${referenceOf(service)}${query(timeOf(range))}`, ServiceDetail, asker),
  })
}

export interface Narrowed {
  service: string
  /** A route or job by name; empty for all. */
  name?: string
  /** A trace id; empty for all. */
  trace?: string
  /** Null for all that is stored. */
  range: TimeRange | null
}

function listOf({ service, trace = '', range }: Narrowed): Record<string, string> {
  return { service, trace, ...(range && timeOf(range)) }
}

function listAgainOf(range: TimeRange | null) {
  return range ? againOf(range) : AGAIN_MS
}

export function useSlowGroups(narrowed: Narrowed, enabled = true): UseQueryResult<SlowGroupListing> {
  const { service, trace, range } = narrowed
  return useQuery({
    queryKey: ['slow-groups', service, range, trace],
    enabled,
    refetchInterval: listAgainOf(range),
    queryFn: (asker) =>
      fetchJson(`api/slow/groups${query({ ...listOf(narrowed), limit: MOST })}`, SlowGroupListing, asker),
  })
}

/** @param limit how many of the newest, 1 to 1,000 */
export function useSlowEntries(narrowed: Narrowed, limit: number): UseQueryResult<SlowListing> {
  const { service, name = '', trace, range } = narrowed
  return useQuery({
    queryKey: ['slow', service, name, range, limit, trace],
    refetchInterval: listAgainOf(range),
    queryFn: (asker) =>
      fetchJson(`api/slow${query({ ...listOf(narrowed), name, limit: String(limit) })}`, SlowListing, asker),
    placeholderData: (previous, before) =>
      before?.queryKey[2] === name && before.queryKey[3] === range && before.queryKey[5] === trace
        ? previous
        : undefined,
  })
}

export function useExceptionGroups(narrowed: Narrowed, enabled = true): UseQueryResult<ExceptionGroupListing> {
  const { service, trace, range } = narrowed
  return useQuery({
    queryKey: ['exception-groups', service, range, trace],
    enabled,
    refetchInterval: listAgainOf(range),
    queryFn: (asker) =>
      fetchJson(`api/errors/groups${query({ ...listOf(narrowed), limit: MOST })}`, ExceptionGroupListing, asker),
  })
}

/** As many as the server gives at once. */
const MOST = '1000'

export function query(parameters: Readonly<Record<string, string>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== '')
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}
