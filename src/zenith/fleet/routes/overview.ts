import { Overview } from '../../../api/overview.js'
import { textParameter, wholeParameter } from '../../http/query.js'
import { json } from '../../http/responses.js'
import { operation } from '../operation.js'

const startOf = (what: string) =>
  wholeParameter(0, 999_999_999, 0, `Number of ${what} to skip: those of the previous parts.`)

export const overview = operation({
  path: '/api/overview',
  summary: 'Get the state of the fleet, in parts of at most 2 MB',
  description:
    'If the store does not answer, returns the last known state, and the error in `store`. If a list is shorter than its figure in ' +
    '`totals`, request the next part with the numbers of services, nodes and queues that you already have. ' +
    'Items with problems come first. `leftOut` counts what Zenith does not read because of a limit.',
  parameters: {
    services: startOf('services'),
    nodes: startOf('nodes'),
    queues: startOf('queues'),
    text: textParameter(
      'Only services, nodes and queues whose name or details contain each of these words, ignoring case.',
    ),
  },
  answers: { 200: { description: 'A part of the state.', schema: Overview } },
  handle: async ({ query: { text, ...start }, services }) => json(200, await services.monitor.part(start, text ?? '')),
})
