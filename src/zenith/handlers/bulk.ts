import { JOB_ACTIONS, JOB_STATES, type JobAction, type JobSelection, MAX_ID_CHARS } from '../../protocol/index.js'
import { type Role, suffices } from '../auth/roles.js'
import { bodyOf, type Field, listField, objectField, optionalField, textField, Unfit, wordField } from '../body.js'
import { listing, ref } from '../openapi/components.js'
import { type Answer, type Change, change, operation } from '../operation.js'
import { pageOf, pagingParameters } from '../paging.js'
import { choiceParameter } from '../query.js'
import { forbidden, json } from '../responses.js'
import { UNAVAILABLE } from './from-store.js'

/** Jobs that are chosen one by one are looked up one by one. */
const MAX_IDS = 1_000
const MAX_QUEUES = 200
const MAX_BODY_BYTES = 1024 * 1024

const NOT_FOUND: Answer = { description: 'There is no such operation, or no such queue.', schema: ref('Problem') }
const NOT_DONE: Answer = { description: 'It is not possible; the message says why.', schema: ref('Problem') }
const ONE: Answer = { description: 'The operation.', schema: ref('BulkOperation') }
const SEGMENTS = { id: 'Its id.' }

const fields = objectField(
  {
    queues: listField(textField('Key of a queue.', MAX_ID_CHARS), 1, MAX_QUEUES, 'Where the jobs are.'),
    state: wordField(JOB_STATES, 'In which state they are.'),
    ids: optionalField(
      listField(textField('Id of a job.', MAX_ID_CHARS), 1, MAX_IDS, 'These alone; null: all that match.'),
    ),
    name: optionalField(textField('Jobs of this name alone.', MAX_ID_CHARS)),
    fingerprint: optionalField(textField('Whose error has this fingerprint.')),
    text: optionalField(textField('What id, name or error contains, in any case.')),
  },
  'Which jobs it is about.',
)

const selectionField: Field<JobSelection> = {
  schema: fields.schema,
  read(value, name) {
    const selection = fields.read(value, name)
    if (selection.ids === null || selection.queues.length === 1) return selection
    throw new Unfit(`\`${name}.ids\` takes jobs of one queue: \`${name}.queues\` has ${selection.queues.length}.`)
  },
}

export const bulkOperations = operation({
  path: '/api/bulk',
  summary: 'What is done, or was done of late, with many jobs at once, newest first',
  description: 'At most the last 20 operations of the last 24 hours.',
  parameters: pagingParameters(),
  answers: { 200: { description: 'A part of them.', schema: listing('BulkOperation') }, 503: UNAVAILABLE },
  handle: async ({ query, services }) => json(200, pageOf(await services.bulk.list(), query)),
})

export const bulkOperation = operation({
  path: '/api/bulk/{id}',
  summary: 'One of them',
  segments: SEGMENTS,
  parameters: {},
  answers: { 200: ONE, 404: NOT_FOUND, 503: UNAVAILABLE },
  handle: async ({ segments, services }) => json(200, await services.bulk.get(segments.id ?? '')),
})

export const bulkResults = operation({
  path: '/api/bulk/{id}/results',
  summary: 'What became of each of its jobs, in the order in which they were chosen',
  description: 'Only the Zenith that ran it has them.',
  segments: SEGMENTS,
  parameters: {
    ok: choiceParameter(['true', 'false'], 'Those alone with which it was done, or those with which it was not.'),
    ...pagingParameters(),
  },
  answers: {
    200: { description: 'A part of them.', schema: listing('BulkResult') },
    404: NOT_FOUND,
    409: NOT_DONE,
    503: UNAVAILABLE,
  },
  async handle({ segments, query, services }) {
    const ok = query.ok === null ? null : query.ok === 'true'
    return json(200, await services.bulk.results(segments.id ?? '', ok, query.offset, query.limit))
  },
})

export const createBulk = change({
  path: '/api/bulk',
  summary: 'Lists the jobs that something is to be done with, and does nothing yet',
  parameters: {},
  needs: 'operator',
  needsFor: ({ action }) => roleFor(action),
  body: bodyOf(
    { action: wordField(JOB_ACTIONS, 'What is done with them.'), selection: selectionField },
    MAX_BODY_BYTES,
  ),
  answers: {
    201: { description: 'The operation, whose jobs are being counted.', schema: ref('BulkOperation') },
    404: NOT_FOUND,
    409: NOT_DONE,
    503: UNAVAILABLE,
  },
  async handle({ visitor, body: { action, selection }, services }) {
    return json(201, await services.bulk.create(visitor, action, selection))
  },
})

export const startBulk = change({
  path: '/api/bulk/{id}/start',
  summary: 'Does it, in the background',
  segments: SEGMENTS,
  parameters: {},
  needs: 'operator',
  body: bodyOf({}),
  answers: { 200: ONE, 404: NOT_FOUND, 409: NOT_DONE, 503: UNAVAILABLE },
  handle: (asked) => whoMay(asked, (id) => asked.services.bulk.start(asked.visitor, id)),
})

export const cancelBulk = change({
  path: '/api/bulk/{id}/cancel',
  summary: 'Ends it before its time; what is done stays done',
  segments: SEGMENTS,
  parameters: {},
  needs: 'operator',
  body: bodyOf({}),
  answers: { 200: ONE, 404: NOT_FOUND, 409: NOT_DONE, 503: UNAVAILABLE },
  handle: (asked) => whoMay(asked, (id) => asked.services.bulk.cancel(asked.visitor, id)),
})

/** Removing takes more than the rest, whoever listed the jobs. */
function roleFor(action: JobAction): Role {
  return action === 'remove' ? 'admin' : 'operator'
}

type Asked = Change<unknown, Record<never, never>>

async function whoMay({ segments, services, visitor }: Asked, work: (id: string) => Promise<unknown>) {
  const { id, action } = await services.bulk.get(segments.id ?? '')
  const needs = roleFor(action)
  return suffices(visitor.role, needs) ? json(200, await work(id)) : forbidden(needs)
}
