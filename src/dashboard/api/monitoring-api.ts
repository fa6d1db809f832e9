import { QueryClient, type UseQueryResult, useQuery } from '@tanstack/react-query'
import {
  ExceptionGroupListing,
  ServiceDetail,
  type ServicePeriod,
  ServicePeriodListing,
  SlowGroupListing,
  SlowListing,
} from '../../api/services.js'
import type { Period } from '../../api/words.js'
import { referenceOf } from '../../protocol/reference.js'
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
      const { items } = await fetchJson(`api/services?period=${period}&limit=${MOST}`, ServicePeriodListing, signal)
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
    queryFn: ({ signal }) => fetchJson(`api/services/${referenceOf(service)}?period=${period}`, ServiceDetail, signal),
  })
}

export interface Narrowed {
  service: string
  /** A route or job by name; empty for all. */
  name?: string
}

export function useSlowGroups({ service }: Narrowed): UseQueryResult<SlowGroupListing> {
  return useQuery({
    queryKey: ['slow-groups', service],
    queryFn: ({ signal }) => fetchJson(`api/slow/groups${query({ service, limit: MOST })}`, SlowGroupListing, signal),
  })
}

/** @param limit how many of the newest, 1 to 1,000 */
export function useSlowEntries({ service, name = '' }: Narrowed, limit: number): UseQueryResult<SlowListing> {
  return useQuery({
    queryKey: ['slow', service, name, limit],
    queryFn: ({ signal }) =>
      fetchJson(`api/slow${query({ service, name, limit: String(limit) })}`, SlowListing, signal),
    placeholderData: (previous, before) => (before?.queryKey[2] === name ? previous : undefined),
  })
}

export function useExceptionGroups({ service }: Narrowed): UseQueryResult<ExceptionGroupListing> {
  return useQuery({
    queryKey: ['exception-groups', service],
    queryFn: ({ signal }) =>
      fetchJson(`api/errors/groups${query({ service, limit: MOST })}`, ExceptionGroupListing, signal),
  })
}

/** As many as the server gives at once. */
const MOST = '1000'

function query(parameters: Readonly<Record<string, string>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== '')
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}
