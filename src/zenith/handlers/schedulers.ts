import { type JobAddress, MAX_ID_CHARS, type SchedulerView } from '../../protocol/index.js'
import { suffices } from '../auth/roles.js'
import { actionBody, textField } from '../body.js'
import { ref } from '../openapi/components.js'
import { listOf, objectOf, orNull } from '../openapi/schema.js'
import { change, operation } from '../operation.js'
import { textParameter } from '../query.js'
import { json } from '../responses.js'
import { definitionField } from '../schedulers/definition-field.js'
import { QUEUE_ANSWERS } from './queue-answers.js'

/** A template may hold much. */
const MAX_BYTES = 1024 * 1024

const listed = objectOf<{ items: SchedulerView[]; failed: { key: string; error: string }[] }>('Schedulers.', {
  items: listOf(ref('SchedulerView'), 'Queue by queue.'),
  failed: listOf(ref('UnreadQueue'), 'Queues whose schedulers could not be read.'),
})

export const schedulers = operation({
  path: '/api/schedulers',
  summary: 'What makes jobs by a schedule, in all queues or in one',
  parameters: { queue: textParameter("Of one queue alone: the queue's `key`.", 1_000) },
  answers: { 200: { description: 'All of them.', schema: listed }, ...QUEUE_ANSWERS },
  async handle({ query, visitor, services }) {
    const payloads = suffices(visitor.role, services.queues.payloads)
    return json(200, await services.schedulers.list(query.queue, { payloads, full: false }))
  },
})

const one = {
  queue: textField("The queue's key.", MAX_ID_CHARS),
  id: textField("The scheduler's id.", MAX_ID_CHARS),
}

export const schedulerActions = change({
  path: '/api/schedulers',
  summary: 'Runs, pauses, resumes, saves or removes what makes jobs by a schedule',
  description: '`save` and `remove` take an admin, the others an operator.',
  parameters: {},
  needs: 'operator',
  needsFor: ({ action }) => (action === 'save' || action === 'remove' ? 'admin' : 'operator'),
  body: actionBody(
    { run: one, pause: one, resume: one, remove: one, save: { ...one, definition: definitionField } },
    MAX_BYTES,
  ),
  answers: {
    200: {
      description: 'It is done.',
      schema: objectOf<{ job: JobAddress | null }>('What came of it.', { job: orNull(ref('JobAddress')) }),
    },
    ...QUEUE_ANSWERS,
  },
  async handle({ body, visitor, services }) {
    const { queue, action, id } = body
    const definition = action === 'save' ? body.definition : null
    return json(200, { job: await services.schedulers.do(visitor, { queue, action, id, definition }) })
  },
})
