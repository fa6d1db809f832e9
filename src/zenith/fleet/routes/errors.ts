import { ExceptionGroupListing, ExceptionListing } from '../../../api/services.js'
import { EXCEPTION_KINDS } from '../../../protocol/index.js'
import { pageOf, pagingParameters } from '../../http/paging.js'
import { choiceParameter, textParameter } from '../../http/query.js'
import { fromStore, UNAVAILABLE } from '../../store/from-store.js'
import { exceptionGroups } from '../exception-groups.js'
import { operation } from '../operation.js'
import { filterExceptions, limitsOf, servicesOf } from './filters.js'
import { checkWindow, inRange, listRangeParameters, spanOf } from './time-range.js'

const parameters = {
  service: textParameter('Only exceptions of this service.'),
  kind: choiceParameter(EXCEPTION_KINDS, 'Only exceptions of this kind.'),
  name: textParameter('Only exceptions of this class (complete name).'),
  fingerprint: textParameter('Only exceptions with this fingerprint.'),
  handled: choiceParameter(
    ['true', 'false'],
    '`true`: only exceptions that the app handled or will retry; `false`: only the others.',
  ),
  text: textParameter(
    'Only exceptions whose class, message, route, queue, node, request id or trace id contains this text, ignoring case.',
  ),
  ...listRangeParameters,
  ...pagingParameters(),
}

export const errors = operation({
  path: '/api/errors',
  summary: 'List exceptions, newest first',
  parameters,
  check: checkWindow,
  answers: {
    200: { description: 'A page of exceptions.', schema: ExceptionListing },
    503: UNAVAILABLE,
  },
  handle: fromStore(async (overview, { query, services }) => {
    const { records, ...rest } = await services.monitor.details.exceptions(servicesOf(overview, query.service))
    return {
      ...pageOf(filterExceptions(inRange(records, query, services.monitor.now), query), query),
      ...limitsOf(rest),
    }
  }),
})

export const errorGroups = operation({
  path: '/api/errors/groups',
  summary: 'List exceptions grouped by service and fingerprint, newest group first',
  description: 'Covers the stored exceptions: the last hour, and at most the newest 1000 of a service.',
  parameters,
  check: checkWindow,
  answers: { 200: { description: 'A page of groups.', schema: ExceptionGroupListing }, 503: UNAVAILABLE },
  handle: fromStore(async (overview, { query, services }) => {
    const { monitor } = services
    const { records, ...rest } = await monitor.details.exceptions(servicesOf(overview, query.service))
    const { now } = monitor
    const groups = exceptionGroups(filterExceptions(inRange(records, query, now), query), rest, spanOf(query, now))
    return { ...pageOf(groups, query), ...limitsOf(rest) }
  }),
})
