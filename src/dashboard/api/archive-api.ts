import { keepPreviousData, type UseQueryResult, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ArchivedJobDetail, ArchivedJobFacets, ArchivedJobListing, Completeness } from '../../api/archived-jobs.js'
import { PastView, TickListing } from '../../api/time-travel.js'
import type { TimeWindow } from '../../api/time-window.js'
import { referenceOf } from '../../protocol/reference.js'
import { fetchJson } from './fetch-json.js'
import { query } from './monitoring-api.js'

/** What is asked of the archive's finished jobs. */
export interface JobsAsked {
  /** In the language of docs/search.md; empty for everything. */
  readonly search: string
  /** Null for all times. */
  readonly window: TimeWindow | null
}

const AGAIN_MS = 15_000
const PAGE = 50

/** Parameters of a search, in the API's URLs. */
export function searchQuery({ search, window }: JobsAsked, more: Readonly<Record<string, string>> = {}): string {
  const time = window ? { from: String(window.from), to: String(window.to) } : {}
  return query({ q: search, ...time, ...more })
}

/** Finished jobs, newest first. More pages stay as they were read. */
export function useArchivedJobs(asked: JobsAsked, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: ['archived-jobs', asked],
    enabled,
    initialPageParam: '',
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 1 ? false : AGAIN_MS),
    getNextPageParam: ({ next }: ArchivedJobListing) => next,
    queryFn: (asker) => {
      const path = `api/archive/jobs${searchQuery(asked, { limit: String(PAGE), after: asker.pageParam ?? '' })}`
      return fetchJson(path, ArchivedJobListing, asker)
    },
  })
}

export function useJobFacets(asked: JobsAsked, enabled: boolean): UseQueryResult<ArchivedJobFacets> {
  return useQuery({
    queryKey: ['archived-facets', asked],
    enabled,
    placeholderData: keepPreviousData,
    queryFn: (asker) => fetchJson(`api/archive/jobs/facets${searchQuery(asked)}`, ArchivedJobFacets, asker),
  })
}

export function useCompleteness({ from, to }: TimeWindow, enabled: boolean): UseQueryResult<Completeness> {
  return useQuery({
    queryKey: ['completeness', from, to],
    enabled,
    refetchInterval: false,
    placeholderData: keepPreviousData,
    queryFn: (asker) =>
      fetchJson(`api/archive/completeness${query({ from: String(from), to: String(to) })}`, Completeness, asker),
  })
}

export function useArchivedJob(queue: string, job: string, enabled: boolean): UseQueryResult<ArchivedJobDetail> {
  return useQuery({
    queryKey: ['archived-job', queue, job],
    enabled,
    queryFn: (asker) =>
      fetchJson(`api/archive/queues/${referenceOf(queue)}/jobs/${referenceOf(job)}`, ArchivedJobDetail, asker),
  })
}

/** The fleet at a time, Unix ms. What is past does not change; its newest minutes are still being archived. */
export function usePast(at: number, enabled: boolean): UseQueryResult<PastView> {
  return useQuery({
    queryKey: ['past', at],
    enabled,
    placeholderData: keepPreviousData,
    queryFn: (asker) => fetchJson(`api/history/at${query({ t: String(at) })}`, PastView, asker),
  })
}

export function useTicks({ from, to }: TimeWindow, enabled: boolean): UseQueryResult<TickListing> {
  return useQuery({
    queryKey: ['ticks', from, to],
    enabled,
    placeholderData: keepPreviousData,
    queryFn: (asker) =>
      fetchJson(`api/history/ticks${query({ from: String(from), to: String(to) })}`, TickListing, asker),
  })
}
