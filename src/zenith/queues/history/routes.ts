import { Problem } from '../../../api/problem.js'
import { QueueHistoryView } from '../../../api/queue-history.js'
import { archivedQueue } from '../../archive/archived-queues.js'
import { type ArchiveServices, NO_ARCHIVE, orArchived } from '../../archive/or-archived.js'
import { checkWindow, rangeOf, rangeParameters } from '../../fleet/routes/time-range.js'
import { operationsWith } from '../../http/operation.js'
import { json } from '../../http/responses.js'
import { QUEUE_SEGMENT } from '../answers.js'
import type { QueueServices } from '../operation.js'
import type { QueueHistories } from './queue-histories.js'

/** What routes about the past of queues need. */
export interface HistoryServices extends QueueServices, Pick<ArchiveServices, 'archive'> {
  readonly histories: QueueHistories
}

const { operation } = operationsWith<HistoryServices>()

export const queueHistory = operation({
  path: '/api/queues/{queue}/history',
  summary: 'Get the past of a queue by the minute',
  description:
    'Recorded by the node that reports the queue, whether a page is open or not; by Zenith for a queue that no app reports. Unseen minutes have no figures.',
  segments: QUEUE_SEGMENT,
  parameters: rangeParameters,
  check: checkWindow,
  answers: {
    200: { description: 'Every step of the time.', schema: QueueHistoryView },
    404: { description: 'The queue does not exist.', schema: Problem },
    409: NO_ARCHIVE,
    503: { description: 'The store does not answer.', schema: Problem },
  },
  handle: orArchived(
    async ({ segments, query, services: { queues, histories } }) => {
      const { key } = await queues.view(segments.queue ?? '')
      return json(200, await histories.view(key, rangeOf(query)))
    },
    async ({ archive, span }, { segments, services: { queues, histories } }) => {
      const { key } = await queues.view(segments.queue ?? '')
      return archivedQueue(archive, key, histories.whereOf(key), span)
    },
  ),
})
