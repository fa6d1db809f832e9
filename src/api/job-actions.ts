import type { JobPlace } from '../protocol/jobs.js'
import { JOB_ACTIONS, type JobAction } from '../protocol/queue-views.js'
import type { QueueDriver } from '../protocol/queues.js'

/** From which states each action takes a job. */
const STATES: Readonly<Record<JobAction, readonly JobPlace[]>> = {
  retry: ['failed', 'completed'],
  promote: ['delayed'],
  remove: ['waiting', 'prioritized', 'delayed', 'waitingChildren', 'completed', 'failed', 'stuck'],
}

/** Systems that run a completed job again. */
const RETRY_COMPLETED: ReadonlySet<QueueDriver> = new Set(['bullmq'])

/** Whether an action takes jobs of a state, in any system. */
export function takesState(action: JobAction, state: JobPlace): boolean {
  return STATES[action].includes(state)
}

/** What can be done with jobs of a state in the queues of a system. */
export function actionsOn(driver: QueueDriver, state: JobPlace): readonly JobAction[] {
  const isExcluded = (action: JobAction) => action === 'retry' && state === 'completed' && !RETRY_COMPLETED.has(driver)
  return JOB_ACTIONS.filter((action) => takesState(action, state) && !isExcluded(action))
}
