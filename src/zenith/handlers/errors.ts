import { EXCEPTION_KINDS } from '../../protocol/index.js'
import { recordListing } from '../openapi/components.js'
import { operation } from '../operation.js'
import { pageOf, pagingParameters } from '../paging.js'
import { choiceParameter, textParameter } from '../query.js'
import { filterExceptions, servicesOf } from './filters.js'
import { fromStore, UNAVAILABLE } from './from-store.js'
import { groupExceptions } from './groups.js'

const parameters = {
  service: textParameter('Of one service alone.'),
  kind: choiceParameter(EXCEPTION_KINDS, 'Of one kind alone.'),
  name: textParameter('Of one class alone, by its whole name.'),
  fingerprint: textParameter('Of one origin alone.'),
  handled: choiceParameter(['true', 'false'], 'Only those that the app handled or will retry, or only the others.'),
  text: textParameter('What the class, message, route, queue, node, request id or trace id contains, in any case.'),
  ...pagingParameters(),
}

export const errors = operation({
  path: '/api/errors',
  summary: 'Exceptions, newest first',
  parameters,
  answers: { 200: { description: 'A part of them.', schema: recordListing('ExceptionRecord') }, 503: UNAVAILABLE },
  handle: fromStore(async (overview, { query, services }) => {
    const { records, perService } = await services.monitor.details.exceptions(servicesOf(overview, query.service))
    return { ...pageOf(filterExceptions(records, query), query), perService }
  }),
})

export const errorGroups = operation({
  path: '/api/errors/groups',
  summary: 'Exceptions by service and fingerprint, the one with the newest first',
  description: 'Counts what the store keeps: the last hour, and at most the newest 1000 of a service.',
  parameters,
  answers: { 200: { description: 'A part of the groups.', schema: recordListing('ExceptionGroup') }, 503: UNAVAILABLE },
  handle: fromStore(async (overview, { query, services }) => {
    const { records, perService } = await services.monitor.details.exceptions(servicesOf(overview, query.service))
    return { ...pageOf(groupExceptions(filterExceptions(records, query)), query), perService }
  }),
})
