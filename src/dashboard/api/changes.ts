import { useMutation, useQueryClient } from '@tanstack/react-query'
import { BulkOperation } from '../../api/bulk.js'
import type {
  BulkPlan,
  JobsChangeInput,
  NodeChange,
  QueueChangeInput,
  SchedulerChangeInput,
} from '../../api/changes.js'
import { Done, JobAdded, JobsChanged, JobsRemoved, SchedulerChanged } from '../../api/jobs.js'
import { NodeForgotten } from '../../api/nodes.js'
import type { GenericSchema } from '../../api/schema.js'
import { bulkPath } from './activity-api.js'
import { AnswerError, postJson } from './fetch-json.js'
import { queuePath } from './queues-api.js'
import { SESSION_QUERY, useSession } from './session.js'

/** What the page has Zenith do. Whatever it was, what the page knows of queues is asked for again afterwards. */

interface Change<S extends GenericSchema> {
  path: string
  body: object
  /** Of the answer. */
  schema: S
}

/**
 * @param changeOf what to send for what is asked
 * @param also first words of the keys of what else may have changed
 */
export function useChange<Asked, S extends GenericSchema>(
  changeOf: (asked: Asked) => Change<S>,
  also: readonly string[] = [],
) {
  const session = useSession()
  const client = useQueryClient()
  const send = ({ path, body, schema }: Change<S>, token: string) => postJson(path, body, token, schema, { client })
  return useMutation({
    networkMode: 'always',
    mutationFn: async (asked: Asked) => {
      const change = changeOf(asked)
      try {
        return await send(change, session?.token ?? '')
      } catch (error) {
        if (!(error instanceof AnswerError) || error.code !== 'foreign') throw error
        // A Zenith that was started again knows no token from before: it was refused, and nothing was done.
        const fresh = await client.fetchQuery({ ...SESSION_QUERY, staleTime: 0 })
        return send(change, fresh.token ?? '')
      }
    },
    onSettled: () =>
      client.invalidateQueries({
        predicate: ({ queryKey: [first] }) => CHANGED.has(String(first)) || also.includes(String(first)),
      }),
  })
}

const CHANGED: ReadonlySet<string> = new Set(['queue', 'schedulers', 'failures', 'bulk', 'audit', 'alerts'])

export function useJobsChange(queue: string) {
  return useChange((body: JobsChangeInput) => ({ path: `${queuePath(queue)}/jobs`, body, schema: JobsChanged }))
}

/** What came of a change of a queue: how many jobs were removed, or which one was added. */
export type QueueAnswer = Partial<Done & JobsRemoved & JobAdded>

const ANSWER_OF = {
  pause: Done,
  resume: Done,
  clean: JobsRemoved,
  empty: JobsRemoved,
  add: JobAdded,
  duplicate: JobAdded,
} as const satisfies Readonly<Record<QueueChangeInput['action'], GenericSchema>>

export function useQueueChange(queue: string) {
  return useChange((body: QueueChangeInput) => ({
    path: `${queuePath(queue)}/actions`,
    body,
    schema: ANSWER_OF[body.action] as GenericSchema<unknown, QueueAnswer>,
  }))
}

/** Begins a dry run: nothing is done until it is started. */
export function useBulkPlan() {
  return useChange((body: BulkPlan) => ({ path: 'api/bulk', body, schema: BulkOperation }))
}

interface BulkStepAsked {
  id: string
  step: 'start' | 'resume' | 'cancel'
  /** Of a removal in production. */
  confirm?: string
}

export function useBulkStep() {
  return useChange(({ id, step, ...body }: BulkStepAsked) => ({
    path: `${bulkPath(id)}/${step}`,
    body,
    schema: BulkOperation,
  }))
}

export function useNodeChange() {
  return useChange((body: NodeChange) => ({ path: 'api/nodes', body, schema: NodeForgotten }))
}

export function useSchedulerChange() {
  return useChange((body: SchedulerChangeInput) => ({ path: 'api/schedulers', body, schema: SchedulerChanged }))
}
