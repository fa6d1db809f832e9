import { Problem } from '../../../api/problem.js'
import { QueueDetail, QueueListing, type QueueView } from '../../../api/queues.js'
import { needsArchive } from '../../../api/time-window.js'
import { PERIODS } from '../../../api/words.js'
import { QUEUE_DRIVERS } from '../../../protocol/index.js'
import { archivedQueues } from '../../archive/archived-queue-list.js'
import { type Archived, type ArchiveServices, NO_ARCHIVE, orArchived } from '../../archive/or-archived.js'
import { checkWindow } from '../../fleet/routes/time-range.js'
import { type OperationContext, operationsWith } from '../../http/operation.js'
import { pageOf, pagingParameters, partOf } from '../../http/paging.js'
import { choiceParameter, textParameter, timeParameter, type Values } from '../../http/query.js'
import { json } from '../../http/responses.js'
import { fromStore, UNAVAILABLE } from '../../store/from-store.js'
import { QUEUE_SEGMENT } from '../answers.js'
import { namesOf } from '../monitor/identity.js'
import { operation, type QueueServices } from '../operation.js'

/** What the list needs for times that only the archive has. */
export type QueueListServices = QueueServices & Pick<ArchiveServices, 'archive'>

const parameters = {
  service: textParameter('Only queues that this service reports.'),
  driver: choiceParameter(QUEUE_DRIVERS, 'Only queues of this driver.'),
  text: textParameter('Only queues whose name or place contains this text, ignoring case.'),
  period: choiceParameter(PERIODS, 'Length of the period; more than `1h` needs an archive.'),
  from: timeParameter('Start of a window that replaces the period, Unix ms. Requires `to`, and an archive.'),
  to: timeParameter('End of that window, Unix ms: after `from`, and at most 400 days later.'),
  ...pagingParameters(),
}

const { operation: listOperation } = operationsWith<QueueListServices>()

export const queues = listOperation({
  path: '/api/queues',
  summary: 'List queues; those that need attention come first',
  description:
    'Without a time, and with a `period` of at most an hour, as they are now. With a longer `period`, or with `from` and `to`, as the archive has them: the highest backlog of the time first, also queues that are not known any more. `past` then says which time it is, `metrics` are those at its end, `oldestMs` is the longest wait, `throughput` and `samples` are means, and `attention` is empty.',
  parameters,
  check: checkWindow,
  answers: {
    200: { description: 'A page of queues.', schema: QueueListing },
    409: NO_ARCHIVE,
    503: UNAVAILABLE,
  },
  handle: orArchived(
    fromStore((overview, { query }) => {
      const { service } = query
      const isMeant = queueTest(query)
      const matching = overview.queues.filter(
        (queue) => (service === null || queue.services.includes(service)) && isMeant(queue),
      )
      return pageOf(matching, query)
    }),
    pastQueues,
    // The store has the past of single queues only.
    (range, now) => range.window !== null || needsArchive(range, now),
  ),
})

async function pastQueues(
  { archive, range, span }: Archived,
  { query, services: { monitor } }: OperationContext<typeof parameters, QueueListServices>,
): Promise<QueueListing> {
  // Which of them are known now: an archive answers even while the store does not.
  await monitor.fresh()
  const { service, offset, limit } = query
  const found = await archivedQueues(archive, range, span.now, { isMeant: queueTest(query), service })
  const views = found.views(offset, limit, (queue) => {
    const { byServer, byPlace } = namesOf(queue)
    return (byServer === null ? null : monitor.queues.view(byServer)) ?? monitor.queues.view(byPlace)
  })
  return { total: found.total, items: [...partOf(views)], ...(found.isPartial && { partial: true }) }
}

function queueTest({ driver, text }: Pick<Values<typeof parameters>, 'driver' | 'text'>) {
  const wanted = text?.toLowerCase() ?? ''
  return (queue: Pick<QueueView, 'name' | 'driver' | 'place'>) =>
    (driver === null || queue.driver === driver) &&
    (wanted === '' || `${queue.name}\n${queue.place ?? ''}`.toLowerCase().includes(wanted))
}

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
