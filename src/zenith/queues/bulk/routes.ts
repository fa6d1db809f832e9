import { BulkListing, BulkOperation, BulkResultListing } from '../../../api/bulk.js'
import { BulkPlan, BulkStep, Nothing } from '../../../api/changes.js'
import { Problem } from '../../../api/problem.js'
import { bulkConfirmation } from '../../../api/safety.js'
import { type Answer, type ChangeContext, operationsWith, refusalAt } from '../../http/operation.js'
import { pageOf, pagingParameters, partOf } from '../../http/paging.js'
import { choiceParameter } from '../../http/query.js'
import { json } from '../../http/responses.js'
import { UNAVAILABLE } from '../../store/from-store.js'
import { TOO_MANY } from '../answers.js'
import type { QueueServices } from '../operation.js'
import type { BulkOperations } from './bulk.js'

/** Services of the routes for bulk operations. */
export interface BulkServices extends QueueServices {
  readonly bulk: Omit<BulkOperations, 'close'>
}

const { operation, change } = operationsWith<BulkServices>()

const MAX_BODY_BYTES = 1024 * 1024

const NOT_FOUND: Answer = { description: 'The operation or the queue does not exist.', schema: Problem }
const NOT_DONE: Answer = {
  description:
    'The action is not possible; the message gives the reason. `read_only`, `frozen`: nothing of the apps may be changed, or not now; `confirmation_needed`, `confirmation_wrong`: in production `confirm` is missing, or has another text.',
  schema: Problem,
}
const ONE: Answer = { description: 'The operation.', schema: BulkOperation }
const SEGMENTS = { id: 'Id of the operation.' }

export const bulkOperations = operation({
  path: '/api/bulk',
  summary: 'List running and recent bulk operations, newest first',
  description: 'Returns at most the last 20 operations of the last 24 hours.',
  parameters: pagingParameters(),
  answers: { 200: { description: 'A page of operations.', schema: BulkListing }, 503: UNAVAILABLE },
  async handle({ query, services }) {
    const { operations, leftOut } = await services.bulk.list()
    return json(200, { ...pageOf(operations, query), ...(leftOut > 0 && { leftOut }) })
  },
})

export const bulkOperation = operation({
  path: '/api/bulk/{id}',
  summary: 'Get a bulk operation',
  segments: SEGMENTS,
  parameters: {},
  answers: { 200: ONE, 404: NOT_FOUND, 503: UNAVAILABLE },
  handle: async ({ segments, services }) => json(200, await services.bulk.get(segments.id ?? '')),
})

export const bulkResults = operation({
  path: '/api/bulk/{id}/results',
  summary: 'List the outcome for each job, in the order of the selection',
  description:
    'Every Zenith of the store has them, while the operation runs, too: an outcome that is not known may belong to the call that is under way. ' +
    'The store keeps the lists of the newest operations, 300,000 jobs together.',
  segments: SEGMENTS,
  parameters: {
    ok: choiceParameter(['true', 'false'], '`true`: only jobs that are done; `false`: only jobs that are not.'),
    ...pagingParameters(),
  },
  answers: {
    200: { description: 'A page of outcomes.', schema: BulkResultListing },
    404: NOT_FOUND,
    409: NOT_DONE,
    503: UNAVAILABLE,
  },
  async handle({ segments, query, services }) {
    const ok = query.ok === null ? null : query.ok === 'true'
    const { total, items } = await services.bulk.results(segments.id ?? '', ok, query.offset, query.limit)
    return json(200, { total, items: partOf(items) })
  },
})

export const createBulk = change({
  path: '/api/bulk',
  summary: 'Create a bulk operation: lists its jobs and changes nothing yet',
  parameters: {},
  permission: ({ action }) => `queue.${action}`,
  queues: ({ selection }) => selection.queues,
  // It lists jobs and changes none.
  isChange: () => false,
  body: BulkPlan,
  maxBytes: MAX_BODY_BYTES,
  answers: {
    201: { description: 'The operation, which is counting its jobs.', schema: BulkOperation },
    404: NOT_FOUND,
    409: NOT_DONE,
    429: TOO_MANY,
    503: UNAVAILABLE,
  },
  async handle({ principal, body: { action, selection }, services }) {
    return json(201, await services.bulk.create(principal, action, selection))
  },
})

const STEP = {
  segments: SEGMENTS,
  parameters: {},
  permission: null,
  answers: { 200: ONE, 404: NOT_FOUND, 409: NOT_DONE, 503: UNAVAILABLE },
} as const

type StepContext<B> = ChangeContext<B, Record<never, never>, BulkServices>

/** A step after which jobs are changed: where nothing may be changed, and in production without a confirmation, it is refused. */
function goOn(step: 'start' | 'resume', words: { summary: string; description?: string }) {
  return change({
    path: `/api/bulk/{id}/${step}`,
    ...{ ...words, ...STEP, body: BulkStep },
    handle: (context: StepContext<BulkStep>) =>
      whoMay(context, async (operation) => {
        const { principal, services, body } = context
        await services.safety.refuseChange(`queue.${operation.action}`)
        await confirmed(operation, body, services)
        return services.bulk[step](principal, operation.id)
      }),
  })
}

export const startBulk = goOn('start', {
  summary: 'Start a bulk operation in the background',
  description: 'Any Zenith of the store that is connected to the queues can start it.',
})

export const resumeBulk = goOn('resume', {
  summary: 'Resume an interrupted or failed bulk operation in the background',
  description: 'Any Zenith of the store that is connected to the queues can resume it.',
})

/** Changes nothing: it is possible during a freeze, too. */
export const cancelBulk = change({
  path: '/api/bulk/{id}/cancel',
  summary: 'Cancel a bulk operation; jobs that are done stay done',
  description:
    'Any Zenith of the store can cancel it: the one that runs it ends it within a second, and after the call that is under way.',
  ...{ ...STEP, body: Nothing },
  handle: (context: StepContext<unknown>) =>
    whoMay(context, ({ id }) => context.services.bulk.cancel(context.principal, id)),
})

/** Checks the permission for the operation's action in each of its queues: another user may have created it. */
async function whoMay(context: StepContext<unknown>, work: (operation: BulkOperation) => Promise<unknown>) {
  const operation = await context.services.bulk.get(context.segments.id ?? '')
  const { action, selection } = operation
  return (await refusalAt(selection.queues, `queue.${action}`, context)) ?? json(200, await work(operation))
}

/** The rest of an operation is removed for good as well, and another user may resume it: both steps take the same. */
async function confirmed(
  { action, selection, eligible }: BulkOperation,
  { confirm }: BulkStep,
  { safety, queueNamed }: BulkServices,
): Promise<void> {
  if (action !== 'remove') return
  const nameOf = async (key: string) => (await queueNamed(key)).name
  await safety.confirm('queue.remove', {
    ...{ jobs: eligible, given: confirm },
    wanted: async () => bulkConfirmation(await Promise.all([...new Set(selection.queues)].map(nameOf)), eligible),
  })
}
