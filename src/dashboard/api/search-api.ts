import { type UseQueryResult, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Finds, type FoundJob, type QueueSearched, QueuesSearch } from '../../api/search.js'
import { fetchJson } from './fetch-json.js'

/** Searches cost the queues' systems something: after this time only a click goes on, ms. */
const BUDGET_MS = 10_000

export interface JobsSearch {
  readonly jobs: readonly FoundJob[]
  readonly queues: readonly QueueSearched[]
  /** The newest part; null before the first. */
  readonly last: QueuesSearch | null
  readonly error: Error | null
  readonly isSearching: boolean
  /** Why it stopped before the end; null while it goes on, and at the end. */
  readonly stopped: 'time' | 'cancelled' | null
  readonly cancel: () => void
  readonly goOn: () => void
}

/** Searches the jobs of all queues, part by part. */
export function useJobsSearch(text: string): JobsSearch {
  const queryKey = ['jobs-search', text]
  const client = useQueryClient()
  const [until, setUntil] = useState(() => Date.now() + BUDGET_MS)
  const [isCancelled, setIsCancelled] = useState(false)
  const query = useInfiniteQuery({
    queryKey,
    enabled: text !== '' && !isCancelled,
    refetchInterval: false,
    staleTime: Number.POSITIVE_INFINITY,
    initialPageParam: '',
    getNextPageParam: ({ next }: QueuesSearch) => next,
    queryFn: (asker) => {
      const asked = new URLSearchParams({ text, ...(asker.pageParam && { after: asker.pageParam }) })
      return fetchJson(`api/search/jobs?${asked}`, QueuesSearch, asker)
    },
  })
  const { data, error, hasNextPage, isFetching, fetchNextPage } = query
  const isLate = hasNextPage && !isFetching && Date.now() > until
  useEffect(() => {
    if (hasNextPage && !isFetching && !isLate && !isCancelled && !error) void fetchNextPage()
  }, [hasNextPage, isFetching, isLate, isCancelled, error, fetchNextPage])
  return {
    jobs: data?.pages.flatMap((part) => part.jobs) ?? [],
    queues: data?.pages.flatMap((part) => part.queues) ?? [],
    last: data?.pages.at(-1) ?? null,
    error,
    isSearching: isFetching && !isCancelled,
    stopped: isCancelled ? 'cancelled' : isLate ? 'time' : null,
    cancel: () => {
      setIsCancelled(true)
      void client.cancelQueries({ queryKey })
    },
    goOn: () => {
      setUntil(Date.now() + BUDGET_MS)
      setIsCancelled(false)
      void fetchNextPage()
    },
  }
}

/** A search waits until nobody has typed for this long, ms. */
const QUIET_MS = 300
/** As long as Zenith takes a text. */
const [LEAST, MOST] = [2, 200]

/** What Zenith finds of a text; of texts that follow each other, the last one's. */
export function useFinds(text: string): Pick<UseQueryResult<Finds>, 'data' | 'error'> & { isLooking: boolean } {
  const wanted = text.trim()
  const [quiet, setQuiet] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(wanted), QUIET_MS)
    return () => clearTimeout(timer)
  }, [wanted])
  const isAsked = wanted.length >= LEAST && wanted.length <= MOST
  const isQuiet = quiet === wanted
  const { data, error, isFetching } = useQuery({
    queryKey: ['find', quiet],
    enabled: isAsked && isQuiet,
    refetchInterval: false,
    queryFn: (asker) => fetchJson(`api/search?${new URLSearchParams({ text: quiet })}`, Finds, asker),
  })
  if (!isAsked) return { data: undefined, error: null, isLooking: false }
  return isQuiet ? { data, error, isLooking: isFetching } : { data: undefined, error: null, isLooking: true }
}
