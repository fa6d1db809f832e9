import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { RouteDetail, RouteListing } from '../../api/routes.js'
import type { TimeRange } from '../../api/time-window.js'
import { referenceOf } from '../../protocol/reference.js'
import { fetchJson } from './fetch-json.js'
import { againOf, query, timeOf } from './monitoring-api.js'

/** As long as Zenith takes a text. */
const MAX_TEXT = 200

interface Asked {
  /** Empty for all. */
  service: string
  text: string
  range: TimeRange
}

/** The routes of all services, or of one: as many as the server gives at once. */
export function useRoutes({ service, text, range }: Asked): UseQueryResult<RouteListing> {
  const asked = text.slice(0, MAX_TEXT)
  return useQuery({
    queryKey: ['routes', service, asked, range],
    refetchInterval: againOf(range),
    queryFn: (asker) =>
      fetchJson(`api/routes${query({ ...timeOf(range), service, text: asked })}`, RouteListing, asker),
    // While one types, what is known is narrowed.
    placeholderData: (previous, before) => (before?.queryKey[3] === range ? previous : undefined),
  })
}

/** One route with its recent past. */
export function useRouteDetail(service: string, key: string, range: TimeRange): UseQueryResult<RouteDetail> {
  return useQuery({
    queryKey: ['route', service, key, range],
    refetchInterval: againOf(range),
    queryFn: (asker) => {
      const path = `api/services/${referenceOf(service)}/routes/${referenceOf(key)}${query(timeOf(range))}`
      return fetchJson(path, RouteDetail, asker)
    },
  })
}
