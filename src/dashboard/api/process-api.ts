import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { ProcessHistory } from '../../api/process-history.js'
import type { TimeRange } from '../../api/time-window.js'
import { referenceOf } from '../../protocol/reference.js'
import { fetchJson } from './fetch-json.js'
import { againOf, query, timeOf } from './monitoring-api.js'

/** The past of one process, as it reported it by the minute. */
export function useProcessHistory(service: string, node: string, range: TimeRange): UseQueryResult<ProcessHistory> {
  return useQuery({
    queryKey: ['process', service, node, range],
    refetchInterval: againOf(range),
    queryFn: (asker) => {
      const path = `api/services/${referenceOf(service)}/nodes/${referenceOf(node)}/history${query(timeOf(range))}`
      return fetchJson(path, ProcessHistory, asker)
    },
  })
}
