import { groupSlow } from '../../../api/groups.js'
import { SlowGroupListing, SlowListing } from '../../../api/services.js'
import { SLOW_KINDS, type SlowEntry } from '../../../protocol/index.js'
import { type ArchivedRecords, archivedRecords, sinceOf } from '../../archive/archived-records.js'
import { type Archived, NO_ARCHIVE, orArchived } from '../../archive/or-archived.js'
import { pageOf, pagingParameters } from '../../http/paging.js'
import { choiceParameter, textParameter } from '../../http/query.js'
import { fromStore, UNAVAILABLE } from '../../store/from-store.js'
import { operation } from '../operation.js'
import { filterSlow, limitsOf, servicesOf } from './filters.js'
import { checkWindow, inRange, listRangeParameters } from './time-range.js'

const parameters = {
  service: textParameter('Only entries of this service.'),
  kind: choiceParameter(SLOW_KINDS, 'Only entries of this kind.'),
  name: textParameter('Only entries of this route or job (complete name).'),
  trace: textParameter('Only entries with this trace id (complete).'),
  text: textParameter(
    'Only entries whose name, URL, queue, node, request id or trace id contains this text, ignoring case.',
  ),
  ...listRangeParameters,
  ...pagingParameters(),
}

export const slow = operation({
  path: '/api/slow',
  summary: 'List slow requests and jobs, newest first',
  parameters,
  check: checkWindow,
  answers: { 200: { description: 'A page of entries.', schema: SlowListing }, 409: NO_ARCHIVE, 503: UNAVAILABLE },
  handle: orArchived(
    fromStore(async (overview, { query, services }) => {
      const { records, ...rest } = await services.monitor.details.slow(servicesOf(overview, query.service))
      return { ...pageOf(filterSlow(inRange(records, query, services.monitor.now), query), query), ...limitsOf(rest) }
    }),
    async (archived, { query }) => {
      const { records, ...rest } = await archivedSlow(archived, query)
      return { ...pageOf(filterSlow(records, query), query), ...sinceOf(rest) }
    },
  ),
})

export const slowGroups = operation({
  path: '/api/slow/groups',
  summary: 'List slow requests and jobs grouped by service, kind and name, most frequent group first',
  description: 'Covers the stored entries: about the newest 1000 of a service, regardless of age.',
  parameters,
  check: checkWindow,
  answers: { 200: { description: 'A page of groups.', schema: SlowGroupListing }, 409: NO_ARCHIVE, 503: UNAVAILABLE },
  handle: orArchived(
    fromStore(async (overview, { query, services }) => {
      const { records, ...rest } = await services.monitor.details.slow(servicesOf(overview, query.service))
      return {
        ...pageOf(groupSlow(filterSlow(inRange(records, query, services.monitor.now), query)), query),
        ...limitsOf(rest),
      }
    }),
    async (archived, { query }) => {
      const { records, ...rest } = await archivedSlow(archived, query)
      return { ...pageOf(groupSlow(filterSlow(records, query)), query), ...sinceOf(rest) }
    },
  ),
})

/** The newest entries of a time, at most 10,000. */
export function archivedSlow(
  { archive, time }: Archived,
  { service, name = null }: { readonly service: string | null; readonly name?: string | null },
): Promise<ArchivedRecords<SlowEntry>> {
  const only = { ...(service !== null && { services: [service] }), ...(name !== null && { name }) }
  return archivedRecords<SlowEntry>(archive, { kind: 'slow', ...time, ...only })
}
