import { listing } from '../openapi/components.js'
import { NODE_STATES } from '../openapi/view-schemas.js'
import { operation } from '../operation.js'
import { pageOf, pagingParameters } from '../paging.js'
import { choiceParameter, textParameter } from '../query.js'
import { fromStore, UNAVAILABLE } from './from-store.js'

export const nodes = operation({
  path: '/api/nodes',
  summary: 'The nodes, by service and id',
  parameters: {
    service: textParameter('Of one service alone.'),
    state: choiceParameter(NODE_STATES, 'In one state alone.'),
    ...pagingParameters(),
  },
  answers: { 200: { description: 'A part of them.', schema: listing('NodeView') }, 503: UNAVAILABLE },
  handle: fromStore((overview, { query }) => {
    const { service, state } = query
    const matching = overview.nodes.filter(
      (node) => (service === null || node.service === service) && (state === null || node.state === state),
    )
    return pageOf(matching, query)
  }),
})
