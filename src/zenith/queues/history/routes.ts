import { Problem } from '../../../api/problem.js'
import { QueueHistoryView } from '../../../api/queue-history.js'
import { PERIODS } from '../../../api/words.js'
import { operationsWith } from '../../http/operation.js'
import { wordParameter } from '../../http/query.js'
import { json } from '../../http/responses.js'
import { QUEUE_SEGMENT } from '../answers.js'
import type { QueueServices } from '../operation.js'
import type { QueueHistories } from './queue-histories.js'

/** What routes about the past of queues need. */
export interface HistoryServices extends QueueServices {
  readonly histories: QueueHistories
}

const { operation } = operationsWith<HistoryServices>()

export const queueHistory = operation({
  path: '/api/queues/{queue}/history',
  summary: 'Get the past of a queue by the minute',
  description:
    'Recorded by the node that reports the queue, whether a page is open or not; by Zenith for a queue that no app reports. Unseen minutes have no figures.',
  segments: QUEUE_SEGMENT,
  parameters: { period: wordParameter(PERIODS, '15m', 'Length of the period.') },
  answers: {
    200: { description: 'Every minute of the period.', schema: QueueHistoryView },
    404: { description: 'The queue does not exist.', schema: Problem },
    503: { description: 'The store does not answer.', schema: Problem },
  },
  handle: async ({ segments, query, services: { queues, histories } }) => {
    const { key } = await queues.view(segments.queue ?? '')
    return json(200, await histories.view(key, query.period))
  },
})
