import { ExceptionGroupListing, ExceptionListing } from '../../../api/services.js'
import { EXCEPTION_KINDS, type ExceptionRecord } from '../../../protocol/index.js'
import { type ArchivedRecords, archivedRecords, sinceOf } from '../../archive/archived-records.js'
import { type Archived, NO_ARCHIVE, orArchived } from '../../archive/or-archived.js'
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
  trace: textParameter('Only exceptions with this trace id (complete).'),
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
    409: NO_ARCHIVE,
    503: UNAVAILABLE,
  },
  handle: orArchived(
    fromStore(async (overview, { query, services }) => {
      const { records, ...rest } = await services.monitor.details.exceptions(servicesOf(overview, query.service))
      return {
        ...pageOf(filterExceptions(inRange(records, query, services.monitor.now), query), query),
        ...limitsOf(rest),
      }
    }),
    async (archived, { query }) => {
      const { records, ...rest } = await archivedExceptions(archived, query)
      return { ...pageOf(filterExceptions(records, query), query), ...sinceOf(rest) }
    },
  ),
})

export const errorGroups = operation({
  path: '/api/errors/groups',
  summary: 'List exceptions grouped by service and fingerprint, newest group first',
  description: 'Covers the stored exceptions: the last hour, and at most the newest 1000 of a service.',
  parameters,
  check: checkWindow,
  answers: {
    200: { description: 'A page of groups.', schema: ExceptionGroupListing },
    409: NO_ARCHIVE,
    503: UNAVAILABLE,
  },
  handle: orArchived(
    fromStore(async (overview, { query, services }) => {
      const { monitor } = services
      const { records, ...rest } = await monitor.details.exceptions(servicesOf(overview, query.service))
      const { now } = monitor
      const groups = exceptionGroups(filterExceptions(inRange(records, query, now), query), rest, spanOf(query, now))
      return { ...pageOf(groups, query), ...limitsOf(rest) }
    }),
    async (archived, { query }) => {
      const { records, ...rest } = await archivedExceptions(archived, query)
      return { ...pageOf(exceptionGroups(filterExceptions(records, query), null, null), query), ...sinceOf(rest) }
    },
  ),
})

/** The newest exceptions of a time, at most 10,000. */
export function archivedExceptions(
  { archive, time }: Archived,
  { service, fingerprint = null }: { readonly service: string | null; readonly fingerprint?: string | null },
): Promise<ArchivedRecords<ExceptionRecord>> {
  const only = { ...(service !== null && { services: [service] }), ...(fingerprint !== null && { name: fingerprint }) }
  return archivedRecords<ExceptionRecord>(archive, { kind: 'exception', ...time, ...only })
}
