import { ref } from '../openapi/components.js'
import { operation } from '../operation.js'
import { json } from '../responses.js'
import { UNAVAILABLE } from './from-store.js'

export const failures = operation({
  path: '/api/failures',
  summary: 'Failed jobs of all queues, by what went wrong and the jobs’ name',
  description:
    'Counts the failed jobs that the queues keep, at most the newest 10000 of each, and reads them step by step: `partial` says what was not looked at yet.',
  parameters: {},
  answers: { 200: { description: 'All groups.', schema: ref('FailureListing') }, 503: UNAVAILABLE },
  handle: async ({ services }) => json(200, await services.failures.list()),
})
