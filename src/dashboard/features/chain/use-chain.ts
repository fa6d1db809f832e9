import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { ExceptionListing, SlowListing } from '../../../api/services.js'
import type { TimeWindow } from '../../../api/time-window.js'
import { fetchJson } from '../../api/fetch-json.js'
import { query } from '../../api/monitoring-api.js'

/** A request rarely has more jobs that were slow or failed. */
const MOST = '50'

interface ChainQueries {
  readonly slow: UseQueryResult<SlowListing>
  readonly exceptions: UseQueryResult<ExceptionListing>
}

/** Slow entries and exceptions of one trace. @param window null for all that is stored */
export function useChain(trace: string, window: TimeWindow | null): ChainQueries {
  const time = window && { from: String(window.from), to: String(window.to) }
  const parameters = query({ trace, ...time, limit: MOST })
  return {
    slow: useQuery({
      queryKey: ['chain', 'slow', parameters],
      queryFn: (asker) => fetchJson(`api/slow${parameters}`, SlowListing, asker),
    }),
    exceptions: useQuery({
      queryKey: ['chain', 'exceptions', parameters],
      queryFn: (asker) => fetchJson(`api/errors${parameters}`, ExceptionListing, asker),
    }),
  }
}
