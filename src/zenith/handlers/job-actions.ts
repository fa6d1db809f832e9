import { JOB_ACTIONS, type JobOutcome, MAX_ID_CHARS, MAX_MESSAGE_CHARS } from '../../protocol/index.js'
import { cut } from '../../protocol/read.js'
import { bodyOf, listField, textField, wordField } from '../body.js'
import { ref } from '../openapi/components.js'
import { listOf, objectOf } from '../openapi/schema.js'
import { change } from '../operation.js'
import { askSource } from '../queues/read-source.js'
import { json } from '../responses.js'
import { QUEUE_ANSWERS, QUEUE_SEGMENT } from './queue-answers.js'

const MAX_AT_ONCE = 100

export const jobActions = change({
  path: '/api/queues/{queue}/jobs',
  summary: 'Retries, promotes or removes some jobs',
  description: '`retry` and `promote` take an operator, `remove` an admin. More jobs than 100: `/api/bulk`.',
  segments: QUEUE_SEGMENT,
  parameters: {},
  needs: 'operator',
  needsFor: ({ action }) => (action === 'remove' ? 'admin' : 'operator'),
  body: bodyOf(
    {
      action: wordField(JOB_ACTIONS, 'What is done.'),
      ids: listField(textField('A job.', MAX_ID_CHARS), 1, MAX_AT_ONCE, 'The jobs.'),
    },
    128 * 1024,
  ),
  answers: {
    200: {
      description: 'What became of each.',
      schema: objectOf<{ outcomes: unknown }>('One for each id.', { outcomes: listOf(ref('JobOutcome')) }),
    },
    ...QUEUE_ANSWERS,
  },
  async handle({ body: { action, ids: given }, segments, visitor, services: { queues } }) {
    const ids = [...new Set(given)]
    const queue = await queues.changeable(segments.queue ?? '', action)
    const outcomes = await queues.act({
      by: visitor,
      action,
      queue,
      target: targetOf(ids),
      perform: () => askSource(() => queue.source[action]?.(queue.address, ids), null),
      tell: tellOutcomes,
    })
    queues.touch(queue)
    return json(200, { outcomes })
  },
})

function targetOf(ids: readonly string[]): string {
  return cut(ids.length === 1 ? (ids[0] as string) : `${ids.length} jobs: ${ids.join(', ')}`, MAX_MESSAGE_CHARS)
}

/** `98 done, 2 not: is not failed` */
export function tellOutcomes(outcomes: readonly JobOutcome[]): { ok: boolean; detail: string } {
  const failed = outcomes.filter(({ ok }) => !ok)
  const reasons = [...new Set(failed.map(({ reason }) => reason ?? 'for a reason that nobody tells'))].slice(0, 3)
  const done = `${outcomes.length - failed.length} done`
  return {
    ok: failed.length === 0,
    detail: failed.length === 0 ? done : `${done}, ${failed.length} not: ${reasons.join('; ')}`,
  }
}
