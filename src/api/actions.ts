import type { JobPlace } from '../protocol/jobs.js'
import type { QueueDriver } from '../protocol/queues.js'

/** Actions on jobs, one by one or in bulk. */
export const JOB_ACTIONS = ['retry', 'promote', 'remove'] as const
export type JobAction = (typeof JOB_ACTIONS)[number]

/** Actions on a queue as a whole. */
export const QUEUE_ACTIONS = ['pause', 'resume', 'clean', 'empty', 'add', 'duplicate'] as const
export type QueueAction = (typeof QUEUE_ACTIONS)[number]

/** Actions on a scheduler. */
export const SCHEDULER_ACTIONS = ['run', 'pause', 'resume', 'save', 'remove'] as const
export type SchedulerAction = (typeof SCHEDULER_ACTIONS)[number]

/** Actions on a node. */
export const NODE_ACTIONS = ['forget'] as const
export type NodeAction = (typeof NODE_ACTIONS)[number]

/** The states in which each action accepts a job. */
const STATES: Readonly<Record<JobAction, readonly JobPlace[]>> = {
  retry: ['failed', 'completed'],
  promote: ['delayed'],
  remove: ['waiting', 'prioritized', 'delayed', 'waitingChildren', 'completed', 'failed', 'stuck'],
}

/** Systems that can retry a completed job. */
const RETRY_COMPLETED: ReadonlySet<QueueDriver> = new Set(['bullmq'])

/** Whether an action accepts jobs of a state, in any system. */
export function takesState(action: JobAction, state: JobPlace): boolean {
  return STATES[action].includes(state)
}

/** Actions on jobs of a state in the queues of a system. */
export function actionsOn(driver: QueueDriver, state: JobPlace): readonly JobAction[] {
  const isExcluded = (action: JobAction) => action === 'retry' && state === 'completed' && !RETRY_COMPLETED.has(driver)
  return JOB_ACTIONS.filter((action) => takesState(action, state) && !isExcluded(action))
}
