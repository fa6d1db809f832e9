import { Problem } from '../../../api/problem.js'
import {
  SERVICE_LISTS,
  ServiceDetail,
  type ServicePeriod,
  ServicePeriodListing,
  type ServiceView,
} from '../../../api/services.js'
import { ArchivedTraffic } from '../../archive/archived-traffic.js'
import { type Archived, NO_ARCHIVE, orArchived } from '../../archive/or-archived.js'
import type { OperationContext } from '../../http/operation.js'
import { pagingParameters, partOf } from '../../http/paging.js'
import { textParameter } from '../../http/query.js'
import { json } from '../../http/responses.js'
import { withinBytes } from '../../http/within-bytes.js'
import { fromStore, UNAVAILABLE } from '../../store/from-store.js'
import { StoreUnavailableError } from '../../store/store-error.js'
import { exceptionGroups } from '../exception-groups.js'
import { type FleetServices, operation } from '../operation.js'
import { archivedExceptions } from './errors.js'
import { servicesOf } from './filters.js'
import { archivedSlow } from './slow.js'
import { checkWindow, inRange, rangeOf, rangeParameters, spanOf } from './time-range.js'

const MAX_SLOW = 100
/** How much each of them has at the most, in bytes: 2 MB in all. */
const SHARES = { nodes: 800_000, slow: 400_000, exceptions: 800_000 } as const

export const services = operation({
  path: '/api/services',
  summary: 'List services over a period or a window, by name',
  description:
    'Figures are merged over the nodes of a service: percentiles cover all its requests. Figures go back an hour; a window is widened to ' +
    'whole steps of 30 s, or of 2 min if it begins more than 15 minutes ago.',
  parameters: { ...rangeParameters, service: textParameter('Only this service.'), ...pagingParameters(1_000) },
  check: checkWindow,
  answers: {
    200: { description: 'A page of services.', schema: ServicePeriodListing },
    409: NO_ARCHIVE,
    503: UNAVAILABLE,
  },
  handle: orArchived(
    fromStore(async (overview, { query, services }) => {
      const names = servicesOf(overview, query.service)
      const asked = names.slice(query.offset, query.offset + query.limit)
      const { periods, unread } = await services.monitor.periods(asked, rangeOf(query))
      return { total: names.length, items: partOf(periods), ...(unread.length > 0 && { unread }) }
    }),
    async ({ archive, span }, { query }) => {
      const traffic = new ArchivedTraffic(archive)
      const names = await traffic.services(span, query.service)
      const periods: ServicePeriod[] = []
      for (const name of names.slice(query.offset, query.offset + query.limit))
        periods.push(await traffic.period(name, span))
      return { total: names.length, items: partOf(periods) }
    },
  ),
})

export const service = operation({
  path: '/api/services/{service}',
  summary: 'Get a service over a period or a window, with its nodes, slow requests and exceptions',
  segments: { service: "The service's name: `~` followed by its UTF-8 in base64url, or percent-encoded." },
  parameters: rangeParameters,
  check: checkWindow,
  answers: {
    200: { description: 'The service.', schema: ServiceDetail },
    404: { description: 'The service does not exist, or did not report in that time.', schema: Problem },
    409: NO_ARCHIVE,
    503: UNAVAILABLE,
  },
  handle: orArchived(
    fromStore(async (overview, { query, segments, services: { monitor } }) => {
      const name = segments.service ?? ''
      const view = overview.services.find((one) => one.service === name)
      const { periods, unread } = await monitor.periods([name], rangeOf(query))
      if (unread.length > 0) throw new StoreUnavailableError('The last hour of this service could not be read in time')
      const [figures] = periods
      if (!view || !figures) return notKnown()
      const [slow, exceptions] = await Promise.all([monitor.details.slow([name]), monitor.details.exceptions([name])])
      const { now } = monitor
      const whole: Lists = {
        nodes: overview.nodes.filter((node) => node.service === name),
        slow: inRange(slow.records, query, now).slice(0, MAX_SLOW),
        exceptions: exceptionGroups(inRange(exceptions.records, query, now), exceptions, spanOf(query, now)),
      }
      return detailOf(figures, view, whole, {
        slow: slow.unread.length > 0,
        exceptions: exceptions.unread.length > 0,
      })
    }),
    archivedDetail,
  ),
})

type Lists = Pick<ServiceDetail, (typeof SERVICE_LISTS)[number]>

/** As much of the lists as an answer has room for. @param unread lists of which a part is missing */
function detailOf(
  figures: ServicePeriod,
  view: ServiceView | null,
  whole: Lists,
  unread: { readonly [K in 'slow' | 'exceptions']: boolean },
): ServiceDetail {
  const lists = {
    nodes: withinBytes(whole.nodes, SHARES.nodes),
    slow: withinBytes(whole.slow, SHARES.slow),
    exceptions: withinBytes(whole.exceptions, SHARES.exceptions),
  }
  const missing = { nodes: false, ...unread }
  const partial = SERVICE_LISTS.filter((list) => missing[list] || lists[list].length < whole[list].length)
  return { ...figures, view, ...lists, ...(partial.length > 0 && { partial }) }
}

/** Figures and records of the archive; the nodes, and the state of the service, as they are now. */
async function archivedDetail(
  archived: Archived,
  { segments: { service = '' }, services: { monitor } }: OperationContext<typeof rangeParameters, FleetServices>,
): Promise<ServiceDetail | Response> {
  const overview = monitor.overview
  const view = overview?.services.find((one) => one.service === service) ?? null
  const figures = await new ArchivedTraffic(archived.archive).period(service, archived.span)
  if (!view && figures.traffic.length === 0) return notKnown()
  const [slow, exceptions] = [
    await archivedSlow(archived, { service }),
    await archivedExceptions(archived, { service }),
  ]
  const whole = {
    nodes: overview?.nodes.filter((node) => node.service === service) ?? [],
    slow: slow.records.slice(0, MAX_SLOW),
    exceptions: exceptionGroups(exceptions.records, null, null),
  }
  return detailOf(figures, view, whole, { slow: false, exceptions: exceptions.since !== null })
}

function notKnown(): Response {
  return json(404, { error: { code: 'not_found', message: 'No service of this name reports.' } })
}
