import { Problem } from '../../../api/problem.js'
import { ProcessHistory } from '../../../api/process-history.js'
import { ArchivedTraffic } from '../../archive/archived-traffic.js'
import { NO_ARCHIVE, orArchived } from '../../archive/or-archived.js'
import { json } from '../../http/responses.js'
import { fromStore, UNAVAILABLE } from '../../store/from-store.js'
import { operation } from '../operation.js'
import { checkWindow, rangeOf, rangeParameters } from './time-range.js'

export const nodeHistory = operation({
  path: '/api/services/{service}/nodes/{node}/history',
  summary: 'Get the past of one process by the minute: CPU, memory, event loop, garbage collection, disk, requests',
  description:
    'Of the last hour, or of longer times with an archive. A recorder writes it once a minute; one of a version that does not has no `minutes`, as has one that has just started.',
  segments: {
    service: "The service's name: `~` followed by its UTF-8 in base64url, or percent-encoded.",
    node: "The node's id, in the same form.",
  },
  parameters: rangeParameters,
  check: checkWindow,
  answers: {
    200: { description: 'The past of the process.', schema: ProcessHistory },
    404: { description: 'The node does not exist.', schema: Problem },
    409: NO_ARCHIVE,
    503: UNAVAILABLE,
  },
  handle: orArchived(
    fromStore(async (overview, { query, segments, services: { monitor } }) => {
      const { service = '', node = '' } = segments
      const isKnown = overview.nodes.some((one) => one.service === service && one.id === node)
      if (!isKnown) return json(404, { error: { code: 'not_found', message: 'There is no node of this id.' } })
      return monitor.details.process(service, node, rangeOf(query), monitor.now)
    }),
    ({ archive, span }, { segments: { service = '', node = '' } }) =>
      new ArchivedTraffic(archive).process(service, node, span),
  ),
})
