import { SourceListing } from '../../../api/queues.js'
import { json } from '../../http/responses.js'
import { operation } from '../operation.js'

export const sources = operation({
  path: '/api/sources',
  summary: 'List the queue sources of this Zenith, with errors',
  description: 'Includes sources passed to Zenith and sources in its process, even without queues.',
  parameters: {},
  answers: { 200: { description: 'All sources.', schema: SourceListing } },
  async handle({ services: { monitor } }) {
    const items = await monitor.queues.sources()
    return json(200, { total: items.length, items })
  },
})
