import { Finds } from '../../../api/search.js'
import { operationsWith } from '../../http/operation.js'
import { required, textParameter } from '../../http/query.js'
import { TOO_MANY } from '../../queues/answers.js'
import type { JobServices } from '../../queues/jobs/routes.js'
import { searcherOf } from '../../queues/jobs/search-slots.js'
import { fromStore, UNAVAILABLE } from '../../store/from-store.js'
import type { FleetServices } from '../operation.js'
import { findAll } from './find-all.js'

const { operation } = operationsWith<FleetServices & JobServices>()

export const find = operation({
  path: '/api/search',
  summary: 'Find routes, exceptions, slow entries and jobs by name or id',
  description:
    'Searches routes and jobs of the last hour by name, exceptions and slow entries by name, request id and trace id, and jobs by their complete id. Returns at most 10 of each, within four seconds; `searched` and `late` say what was searched.',
  parameters: { text: required(textParameter('Text to find, ignoring case; a job’s complete id.')) },
  answers: { 200: { description: 'What was found.', schema: Finds }, 429: TOO_MANY, 503: UNAVAILABLE },
  handle: fromStore((overview, { query, services, principal, origin, request }) =>
    services.searches.run(searcherOf(principal, origin), request.signal, () => findAll(services, overview, query.text)),
  ),
})
