import { Problem } from '../../../api/problem.js'
import { QueueRuns } from '../../../api/queue-runs.js'
import { archivedRuns } from '../../archive/archived-runs.js'
import { type ArchiveServices, NO_ARCHIVE, orArchived } from '../../archive/or-archived.js'
import { operationsWith } from '../../http/operation.js'
import { textParameter } from '../../http/query.js'
import { QUEUE_SEGMENT } from '../../queues/answers.js'
import type { QueueServices } from '../../queues/operation.js'
import { fromStore, UNAVAILABLE } from '../../store/from-store.js'
import { checkWindow, rangeOf, rangeParameters } from '../routes/time-range.js'
import type { QueueJobRuns } from './job-runs.js'

/** What routes about the runs of jobs need. */
export interface RunServices extends QueueServices, Pick<ArchiveServices, 'archive'> {
  readonly runs: QueueJobRuns
}

const { operation } = operationsWith<RunServices>()

export const queueRuns = operation({
  path: '/api/queues/{queue}/runs',
  summary: 'Get run time, wait, throughput and failures of a queue’s jobs, by name and by the minute',
  description:
    'Of the workers that recorders follow: `monitorWorker`, `QuasarModule`, or a reporter in another language. A queue that no followed worker processes has no `services`.',
  segments: QUEUE_SEGMENT,
  parameters: {
    ...rangeParameters,
    name: textParameter('Only jobs of this name in `points`.'),
  },
  check: checkWindow,
  answers: {
    200: { description: 'The runs.', schema: QueueRuns },
    404: { description: 'The queue does not exist.', schema: Problem },
    409: NO_ARCHIVE,
    503: UNAVAILABLE,
  },
  handle: orArchived(
    fromStore(async (_overview, { segments, query, services: { queues, runs } }) => {
      const { key } = await queues.view(segments.queue ?? '')
      return runs.view(key, rangeOf(query), query.name)
    }),
    async ({ archive, span }, { segments, query, services: { queues, runs } }) => {
      const { key } = await queues.view(segments.queue ?? '')
      return { key, ...(await archivedRuns(archive, runs.workOf(key), span, query.name)) }
    },
  ),
})
