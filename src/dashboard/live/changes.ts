import { useMutation, useQueryClient } from '@tanstack/react-query'
import type {
  BulkOperation,
  JobAction,
  JobAddress,
  JobOutcome,
  JobSelection,
  JobState,
  NewJob,
  SchedulerAction,
  SchedulerDefinition,
} from '../../protocol/index.js'
import { bulkPath } from './activity-api.js'
import { postJson } from './fetch-json.js'
import { queuePath } from './queues-api.js'
import { useSession } from './session.js'

/** What the page has Zenith do. Whatever it was, what the page knows of queues is asked for again afterwards. */

interface Change {
  path: string
  body: object
  /** What an answer to it has. */
  has: string
}

function useChange<Asked, Answer>(changeOf: (asked: Asked) => Change) {
  const token = useSession()?.token ?? ''
  const client = useQueryClient()
  return useMutation({
    networkMode: 'always',
    mutationFn: (asked: Asked) => {
      const { path, body, has } = changeOf(asked)
      return postJson<Answer>(path, body, token, (answer) => has in answer)
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
  | { action: 'clean'; state: JobState; olderThanMs: number; limit: number }
  | { action: 'empty' }
  | { action: 'add'; job: NewJob }
  | { action: 'duplicate'; id: string }

/** What came of it: how many were removed, or which job was added. */
export interface QueueChanged {
  ok?: boolean
  removed?: number
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
  return useChange<{ id: string; step: 'start' | 'cancel' }, BulkOperation>(({ id, step }) => ({
    path: `${bulkPath(id)}/${step}`,
    body: {},
    has: 'phase',
  }))
}

export interface SchedulerChange {
  queue: string
  action: SchedulerAction
  id: string
  definition?: SchedulerDefinition
}

export function useSchedulerChange() {
  return useChange<SchedulerChange, { job: JobAddress | null }>((body) => ({
    path: 'api/schedulers',
    body,
    has: 'job',
  }))
}
