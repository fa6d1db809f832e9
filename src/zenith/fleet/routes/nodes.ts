import { operation } from '../../http/operation.js'
import { pageOf, pagingParameters } from '../../http/paging.js'
import { choiceParameter, textParameter } from '../../http/query.js'
import { listing } from '../../openapi/components.js'
import { NODE_STATES } from '../../openapi/view-schemas.js'
import { fromStore, UNAVAILABLE } from '../../store/from-store.js'

export const nodes = operation({
  path: '/api/nodes',
  summary: 'List nodes by service and id',
  parameters: {
    service: textParameter('Only nodes of this service.'),
    state: choiceParameter(NODE_STATES, 'Only nodes in this state.'),
    ...pagingParameters(),
  },
  answers: { 200: { description: 'A page of nodes.', schema: listing('NodeView') }, 503: UNAVAILABLE },
  handle: fromStore((overview, { query }) => {
    const { service, state } = query
    const matching = overview.nodes.filter(
      (node) => (service === null || node.service === service) && (state === null || node.state === state),
    )
    return pageOf(matching, query)
  }),
})
