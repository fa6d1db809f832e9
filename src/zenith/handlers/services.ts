import { PERIODS, type ServiceDetail } from '../../protocol/index.js'
import { listing, ref } from '../openapi/components.js'
import { operation } from '../operation.js'
import { pagingParameters } from '../paging.js'
import { textParameter, wordParameter } from '../query.js'
import { json } from '../responses.js'
import { servicesOf } from './filters.js'
import { fromStore, UNAVAILABLE } from './from-store.js'
import { groupExceptions } from './groups.js'

const MAX_SLOW = 100
const period = wordParameter(PERIODS, '15m', 'How far back.')

export const services = operation({
  path: '/api/services',
  summary: 'Every service over a period, by name',
  description: 'Figures are merged over the nodes of a service: percentiles are those of all its requests.',
  parameters: { period, service: textParameter('One service alone.'), ...pagingParameters(1_000) },
  answers: { 200: { description: 'A part of them.', schema: listing('ServicePeriod') }, 503: UNAVAILABLE },
  handle: fromStore(async (overview, { query, services }) => {
    const names = servicesOf(overview, query.service)
    const asked = names.slice(query.offset, query.offset + query.limit)
    return { total: names.length, items: await services.monitor.periods(asked, query.period) }
  }),
})

export const service = operation({
  path: '/api/services/{service}',
  summary: 'One service over a period, and its nodes, slow requests and exceptions',
  segments: { service: "The service's name, percent-encoded." },
  parameters: { period },
  answers: {
    200: { description: 'The service.', schema: ref('ServiceDetail') },
    404: { description: 'There is no service of this name.', schema: ref('Problem') },
    503: UNAVAILABLE,
  },
  handle: fromStore(async (overview, { query, segments, services: { monitor } }) => {
    const name = segments.service ?? ''
    const view = overview.services.find((one) => one.service === name)
    const [figures] = await monitor.periods([name], query.period)
    if (!view || !figures) return notKnown()
    const [slow, exceptions] = await Promise.all([monitor.details.slow([name]), monitor.details.exceptions([name])])
    const detail: ServiceDetail = {
      ...figures,
      view,
      nodes: overview.nodes.filter((node) => node.service === name),
      slow: slow.records.slice(0, MAX_SLOW),
      exceptions: groupExceptions(exceptions.records),
    }
    return detail
  }),
})

function notKnown(): Response {
  return json(404, { error: { code: 'not_found', message: 'No service of this name reports.' } })
}
