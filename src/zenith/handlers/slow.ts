import { SLOW_KINDS } from '../../protocol/index.js'
import { recordListing } from '../openapi/components.js'
import { operation } from '../operation.js'
import { pageOf, pagingParameters } from '../paging.js'
import { choiceParameter, textParameter } from '../query.js'
import { filterSlow, servicesOf } from './filters.js'
import { fromStore, UNAVAILABLE } from './from-store.js'
import { groupSlow } from './groups.js'

const parameters = {
  service: textParameter('Of one service alone.'),
  kind: choiceParameter(SLOW_KINDS, 'Of one kind alone.'),
  name: textParameter('Of one route or job alone, by its whole name.'),
  text: textParameter('What the name, URL, queue, node, request id or trace id contains, in any case.'),
  ...pagingParameters(),
}

export const slow = operation({
  path: '/api/slow',
  summary: 'Slow requests and jobs, newest first',
  parameters,
  answers: { 200: { description: 'A part of them.', schema: recordListing('SlowEntry') }, 503: UNAVAILABLE },
  handle: fromStore(async (overview, { query, services }) => {
    const { records, perService } = await services.monitor.details.slow(servicesOf(overview, query.service))
    return { ...pageOf(filterSlow(records, query), query), perService }
  }),
})

export const slowGroups = operation({
  path: '/api/slow/groups',
  summary: 'Slow requests and jobs by service, kind and name, the most frequent first',
  description: 'Counts what the store keeps: about the newest 1000 of a service, whenever they were.',
  parameters,
  answers: { 200: { description: 'A part of the groups.', schema: recordListing('SlowGroup') }, 503: UNAVAILABLE },
  handle: fromStore(async (overview, { query, services }) => {
    const { records, perService } = await services.monitor.details.slow(servicesOf(overview, query.service))
    return { ...pageOf(groupSlow(filterSlow(records, query)), query), perService }
  }),
})
