import { FailureListing } from '../../../api/failures.js'
import { operationsWith } from '../../http/operation.js'
import { wholeParameter } from '../../http/query.js'
import { json } from '../../http/responses.js'
import { UNAVAILABLE } from '../../store/from-store.js'
import { TOO_MANY } from '../answers.js'
import type { JobServices } from '../jobs/routes.js'
import { searcherOf } from '../jobs/search-slots.js'
import { MAX_REMEMBERED } from './failure-index.js'
import type { Failures } from './failures.js'
import { MAX_JOBS } from './known-failures.js'

/** What routes about failures need. */
export interface FailureServices extends JobServices {
  readonly failures: Pick<Failures, 'list'>
}

const { operation } = operationsWith<FailureServices>()

export const failures = operation({
  path: '/api/failures',
  summary: 'List failed jobs of all queues, grouped by job name and error',
  description:
    'Counts the failed jobs in the queues: the newest 10000 of each queue, or more with `depth`, and 100000 in total. Zenith reads them step by step; `partial` lists the queues with unread failures.',
  parameters: {
    depth: wholeParameter(
      MAX_JOBS,
      MAX_REMEMBERED,
      MAX_JOBS,
      'Number of the newest failed jobs of each queue to read.',
    ),
  },
  answers: { 200: { description: 'All groups.', schema: FailureListing }, 429: TOO_MANY, 503: UNAVAILABLE },
  async handle({ query, services, principal, origin, request }) {
    const look = () => services.failures.list(query.depth)
    // All clients share one refresh; a deeper one counts as a search of its user.
    if (query.depth === MAX_JOBS) return json(200, await look())
    return json(200, await services.searches.run(searcherOf(principal, origin), request.signal, look))
  },
})
