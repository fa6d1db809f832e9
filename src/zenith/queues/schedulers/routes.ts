import {
  type JobAddress,
  MAX_ID_CHARS,
  MAX_KEY_CHARS,
  readReference,
  type SchedulerListing,
} from '../../../protocol/index.js'

import { actionBody, textField } from '../../http/body.js'
import { change, operation } from '../../http/operation.js'
import { textParameter } from '../../http/query.js'
import { json } from '../../http/responses.js'
import { ref } from '../../openapi/components.js'
import { count, listOf, objectOf, orNull, text, withOptional } from '../../openapi/schema.js'
import { QUEUE_ANSWERS } from '../answers.js'
import { definitionField } from './definition-field.js'

/** A template may hold much. */
const MAX_BYTES = 1024 * 1024

const listed = withOptional(
  {
    untrusted: listOf(ref('UntrustedDocument'), 'Documents of paused schedulers with a missing or wrong signature.'),
    leftOut: count('Number of paused schedulers beyond the limits, which Zenith does not read.'),
  },
  objectOf<Omit<SchedulerListing, 'untrusted' | 'leftOut'>>('Schedulers.', {
    items: listOf(ref('SchedulerView'), 'Schedulers, by queue.'),
    partial: listOf(
      objectOf<SchedulerListing['partial'][number]>('A queue with more schedulers than listed.', {
        key: text('Key of the queue.'),
        looked: count('Number of listed schedulers.'),
        total: count('Number of all schedulers.'),
      }),
      'Queues with unlisted schedulers: at most the 10,000 schedulers of a queue that are due next are listed. Actions work on each by its id.',
    ),
    failed: listOf(ref('UnreadQueue'), 'Queues whose schedulers could not be read.'),
  }),
)

export const schedulers = operation({
  path: '/api/schedulers',
  summary: 'List schedulers of all queues or of one',
  parameters: {
    queue: textParameter(
      "Only schedulers of this queue: the queue's `key`, plain or encoded as in paths.",
      MAX_KEY_CHARS,
    ),
  },
  answers: { 200: { description: 'The schedulers.', schema: listed }, ...QUEUE_ANSWERS },
  async handle({ query, visitor, services }) {
    const payloads = services.policy.can(visitor, 'queue.payloads')
    const queue = query.queue === null ? null : (readReference(query.queue) ?? query.queue)
    return json(200, await services.schedulers.list(queue, { payloads, full: false }))
  },
})

const one = {
  queue: textField('Key of the queue.', MAX_KEY_CHARS),
  id: textField('Id of the scheduler.', MAX_ID_CHARS),
}

export const schedulerActions = change({
  path: '/api/schedulers',
  summary: 'Run, pause, resume, save or remove a scheduler',
  description: '`save` and `remove` require the role admin, the other actions the role operator.',
  parameters: {},
  permission: ({ action }) => `scheduler.${action}`,
  body: actionBody(
    { run: one, pause: one, resume: one, remove: one, save: { ...one, definition: definitionField } },
    MAX_BYTES,
  ),
  answers: {
    200: {
      description: 'The action is done.',
      schema: objectOf<{ job: JobAddress | null }>('The job that the action created, or null.', {
        job: orNull(ref('JobAddress')),
      }),
    },
    ...QUEUE_ANSWERS,
  },
  async handle({ body, visitor, services }) {
    const { queue, action, id } = body
    const definition = action === 'save' ? body.definition : null
    return json(200, { job: await services.schedulers.do(visitor, { queue, action, id, definition }) })
  },
})
