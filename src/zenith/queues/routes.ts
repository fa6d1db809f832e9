import { Problem } from '../../api/problem.js'
import { QueueDetail, QueueListing } from '../../api/queues.js'
import { QUEUE_DRIVERS } from '../../protocol/index.js'
import { pageOf, pagingParameters } from '../http/paging.js'
import { choiceParameter, textParameter } from '../http/query.js'
import { json } from '../http/responses.js'
import { fromStore, UNAVAILABLE } from '../store/from-store.js'
import { QUEUE_SEGMENT } from './answers.js'
import { operation } from './operation.js'

export const queues = operation({
  path: '/api/queues',
  summary: 'List queues; those that need attention come first',
  parameters: {
    service: textParameter('Only queues that this service reports.'),
    driver: choiceParameter(QUEUE_DRIVERS, 'Only queues of this driver.'),
    text: textParameter('Only queues whose name or place contains this text, ignoring case.'),
    ...pagingParameters(),
  },
  answers: { 200: { description: 'A page of queues.', schema: QueueListing }, 503: UNAVAILABLE },
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
  summary: 'Get a queue; Zenith reads it again if it is connected to it',
  segments: QUEUE_SEGMENT,
  parameters: {},
  answers: {
    200: {
      description: 'The queue.',
      schema: QueueDetail,
    },
    404: { description: 'The queue does not exist.', schema: Problem },
    503: { description: 'The store does not answer, and Zenith does not know the queue.', schema: Problem },
  },
  handle: async ({ segments, services }) => json(200, { view: await services.queues.freshView(segments.queue ?? '') }),
})
