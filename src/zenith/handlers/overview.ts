import { ref } from '../openapi/components.js'
import { operation } from '../operation.js'
import { json } from '../responses.js'

export const overview = operation({
  path: '/api/overview',
  summary: 'The whole state',
  description:
    'Answers with the last state that was read, and what is wrong in `store`, when the store does not answer.',
  parameters: {},
  answers: { 200: { description: 'The state.', schema: ref('Overview') } },
  handle: async ({ services }) => json(200, await services.monitor.fresh()),
})
