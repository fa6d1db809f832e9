import { Problem } from '../../../api/problem.js'
import { RouteDetail, RouteListing, type RouteView } from '../../../api/routes.js'
import { inSlices } from '../../../lib/async.js'
import { ArchivedTraffic } from '../../archive/archived-traffic.js'
import { NO_ARCHIVE, orArchived } from '../../archive/or-archived.js'
import { pageOf, pagingParameters } from '../../http/paging.js'
import { textParameter } from '../../http/query.js'
import { json } from '../../http/responses.js'
import { fromStore, UNAVAILABLE } from '../../store/from-store.js'
import { StoreUnavailableError } from '../../store/store-error.js'
import { operation } from '../operation.js'
import { shareOf } from '../services/figures.js'
import { type RouteFigures, routeOf, routesOf } from '../services/route-figures.js'
import { servicesOf } from './filters.js'
import { checkWindow, rangeOf, rangeParameters } from './time-range.js'

/** How many services are added up in one go. */
const SLICE = 8

export const routes = operation({
  path: '/api/routes',
  summary: 'List the routes of all services over a period or a window, those with the most total time first',
  description:
    'Figures are merged over the nodes, and cover whole steps of 30 s, or of 2 min for `1h` and windows that begin more than 15 minutes ago.',
  parameters: {
    ...rangeParameters,
    service: textParameter('Only routes of this service.'),
    text: textParameter('Only routes whose service and name contain each of these words, ignoring case.'),
    ...pagingParameters(1_000),
  },
  check: checkWindow,
  answers: {
    200: { description: 'A page of routes.', schema: RouteListing },
    409: NO_ARCHIVE,
    503: UNAVAILABLE,
  },
  handle: orArchived(
    fromStore(async (overview, { query, services }) => {
      const range = rangeOf(query)
      const { found, unread } = await services.monitor.reported(servicesOf(overview, query.service), range)
      const all: RouteFigures[] = []
      await inSlices(found, SLICE, (reported) => void all.push(...routesOf(reported, range)))
      return { ...pageOf(matching(ranked(all), query.text), query), ...(unread.length > 0 && { unread }) }
    }),
    async ({ archive, span }, { query }) => {
      const traffic = new ArchivedTraffic(archive)
      const all: RouteFigures[] = []
      for (const name of await traffic.services(span, query.service)) all.push(...(await traffic.routes(name, span)))
      return pageOf(matching(ranked(all), query.text), query)
    },
  ),
})

export const route = operation({
  path: '/api/services/{service}/routes/{route}',
  summary: 'Get a route over a period or a window, with its recent past',
  segments: {
    service: "The service's name: `~` followed by its UTF-8 in base64url, or percent-encoded.",
    route: "The route's name, in the same form.",
  },
  parameters: rangeParameters,
  check: checkWindow,
  answers: {
    200: { description: 'The route.', schema: RouteDetail },
    404: { description: 'The service does not exist, or the route had no request in that time.', schema: Problem },
    409: NO_ARCHIVE,
    503: UNAVAILABLE,
  },
  handle: orArchived(
    fromStore(async (_overview, { query, segments, services: { monitor } }) => {
      const range = rangeOf(query)
      const { found, unread } = await monitor.reported([segments.service ?? ''], range)
      if (unread.length > 0) throw new StoreUnavailableError('The last hour of this service could not be read in time')
      const [reported] = found
      return (reported && routeOf(reported, segments.route ?? '', range)) ?? noRequest()
    }),
    async ({ archive, span }, { segments: { service = '', route = '' } }) =>
      (await new ArchivedTraffic(archive).route(service, route, span)) ?? noRequest(),
  ),
})

function noRequest(): Response {
  return json(404, { error: { code: 'not_found', message: 'This route had no request in that time.' } })
}

/** Those whose service and name contain all words. */
function matching(routes: readonly RouteView[], text: string | null): readonly RouteView[] {
  const words = text?.toLowerCase().split(/\s+/) ?? []
  return routes.filter(({ service, key }) => {
    const name = `${service} ${key}`.toLowerCase()
    return words.every((word) => name.includes(word))
  })
}

/** Those with the most total time first. */
function ranked(all: readonly RouteFigures[]): RouteView[] {
  const whole = all.reduce((sum, { totalMs }) => sum + (totalMs ?? 0), 0)
  return all
    .map((one) => ({ ...one, share: one.totalMs === null ? null : shareOf(one.totalMs, whole) }))
    .sort((a, b) => (b.totalMs ?? -1) - (a.totalMs ?? -1) || b.count - a.count)
}
