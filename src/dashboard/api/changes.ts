import { useMutation, useQueryClient } from '@tanstack/react-query'
import type {
  BulkOperation,
  JobAction,
  JobAddress,
  JobOutcome,
  JobSelection,
  JobState,
  LookedAt,
  NewJob,
  SchedulerAction,
  SchedulerDefinition,
} from '../../protocol/index.js'
import { bulkPath } from './activity-api.js'
import { AnswerError, postJson } from './fetch-json.js'
import { queuePath } from './queues-api.js'
import { SESSION_QUERY, useSession } from './session.js'

/** What the page has Zenith do. Whatever it was, what the page knows of queues is asked for again afterwards. */

interface Change {
  path: string
  body: object
  /** What an answer to it has. */
  has: string
}

function useChange<Asked, Answer>(changeOf: (asked: Asked) => Change) {
  const session = useSession()
  const client = useQueryClient()
  const send = ({ path, body, has }: Change, token: string) =>
    postJson<Answer>(path, body, token, (answer) => has in answer)
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
    onSettled: () => client.invalidateQueries({ predicate: ({ queryKey: [first] }) => CHANGED.has(String(first)) }),
  })
}

const CHANGED: ReadonlySet<string> = new Set(['queue', 'schedulers', 'failures', 'bulk', 'audit'])

export interface JobsChange {
  action: JobAction
  /** 1 to 100 */
  ids: readonly string[]
}

export function useJobsChange(queue: string) {
  return useChange<JobsChange, { outcomes: readonly JobOutcome[] }>((body) => ({
    path: `${queuePath(queue)}/jobs`,
    body,
    has: 'outcomes',
  }))
}

export type QueueChange =
  | { action: 'pause' | 'resume' }
  | { action: 'clean'; state: JobState; olderThanMs: number; limit: number; cursor?: string | null }
  | { action: 'empty' }
  | { action: 'add'; job: NewJob }
  | { action: 'duplicate'; id: string }

/** What came of it: how many were removed, or which job was added. */
export interface QueueChanged {
  ok?: boolean
  removed?: number
  /** How far it looked, when that was not to the end; and where to go on. */
  partial?: LookedAt
  cursor?: string | null
  job?: JobAddress
}

const ANSWER_OF: Readonly<Record<QueueChange['action'], keyof QueueChanged>> = {
  pause: 'ok',
  resume: 'ok',
  clean: 'removed',
  empty: 'removed',
  add: 'job',
  duplicate: 'job',
}

export function useQueueChange(queue: string) {
  return useChange<QueueChange, QueueChanged>((body) => ({
    path: `${queuePath(queue)}/actions`,
    body,
    has: ANSWER_OF[body.action],
  }))
}

/** Begins a dry run: nothing is done until it is started. */
export function useBulkPlan() {
  return useChange<{ action: JobAction; selection: JobSelection }, BulkOperation>((body) => ({
    path: 'api/bulk',
    body,
    has: 'phase',
  }))
}

export function useBulkStep() {
  return useChange<{ id: string; step: 'start' | 'resume' | 'cancel' }, BulkOperation>(({ id, step }) => ({
    path: `${bulkPath(id)}/${step}`,
    body: {},
    has: 'phase',
  }))
}

export interface SchedulerChange {
  queue: string
  action: SchedulerAction
  id: string
  definition?: EditedDefinition
}

/** Data and options that are null stay as they are. */
export interface EditedDefinition extends Omit<SchedulerDefinition, 'id' | 'data' | 'options'> {
  data: string | null
  options: Readonly<Record<string, unknown>> | null
}

export function useSchedulerChange() {
  return useChange<SchedulerChange, { job: JobAddress | null }>((body) => ({
    path: 'api/schedulers',
    body,
    has: 'job',
  }))
}
