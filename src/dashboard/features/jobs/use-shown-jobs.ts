import { useMemo } from 'react'
import type { JobSearch, JobSummary, LookedAt } from '../../../protocol/jobs.js'
import type { JobState } from '../../../protocol/queues.js'
import { useJobSearch, useJobs } from '../../api/queues-api.js'
import { usePage } from '../../routing/route.js'

export interface ShownJobs {
  jobs: readonly JobSummary[]
  ids: readonly string[]
  /** How many are in the list in all, or were found. */
  total: number
  offset: number
  /** Ids in the list that stand for no job any more. */
  missing: number
  /** How far the system looked, when that was not to the end; null when it was. */
  partial: LookedAt | null
  goOn: () => void
  /** What a search says of itself; null without one. */
  search: JobSearch | null
  hasAnswer: boolean
  error: Error | null
}

const NO_JOBS: readonly JobSummary[] = []

/** The part of a state's jobs that the URL says, or what a search finds in them. @param text empty for no search */
export function useShownJobs(queue: string, state: JobState, text: string): ShownJobs {
  const { order, offset } = usePage('queue')
  const list = useJobs(queue, { state, order, offset }, text === '')
  const search = useJobSearch(queue, state, text)
  const jobs = (text ? search.data?.jobs : list.data?.jobs) ?? NO_JOBS
  const ids = useMemo(() => jobs.map(({ id }) => id), [jobs])
  const shared = { jobs, ids, offset }
  if (text)
    return {
      ...shared,
      total: jobs.length,
      missing: 0,
      partial: search.data?.partial ?? null,
      goOn: () => void search.fetchNextPage(),
      search: search.data ?? null,
      hasAnswer: search.data !== undefined,
      error: search.error,
    }
  const { total = 0, missing = 0 } = list.data ?? {}
  return {
    ...shared,
    total,
    missing,
    partial: list.data?.partial ?? null,
    goOn: () => void list.refetch(),
    search: null,
    hasAnswer: list.data !== undefined,
    error: list.error,
  }
}
