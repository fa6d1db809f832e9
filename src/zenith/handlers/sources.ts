import { listing } from '../openapi/components.js'
import { operation } from '../operation.js'
import { json } from '../responses.js'

export const sources = operation({
  path: '/api/sources',
  summary: 'What this Zenith is connected to, and why it can’t be read',
  description: 'Those that were given to Zenith, or are of its process, whether they have queues or not.',
  parameters: {},
  answers: { 200: { description: 'All of them.', schema: listing('SourceView') } },
  async handle({ services: { monitor } }) {
    const items = await monitor.queues.sources()
    return json(200, { total: items.length, items })
  },
})
