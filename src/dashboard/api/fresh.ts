import type { UseQueryResult } from '@tanstack/react-query'
import { useEffect } from 'react'

/** Not asked again sooner than this, in ms. */
const SOONEST_MS = 4_000

/** Asks again when the stream told of something that the answer can't have in it. @param news changes with it */
export function useFreshWith(query: UseQueryResult<unknown>, news: unknown): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: only news are a reason to ask
  useEffect(() => {
    if (query.dataUpdatedAt > 0 && Date.now() - query.dataUpdatedAt > SOONEST_MS) void query.refetch()
  }, [news])
}
