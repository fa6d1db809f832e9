import type { QueueName } from '../../../api/permissions.js'
import { QueuesSearch } from '../../../api/search.js'
import { JOB_STATES } from '../../../protocol/index.js'
import { operationsWith } from '../../http/operation.js'
import { choiceParameter, required, textParameter } from '../../http/query.js'
import { json } from '../../http/responses.js'
import { UNAVAILABLE } from '../../store/from-store.js'
import { TOO_MANY } from '../answers.js'
import { type JobServices, seesPayloads } from './routes.js'
import { searchQueues } from './search-queues.js'
import { searcherOf } from './search-slots.js'

const { operation } = operationsWith<JobServices>()

/** Longest key of a queue in a query. */
const MAX_KEY_CHARS = 2_000

export const searchAllQueues = operation({
  path: '/api/search/jobs',
  summary: 'Search the jobs of all queues by id, name, error or payload',
  description:
    'Searches one queue after the other: at most 5000 jobs and 1.5 seconds for each, 100 matches and three seconds in one request. `queues` says how far each was searched; `next` is the value of `after` for the next request. Payloads are searched only with permission to see them, and masked values never match.',
  parameters: {
    text: required(textParameter('Text to search for, ignoring case.')),
    state: choiceParameter(JOB_STATES, 'Only jobs in this state.'),
    after: textParameter('Key of the queue after which to continue.', MAX_KEY_CHARS),
  },
  answers: { 200: { description: 'Matching jobs.', schema: QueuesSearch }, 429: TOO_MANY, 503: UNAVAILABLE },
  async handle(context) {
    const { query, services, request } = context
    const { signal } = request
    const wanted = { ...query, payloads: (queue: QueueName) => seesPayloads(context, queue), signal }
    const known = (await services.monitor.fresh()).totals.queues
    const who = searcherOf(context.principal, context.origin)
    return json(200, await services.searches.run(who, signal, () => searchQueues(services.queues, known, wanted)))
  },
})
