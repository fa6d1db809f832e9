import { Problem } from '../../../api/problem.js'
import { QueueRuns } from '../../../api/queue-runs.js'
import { PERIODS } from '../../../api/words.js'
import { operationsWith } from '../../http/operation.js'
import { textParameter, wordParameter } from '../../http/query.js'
import { QUEUE_SEGMENT } from '../../queues/answers.js'
import type { QueueServices } from '../../queues/operation.js'
import { fromStore, UNAVAILABLE } from '../../store/from-store.js'
import type { QueueJobRuns } from './job-runs.js'

/** What routes about the runs of jobs need. */
export interface RunServices extends QueueServices {
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
    period: wordParameter(PERIODS, '15m', 'Length of the period.'),
    name: textParameter('Only jobs of this name in `points`.'),
  },
  answers: {
    200: { description: 'The runs.', schema: QueueRuns },
    404: { description: 'The queue does not exist.', schema: Problem },
    503: UNAVAILABLE,
  },
  handle: fromStore(async (_overview, { segments, query, services: { queues, runs } }) => {
    const { key } = await queues.view(segments.queue ?? '')
    return runs.view(key, query.period, query.name)
  }),
})
