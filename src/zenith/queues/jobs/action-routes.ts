import { JobsChange } from '../../../api/changes.js'
import { type JobOutcome, JobsChanged } from '../../../api/jobs.js'
import { MAX_MESSAGE_CHARS } from '../../../protocol/index.js'
import { cut } from '../../../protocol/read.js'
import { json } from '../../http/responses.js'
import { QUEUE_ANSWERS, QUEUE_SEGMENT } from '../answers.js'
import { change } from '../operation.js'
import { askSource } from '../read-source.js'
import { outcomeView } from './job-view.js'

export const jobActions = change({
  path: '/api/queues/{queue}/jobs',
  summary: 'Retry, promote or remove jobs',
  description:
    '`retry` and `promote` require the role operator, `remove` the role admin. For more than 100 jobs use `/api/bulk`.',
  segments: QUEUE_SEGMENT,
  parameters: {},
  permission: ({ action }) => `queue.${action}`,
  body: JobsChange,
  maxBytes: 128 * 1024,
  answers: {
    200: {
      description: 'The outcome for each job.',
      schema: JobsChanged,
    },
    ...QUEUE_ANSWERS,
  },
  async handle({ body: { action, ids: given, confirm }, segments, principal, services: { queues, safety } }) {
    const ids = [...new Set(given)]
    const queue = await queues.changeable(segments.queue ?? '', action)
    if (action === 'remove')
      await safety.confirm('queue.remove', { jobs: ids.length, given: confirm, wanted: () => queue.name })
    const outcomes = await queues.act({
      by: principal,
      action,
      queue,
      target: targetOf(ids),
      perform: () => actOnSound(ids, (sound) => askSource(() => queue.source[action]?.(queue.address, sound), null)),
      tell: tellOutcomes,
    })
    queues.touch(queue)
    return json(200, { outcomes })
  },
})

/** Acts only on ids that jobs can have. An id with invalid UTF-8 would reach the job of another id. */
async function actOnSound(
  ids: readonly string[],
  act: (sound: readonly string[]) => Promise<readonly JobOutcome[]>,
): Promise<readonly JobOutcome[]> {
  const sound = ids.filter(isSound)
  const outcomes = [...(sound.length > 0 ? await act(sound) : [])]
  return ids.map((id) => outcomeView((isSound(id) ? outcomes.shift() : undefined) ?? { id, ok: false, reason: NO_ID }))
}

const NO_ID = 'is no id that a job can have'

function isSound(id: string): boolean {
  return id !== '' && Buffer.from(id).toString() === id
}

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
