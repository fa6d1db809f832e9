import { NodeListing } from '../../../api/nodes.js'
import { NODE_STATES } from '../../../api/words.js'
import { pageOf, pagingParameters } from '../../http/paging.js'
import { choiceParameter, textParameter } from '../../http/query.js'
import { fromStore, UNAVAILABLE } from '../../store/from-store.js'
import { operation } from '../operation.js'

export const nodes = operation({
  path: '/api/nodes',
  summary: 'List nodes by service and id',
  parameters: {
    service: textParameter('Only nodes of this service.'),
    state: choiceParameter(NODE_STATES, 'Only nodes in this state.'),
    ...pagingParameters(),
  },
  answers: { 200: { description: 'A page of nodes.', schema: NodeListing }, 503: UNAVAILABLE },
  handle: fromStore((overview, { query }) => {
    const { service, state } = query
    const matching = overview.nodes.filter(
      (node) => (service === null || node.service === service) && (state === null || node.state === state),
    )
    return pageOf(matching, query)
  }),
})
