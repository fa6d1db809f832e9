import { JOB_STATES, type JobState } from '../../protocol/index.js'
import { suffices } from '../auth/roles.js'
import { ref } from '../openapi/components.js'
import { operation } from '../operation.js'
import { choiceParameter, required, textParameter, wholeParameter, wordParameter } from '../query.js'
import type { ConnectedQueue } from '../queues/directory.js'
import { fitting, flowView, jobView, listingView, logView, summaryView } from '../queues/job-view.js'
import type { Queues } from '../queues/queues.js'
import { askSource } from '../queues/read-source.js'
import { Refusal } from '../queues/refusal.js'
import { searchAll, searchSummaries } from '../queues/search.js'
import { json } from '../responses.js'
import type { Asked } from '../routes.js'
import { JOB_SEGMENTS, QUEUE_ANSWERS, QUEUE_SEGMENT } from './queue-answers.js'

const state = required(choiceParameter(JOB_STATES, 'In this state.'))
const offset = wholeParameter(0, 999_999_999, 0, 'How many to leave out at the beginning.')

export const jobs = operation({
  path: '/api/queues/{queue}/jobs',
  summary: 'A part of the jobs of one state, without their payloads',
  description:
    'An answer has less than 100 KB: errors are cut for it, and where ids are very long there are fewer jobs.',
  segments: QUEUE_SEGMENT,
  parameters: {
    state,
    order: wordParameter(['newest', 'oldest'], 'newest', 'By the order in which they are taken or ended.'),
    limit: wholeParameter(1, 200, 50, 'How many.'),
    offset,
  },
  answers: { 200: { description: 'A part of them.', schema: ref('JobListing') }, ...QUEUE_ANSWERS },
  async handle({ query, segments, services: { queues } }) {
    const queue = await queues.able(segments.queue ?? '', 'list')
    await checkState(queues, queue, query.state)
    return json(200, listingView(await askSource(() => queue.source.jobs?.(queue.address, query))))
  },
})

export const search = operation({
  path: '/api/queues/{queue}/search',
  summary: 'Jobs of one state with a text in their id, name, error or payload, within bounds',
  description:
    'Stops after 100 matches, 10 000 jobs or five seconds, and says so. Payloads are left out for those who may not see them.',
  segments: QUEUE_SEGMENT,
  parameters: { state, text: required(textParameter('What is looked for, in any case.')) },
  answers: { 200: { description: 'What was found.', schema: ref('JobSearch') }, ...QUEUE_ANSWERS },
  async handle(asked) {
    const { query, segments, services } = asked
    const sees = seesPayloads(asked)
    const queue = await services.queues.able(segments.queue ?? '', sees ? 'search' : 'list')
    await checkState(services.queues, queue, query.state)
    const found = await (sees ? searchAll : searchSummaries)(queue, query.state, query.text)
    return json(200, { ...found, jobs: fitting(found.jobs.map(summaryView)) })
  },
})

export const job = operation({
  path: '/api/queues/{queue}/jobs/{job}',
  summary: 'One job, its payload without what is secret by name or shape',
  segments: JOB_SEGMENTS,
  parameters: {
    full: wordParameter(['true', 'false'], 'false', 'All of a payload that is longer than 20 000 characters.'),
  },
  answers: { 200: { description: 'The job.', schema: ref('JobView') }, ...QUEUE_ANSWERS },
  async handle(asked) {
    const { query, segments, services } = asked
    const queue = await services.queues.able(segments.queue ?? '', 'get')
    const found = await askSource(() => queue.source.job?.(queue.address, segments.job ?? ''))
    if (!found) throw noJob()
    return json(200, jobView(found, { payloads: seesPayloads(asked), full: query.full === 'true' }))
  },
})

export const logs = operation({
  path: '/api/queues/{queue}/jobs/{job}/logs',
  summary: 'What a job wrote, oldest first',
  segments: JOB_SEGMENTS,
  parameters: { limit: wholeParameter(1, 1_000, 100, 'How many lines.'), offset },
  answers: { 200: { description: 'A part of the lines.', schema: ref('JobLogs') }, ...QUEUE_ANSWERS },
  async handle({ query, segments, services: { queues } }) {
    const queue = await queues.able(segments.queue ?? '', 'logs')
    const found = await askSource(() => queue.source.logs?.(queue.address, segments.job ?? '', query))
    return json(200, { ...found, lines: found.lines.map(logView) })
  },
})

export const flow = operation({
  path: '/api/queues/{queue}/jobs/{job}/flow',
  summary: 'The tree of jobs that a job belongs to',
  segments: JOB_SEGMENTS,
  parameters: {},
  answers: { 200: { description: 'The tree, from its root.', schema: ref('JobFlow') }, ...QUEUE_ANSWERS },
  async handle({ segments, services: { queues } }) {
    const queue = await queues.able(segments.queue ?? '', 'flow')
    const found = await askSource(() => queue.source.flow?.(queue.address, segments.job ?? ''))
    if (!found) throw noJob()
    return json(200, flowView(found))
  },
})

function noJob(): Refusal {
  return new Refusal('not_found', 'There is no such job in this queue any more.')
}

function seesPayloads({ visitor, services }: Asked): boolean {
  return suffices(visitor.role, services.queues.payloads)
}

async function checkState(queues: Queues, { key }: ConnectedQueue, asked: JobState): Promise<void> {
  const { states, driver } = await queues.view(key)
  if (states.length === 0 || states.includes(asked)) return
  throw new Refusal('not_supported', `A queue of ${driver} has no jobs that are ${asked}; it has ${states.join(', ')}.`)
}
