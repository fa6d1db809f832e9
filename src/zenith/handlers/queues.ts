import { QUEUE_DRIVERS, type QueueView } from '../../protocol/index.js'
import { listing, ref } from '../openapi/components.js'
import { objectOf } from '../openapi/schema.js'
import { operation } from '../operation.js'
import { pageOf, pagingParameters } from '../paging.js'
import { choiceParameter, textParameter } from '../query.js'
import { json } from '../responses.js'
import { fromStore, UNAVAILABLE } from './from-store.js'
import { QUEUE_SEGMENT } from './queue-answers.js'

export const queues = operation({
  path: '/api/queues',
  summary: 'The queues, those that need attention first',
  parameters: {
    service: textParameter('That one service reports.'),
    driver: choiceParameter(QUEUE_DRIVERS, 'Of one kind alone.'),
    text: textParameter('What the name or the place contains, in any case.'),
    ...pagingParameters(),
  },
  answers: { 200: { description: 'A part of them.', schema: listing('QueueView') }, 503: UNAVAILABLE },
  handle: fromStore((overview, { query }) => {
    const { service, driver } = query
    const wanted = query.text?.toLowerCase() ?? ''
    const matching = overview.queues.filter(
      (queue) =>
        (service === null || queue.services.includes(service)) &&
        (driver === null || queue.driver === driver) &&
        `${queue.name}\n${queue.place ?? ''}`.toLowerCase().includes(wanted),
    )
    return pageOf(matching, query)
  }),
})

export const queue = operation({
  path: '/api/queues/{queue}',
  summary: 'One queue, read now where this Zenith is connected to it',
  segments: QUEUE_SEGMENT,
  parameters: {},
  answers: {
    200: {
      description: 'The queue.',
      schema: objectOf<{ view: QueueView }>('One queue.', { view: ref('QueueView') }),
    },
    404: { description: 'There is no queue of this key.', schema: ref('Problem') },
    503: { description: 'The store does not answer, and nothing is known.', schema: ref('Problem') },
  },
  handle: async ({ segments, services }) => json(200, { view: await services.queues.freshView(segments.queue ?? '') }),
})
