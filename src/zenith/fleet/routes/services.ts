import { groupExceptions } from '../../../api/groups.js'
import { Problem } from '../../../api/problem.js'
import { SERVICE_LISTS, ServiceDetail, ServicePeriodListing } from '../../../api/services.js'
import { PERIODS } from '../../../api/words.js'
import { pagingParameters, partOf } from '../../http/paging.js'
import { textParameter, wordParameter } from '../../http/query.js'
import { json } from '../../http/responses.js'
import { withinBytes } from '../../http/within-bytes.js'
import { fromStore, UNAVAILABLE } from '../../store/from-store.js'
import { StoreUnavailableError } from '../../store/store-error.js'
import { operation } from '../operation.js'
import { servicesOf } from './filters.js'

const MAX_SLOW = 100
/** How much each of them has at the most, in bytes: 2 MB in all. */
const SHARES = { nodes: 800_000, slow: 400_000, exceptions: 800_000 } as const
const period = wordParameter(PERIODS, '15m', 'Length of the period.')

export const services = operation({
  path: '/api/services',
  summary: 'List services over a period, by name',
  description: 'Figures are merged over the nodes of a service: percentiles cover all its requests.',
  parameters: { period, service: textParameter('Only this service.'), ...pagingParameters(1_000) },
  answers: { 200: { description: 'A page of services.', schema: ServicePeriodListing }, 503: UNAVAILABLE },
  handle: fromStore(async (overview, { query, services }) => {
    const names = servicesOf(overview, query.service)
    const asked = names.slice(query.offset, query.offset + query.limit)
    const { periods, unread } = await services.monitor.periods(asked, query.period)
    return { total: names.length, items: partOf(periods), ...(unread.length > 0 && { unread }) }
  }),
})

export const service = operation({
  path: '/api/services/{service}',
  summary: 'Get a service over a period, with its nodes, slow requests and exceptions',
  segments: { service: "The service's name: `~` followed by its UTF-8 in base64url, or percent-encoded." },
  parameters: { period },
  answers: {
    200: { description: 'The service.', schema: ServiceDetail },
    404: { description: 'The service does not exist.', schema: Problem },
    503: UNAVAILABLE,
  },
  handle: fromStore(async (overview, { query, segments, services: { monitor } }) => {
    const name = segments.service ?? ''
    const view = overview.services.find((one) => one.service === name)
    const { periods, unread } = await monitor.periods([name], query.period)
    if (unread.length > 0) throw new StoreUnavailableError('The last hour of this service could not be read in time')
    const [figures] = periods
    if (!view || !figures) return notKnown()
    const [slow, exceptions] = await Promise.all([monitor.details.slow([name]), monitor.details.exceptions([name])])
    const whole = {
      nodes: overview.nodes.filter((node) => node.service === name),
      slow: slow.records.slice(0, MAX_SLOW),
      exceptions: groupExceptions(exceptions.records),
    }
    const lists = {
      nodes: withinBytes(whole.nodes, SHARES.nodes),
      slow: withinBytes(whole.slow, SHARES.slow),
      exceptions: withinBytes(whole.exceptions, SHARES.exceptions),
    }
    const unreadLists = { nodes: false, slow: slow.unread.length > 0, exceptions: exceptions.unread.length > 0 }
    const partial = SERVICE_LISTS.filter((list) => unreadLists[list] || lists[list].length < whole[list].length)
    const detail: ServiceDetail = { ...figures, view, ...lists, ...(partial.length > 0 && { partial }) }
    return detail
  }),
})

function notKnown(): Response {
  return json(404, { error: { code: 'not_found', message: 'No service of this name reports.' } })
}
