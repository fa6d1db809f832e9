import { type UseQueryResult, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { FailureListing } from '../../api/failures.js'
import { JobFlow, JobListing, JobLogs, JobSearch, JobView } from '../../api/jobs.js'
import { QueueHistoryView } from '../../api/queue-history.js'
import { QueueRuns } from '../../api/queue-runs.js'
import { QueueDetail, QueueListing, type QueueView, SourceListing, type SourceView } from '../../api/queues.js'
import { SchedulerListing } from '../../api/schedulers.js'
import type { TimeRange } from '../../api/time-window.js'
import type { JobState } from '../../protocol/queues.js'
import { referenceOf } from '../../protocol/reference.js'
import { AnswerError, fetchJson } from './fetch-json.js'
import { AGAIN_MS, againOf, query, timeOf } from './monitoring-api.js'

/** What the page asks of queues beside the stream. Everything of one queue is under the key `['queue', key]`. */

/** Jobs come and go faster than the figures of an hour: this often they are asked for again, in ms. */
const JOBS_AGAIN_MS = 5_000

export const JOBS_A_PAGE = 50

/** The queue with its counts as they are now, where this Zenith is connected to it. */
export function useQueue(key: string): UseQueryResult<QueueView> {
  return useQuery({
    queryKey: ['queue', key, 'view'],
    refetchInterval: JOBS_AGAIN_MS,
    queryFn: async (asker) => (await fetchJson(queuePath(key), QueueDetail, asker)).view,
  })
}

/** Its past: the minutes of the last hour, or a time that only the archive has. @param archived null for the last hour */
export function useQueueHistory(key: string, archived: TimeRange | null): UseQueryResult<QueueHistoryView> {
  const asked = archived ? timeOf(archived) : { period: '1h' }
  return useQuery({
    queryKey: ['queue', key, 'history', archived],
    refetchInterval: archived ? againOf(archived) : AGAIN_MS,
    queryFn: (asker) => fetchJson(`${queuePath(key)}/history${query(asked)}`, QueueHistoryView, asker),
  })
}

/** What its workers did. @param name of the jobs that the points are about; empty for all */
export function useQueueRuns(key: string, range: TimeRange, name: string): UseQueryResult<QueueRuns> {
  return useQuery({
    queryKey: ['queue', key, 'runs', range, name],
    refetchInterval: againOf(range),
    queryFn: (asker) => {
      const asked = query({ ...timeOf(range), name })
      return fetchJson(`${queuePath(key)}/runs${asked}`, QueueRuns, asker)
    },
    placeholderData: (previous, before) => (before?.queryKey[3] === range ? previous : undefined),
  })
}

/** The archive has steps of a minute or more: this often they are asked for again, ms. */
const PAST_AGAIN_MS = 60_000

/** All queues of a time that the archive has, of one service or of all. @param service empty for all @param range null for nothing */
export function usePastQueues(service: string, range: TimeRange | null): UseQueryResult<QueueListing> {
  return useQuery({
    queryKey: ['queues', service, range],
    enabled: range !== null,
    refetchInterval: range?.window ? againOf(range) : PAST_AGAIN_MS,
    queryFn: async (asker) => {
      const asked = { ...(range && timeOf(range)), service, limit: '1000' }
      const read = (offset: number) =>
        fetchJson(`api/queues${query({ ...asked, offset: String(offset) })}`, QueueListing, asker)
      let whole = await read(0)
      // Of two thousand queues an answer has a part.
      while (whole.items.length < whole.total) {
        const { items } = await read(whole.items.length)
        if (items.length === 0) break
        whole = { ...whole, items: [...whole.items, ...items] }
      }
      return whole
    },
  })
}

/** What this Zenith is connected to, whether it has queues or not. */
export function useSources(): UseQueryResult<readonly SourceView[]> {
  return useQuery({
    queryKey: ['sources'],
    refetchInterval: JOBS_AGAIN_MS,
    queryFn: async (asker) => (await fetchJson('api/sources', SourceListing, asker)).items,
  })
}

export interface JobsAsked {
  state: JobState
  order: 'newest' | 'oldest'
  offset: number
}

export function useJobs(key: string, asked: JobsAsked, enabled: boolean): UseQueryResult<JobListing> {
  const parameters = { ...asked, offset: String(asked.offset), limit: String(JOBS_A_PAGE) }
  return useQuery({
    queryKey: ['queue', key, 'jobs', asked.state, asked.order, asked.offset],
    enabled,
    refetchInterval: JOBS_AGAIN_MS,
    queryFn: (asker) => fetchJson(`${queuePath(key)}/jobs?${new URLSearchParams(parameters)}`, JobListing, asker),
    // The next page takes the place of this one, and not of a skeleton; another state begins anew.
    placeholderData: (previous, before) => (before?.queryKey[3] === asked.state ? previous : undefined),
  })
}

/** A search, part by part: each goes on where the one before stopped. */
export function useJobSearch(key: string, state: JobState, text: string) {
  return useInfiniteQuery({
    queryKey: ['queue', key, 'search', state, text],
    enabled: text !== '',
    // A search costs the queue's system something: nobody repeats it unasked.
    refetchInterval: false,
    initialPageParam: 0,
    getNextPageParam: ({ next }: JobSearch) => next,
    queryFn: (asker) => {
      const asked = new URLSearchParams({ state, text, offset: String(asker.pageParam) })
      return fetchJson(`${queuePath(key)}/search?${asked}`, JobSearch, asker)
    },
    select: ({ pages }) => joined(pages),
  })
}

/** One search of its parts. A job that moved between two of them is in both. */
function joined(parts: readonly JobSearch[]): JobSearch {
  const last = parts.at(-1) as JobSearch
  const jobs = new Map(parts.flatMap((part) => part.jobs).map((job) => [job.id, job]))
  return { ...last, jobs: [...jobs.values()], skipped: parts.reduce((sum, { skipped }) => sum + skipped, 0) }
}

export function useJob(key: string, id: string, isWhole: boolean): UseQueryResult<JobView> {
  return useQuery({
    queryKey: ['queue', key, 'job', id, isWhole],
    // One that is whole may be large, and one that is gone does not come back.
    refetchInterval: ({ state }) => (isWhole || isGone(state.error) ? false : JOBS_AGAIN_MS),
    placeholderData: (previous, before) => (before?.queryKey[3] === id ? previous : undefined),
    queryFn: (asker) => fetchJson(`${jobPath(key, id)}${isWhole ? '?full=true' : ''}`, JobView, asker),
  })
}

/** A failed job for its stack, which does not change any more. */
export function useFailedJob({ queue, id }: { queue: string; id: string }): UseQueryResult<JobView> {
  return useQuery({
    queryKey: ['queue', queue, 'job', id, false],
    refetchInterval: false,
    queryFn: (asker) => fetchJson(jobPath(queue, id), JobView, asker),
  })
}

export function useJobLogs(
  key: string,
  id: string,
  { offset, limit }: { offset: number; limit: number },
): UseQueryResult<JobLogs> {
  return useQuery({
    queryKey: ['queue', key, 'logs', id, offset, limit],
    refetchInterval: JOBS_AGAIN_MS,
    placeholderData: (previous) => previous,
    queryFn: (asker) => fetchJson(`${jobPath(key, id)}/logs?offset=${offset}&limit=${limit}`, JobLogs, asker),
  })
}

export function useJobFlow(key: string, id: string): UseQueryResult<JobFlow> {
  return useQuery({
    queryKey: ['queue', key, 'flow', id],
    queryFn: (asker) => fetchJson(`${jobPath(key, id)}/flow`, JobFlow, asker),
  })
}

export function useSchedulers(queue: string): UseQueryResult<SchedulerListing> {
  return useQuery({
    queryKey: ['schedulers', queue],
    queryFn: (asker) =>
      fetchJson(
        `api/schedulers${queue && `?${new URLSearchParams({ queue: referenceOf(queue) })}`}`,
        SchedulerListing,
        asker,
      ),
  })
}

/** How many more of each queue's failures each step looks at, and where that ends. */
export const FAILURES_STEP = 10_000
export const MOST_FAILURES = 100_000

/** @param depth how many of each queue are looked at, the newest */
export function useFailures(depth: number): UseQueryResult<FailureListing> {
  return useQuery({
    queryKey: ['failures', depth],
    placeholderData: (previous) => previous,
    queryFn: (asker) =>
      fetchJson(depth > FAILURES_STEP ? `api/failures?depth=${depth}` : 'api/failures', FailureListing, asker),
  })
}

export function isGone(error: unknown): boolean {
  return error instanceof AnswerError && error.status === 404
}

/** @param key of the queue, which may hold anything */
export function queuePath(key: string): string {
  return `api/queues/${referenceOf(key)}`
}

function jobPath(key: string, id: string): string {
  return `${queuePath(key)}/jobs/${referenceOf(id)}`
}
