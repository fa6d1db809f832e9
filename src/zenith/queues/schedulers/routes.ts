import { SchedulerChange } from '../../../api/changes.js'
import { SchedulerChanged } from '../../../api/jobs.js'
import type { QueueName } from '../../../api/permissions.js'
import { SchedulerListing } from '../../../api/schedulers.js'
import { MAX_KEY_CHARS, readReference } from '../../../protocol/index.js'

import { operationsWith } from '../../http/operation.js'
import { textParameter } from '../../http/query.js'
import { json } from '../../http/responses.js'
import { QUEUE_ANSWERS } from '../answers.js'
import type { QueueServices } from '../operation.js'
import type { Schedulers } from './schedulers.js'

/** What routes about schedulers need. */
export interface SchedulerServices extends QueueServices {
  readonly schedulers: Pick<Schedulers, 'list' | 'do'>
}

const { operation, change } = operationsWith<SchedulerServices>()

/** A template may be large. */
const MAX_BYTES = 1024 * 1024

export const schedulers = operation({
  path: '/api/schedulers',
  summary: 'List schedulers of all queues or of one',
  parameters: {
    queue: textParameter(
      "Only schedulers of this queue: the queue's `key`, plain or encoded as in paths.",
      MAX_KEY_CHARS,
    ),
  },
  answers: { 200: { description: 'The schedulers.', schema: SchedulerListing }, ...QUEUE_ANSWERS },
  async handle({ query, principal, services }) {
    const payloads = (at: QueueName) => services.policy.can(principal, 'queue.payloads', { queue: at })
    const queue = query.queue === null ? null : (readReference(query.queue) ?? query.queue)
    return json(200, await services.schedulers.list(queue, payloads))
  },
})

export const schedulerActions = change({
  path: '/api/schedulers',
  summary: 'Run, pause, resume, save or remove a scheduler',
  description: '`save` and `remove` require the role admin, the other actions the role operator.',
  parameters: {},
  permission: ({ action }) => `scheduler.${action}`,
  queues: ({ queue }) => [queue],
  body: SchedulerChange,
  maxBytes: MAX_BYTES,
  answers: {
    200: {
      description: 'The action is done.',
      schema: SchedulerChanged,
    },
    ...QUEUE_ANSWERS,
  },
  async handle({ body, principal, services }) {
    const { queue, action, id } = body
    const definition = action === 'save' ? body.definition : null
    return json(200, { job: await services.schedulers.do(principal, { queue, action, id, definition }) })
  },
})
