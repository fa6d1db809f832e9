import { QueryClient, type UseQueryResult, useQuery } from '@tanstack/react-query'
import type {
  ExceptionGroup,
  Listing,
  Period,
  RecordListing,
  ServiceDetail,
  ServicePeriod,
  SlowGroup,
} from '../../protocol/overview.js'
import { referenceOf } from '../../protocol/reference.js'
import type { SlowEntry } from '../../protocol/slow-entry.js'
import { fetchJson } from './fetch-json.js'

/** What is not in the stream is asked for again this often while somebody looks at the page, in ms. */
const AGAIN_MS = 15_000

export function createQueryClient(): QueryClient {
  return new QueryClient({
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
}

/** Every service over a period. */
export function useServicePeriods(period: Period, enabled = true): UseQueryResult<ReadonlyMap<string, ServicePeriod>> {
  return useQuery({
    queryKey: ['services', period],
    queryFn: async ({ signal }) => {
      const { items } = await fetchJson<Listing<ServicePeriod>>(
        `api/services?period=${period}&limit=${MOST}`,
        isList,
        signal,
      )
      return items
    },
    select: mapByService,
    enabled,
  })
}

function mapByService(items: readonly ServicePeriod[]): ReadonlyMap<string, ServicePeriod> {
  return new Map(items.map((item) => [item.service, item]))
}

/** One service over a period, with what was slow and failed in it. */
export function useServiceDetail(service: string, period: Period, enabled: boolean): UseQueryResult<ServiceDetail> {
  return useQuery({
    queryKey: ['service', service, period],
    enabled,
    queryFn: ({ signal }) =>
      fetchJson<ServiceDetail>(`api/services/${referenceOf(service)}?period=${period}`, isServiceDetail, signal),
  })
}

export interface Narrowed {
  service: string
  /** A route or job by name; empty for all. */
  name?: string
}

export function useSlowGroups({ service }: Narrowed): UseQueryResult<RecordListing<SlowGroup>> {
  return useQuery({
    queryKey: ['slow-groups', service],
    queryFn: ({ signal }) =>
      fetchJson<RecordListing<SlowGroup>>(`api/slow/groups${query({ service, limit: MOST })}`, isList, signal),
  })
}

/** @param limit how many of the newest, 1 to 1,000 */
export function useSlowEntries(
  { service, name = '' }: Narrowed,
  limit: number,
): UseQueryResult<RecordListing<SlowEntry>> {
  return useQuery({
    queryKey: ['slow', service, name, limit],
    queryFn: ({ signal }) =>
      fetchJson<RecordListing<SlowEntry>>(`api/slow${query({ service, name, limit: String(limit) })}`, isList, signal),
    placeholderData: (previous, before) => (before?.queryKey[2] === name ? previous : undefined),
  })
}

export function useExceptionGroups({ service }: Narrowed): UseQueryResult<RecordListing<ExceptionGroup>> {
  return useQuery({
    queryKey: ['exception-groups', service],
    queryFn: ({ signal }) =>
      fetchJson<RecordListing<ExceptionGroup>>(`api/errors/groups${query({ service, limit: MOST })}`, isList, signal),
  })
}

/** As many as the server gives at once. */
const MOST = '1000'

function query(parameters: Readonly<Record<string, string>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== '')
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}

function isList(body: object): boolean {
  return 'items' in body && Array.isArray(body.items)
}

function isServiceDetail(body: object): boolean {
  return ['traffic', 'routes', 'slow', 'exceptions'].every(
    (name) => name in body && Array.isArray(body[name as keyof typeof body]),
  )
}
