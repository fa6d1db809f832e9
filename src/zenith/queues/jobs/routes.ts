import { JobFlow, JobListing, JobLogs, JobSearch, JobView } from '../../../api/jobs.js'
import type { QueueName } from '../../../api/permissions.js'
import { stateInWords } from '../../../api/words.js'
import { JOB_STATES, type JobState } from '../../../protocol/index.js'
import { MaskBudget } from '../../../redaction/budget.js'
import { ApiError } from '../../http/api-error.js'
import { operationsWith } from '../../http/operation.js'
import { choiceParameter, required, textParameter, wholeParameter, wordParameter } from '../../http/query.js'
import type { RequestContext } from '../../http/request-context.js'
import { json } from '../../http/responses.js'
import { JOB_SEGMENTS, QUEUE_ANSWERS, QUEUE_SEGMENT, TOO_MANY } from '../answers.js'
import type { ConnectedQueue } from '../directory.js'
import type { QueueServices } from '../operation.js'
import type { Queues } from '../queues.js'
import { askSource } from '../read-source.js'
import { fitting, flowView, jobView, listingView, logView, summaryView } from './job-view.js'
import { searchAll, searchSummaries } from './search.js'
import { type SearchSlots, searcherOf } from './search-slots.js'

/** What routes about jobs need. */
export interface JobServices extends QueueServices {
  readonly searches: SearchSlots
}

const { operation } = operationsWith<JobServices>()

const state = required(choiceParameter(JOB_STATES, 'State of the jobs.'))
const offset = wholeParameter(0, 999_999_999, 0, 'Number of items to skip.')

export const jobs = operation({
  path: '/api/queues/{queue}/jobs',
  summary: 'List the jobs in one state, without payloads',
  description: 'A response has less than 100 KB: errors are truncated, and very long ids reduce the number of jobs.',
  segments: QUEUE_SEGMENT,
  parameters: {
    state,
    order: wordParameter(['newest', 'oldest'], 'newest', 'Sort by the order in which jobs start or ended.'),
    limit: wholeParameter(1, 200, 50, 'Maximum number of jobs.'),
    offset,
  },
  answers: { 200: { description: 'A page of jobs.', schema: JobListing }, ...QUEUE_ANSWERS },
  async handle({ query, segments, services: { queues } }) {
    const queue = await queues.able(segments.queue ?? '', 'list')
    await checkState(queues, queue, query.state)
    return json(200, listingView(await askSource(() => queue.source.jobs?.(queue.address, query))))
  },
})

export const search = operation({
  path: '/api/queues/{queue}/search',
  summary: 'Search the jobs in one state by id, name, error or payload',
  description:
    'Stops after 100 matches, 10 000 jobs or five seconds, and reports it: `next` is the offset for the next request. Payloads are searched only with permission to see them.',
  segments: QUEUE_SEGMENT,
  parameters: { state, offset, text: required(textParameter('Text to search for, ignoring case.')) },
  answers: { 200: { description: 'Matching jobs.', schema: JobSearch }, ...QUEUE_ANSWERS, 429: TOO_MANY },
  async handle(context) {
    const { query, segments, services } = context
    const sees = seesPayloads(context, await services.queues.view(segments.queue ?? ''))
    const queue = await services.queues.able(segments.queue ?? '', sees ? 'search' : 'list')
    await checkState(services.queues, queue, query.state)
    const look = sees ? searchAll : searchSummaries
    const { signal } = context.request
    const who = searcherOf(context.principal, context.origin)
    const found = await services.searches.run(who, signal, () => look(queue, { ...query, signal }))
    return json(200, { ...found, jobs: fitting(found.jobs.map(summaryView)) })
  },
})

export const job = operation({
  path: '/api/queues/{queue}/jobs/{job}',
  summary: 'Get a job; secrets in its payload are masked by name and shape',
  segments: JOB_SEGMENTS,
  parameters: {
    full: wordParameter(
      ['true', 'false'],
      'false',
      'Whether to return the whole payload if it is longer than 20 000 characters.',
    ),
  },
  answers: { 200: { description: 'The job.', schema: JobView }, ...QUEUE_ANSWERS },
  async handle(context) {
    const { query, segments, services } = context
    const queue = await services.queues.able(segments.queue ?? '', 'get')
    const found = await askSource(() => queue.source.job?.(queue.address, segments.job ?? ''))
    if (!found) throw noJob()
    const showing = { payloads: seesPayloads(context, queue), full: query.full === 'true' }
    return json(200, jobView(found, showing, queue.readOnly ? [] : queue.source.capabilities))
  },
})

export const logs = operation({
  path: '/api/queues/{queue}/jobs/{job}/logs',
  summary: 'List the log lines of a job, oldest first',
  segments: JOB_SEGMENTS,
  parameters: { limit: wholeParameter(1, 1_000, 100, 'Maximum number of lines.'), offset },
  answers: { 200: { description: 'A page of log lines.', schema: JobLogs }, ...QUEUE_ANSWERS },
  async handle({ query, segments, services: { queues } }) {
    const queue = await queues.able(segments.queue ?? '', 'logs')
    const found = await askSource(() => queue.source.logs?.(queue.address, segments.job ?? '', query))
    const budget = new MaskBudget()
    return json(200, { ...found, lines: found.lines.map((line) => logView(line, budget)) })
  },
})

export const flow = operation({
  path: '/api/queues/{queue}/jobs/{job}/flow',
  summary: 'Get the flow of a job',
  segments: JOB_SEGMENTS,
  parameters: {},
  answers: { 200: { description: 'The tree of jobs, from its root.', schema: JobFlow }, ...QUEUE_ANSWERS },
  async handle({ segments, services: { queues } }) {
    const queue = await queues.able(segments.queue ?? '', 'flow')
    const found = await askSource(() => queue.source.flow?.(queue.address, segments.job ?? ''))
    if (!found) throw noJob()
    return json(200, flowView(found))
  },
})

function noJob(): ApiError {
  return new ApiError('not_found', 'There is no such job in this queue any more.')
}

/** Whether the principal may see the payloads of a queue. */
export function seesPayloads({ principal, services }: RequestContext<JobServices>, queue: QueueName): boolean {
  return services.policy.can(principal, 'queue.payloads', { queue })
}

async function checkState(queues: Queues, { key }: ConnectedQueue, asked: JobState): Promise<void> {
  const { states, driver } = await queues.view(key)
  if (states.length === 0 || states.includes(asked)) return
  throw new ApiError(
    'not_supported',
    `A queue of ${driver} has no jobs that are ${stateInWords(asked)}; it has ${states.map(stateInWords).join(', ')}.`,
  )
}
