import { actionsOn, type JobAction, type QueueAction } from '../../../api/actions.js'
import type { QueueView } from '../../../api/queues.js'
import type { Session } from '../../../api/session.js'
import type { JobPlace } from '../../../protocol/jobs.js'
import type { QueueCapability } from '../../../protocol/queues.js'
import { can } from '../../api/session.js'
import { count, plural } from '../../ui/format.js'
import { stateWord } from './queues.js'

interface Doing extends Pick<QueueView, 'key' | 'name'> {
  actions: readonly QueueCapability[]
  readOnly: boolean
}

/** Whether something is offered: the queue's system can do it, this Zenith may, and so may who looks. */
export function offers(
  { key, name, actions, readOnly }: Doing,
  action: JobAction | QueueAction,
  session: Session | null,
): boolean {
  // Whatever can be paused can be resumed.
  const capability = action === 'resume' ? 'pause' : action
  return !readOnly && actions.includes(capability) && can(session, `queue.${action}`, { key, name })
}

/** What may be done with jobs of a state. */
export function jobActions(
  queue: Doing & Pick<QueueView, 'driver'>,
  state: JobPlace,
  session: Session | null,
): readonly JobAction[] {
  return actionsOn(queue.driver, state).filter((action) => offers(queue, action, session))
}

export const ACTION_NAMES: Readonly<Record<JobAction, string>> = {
  retry: 'Retry',
  promote: 'Start now',
  remove: 'Remove',
}

const DONE: Readonly<Record<JobAction, string>> = { retry: 'retried', promote: 'started', remove: 'removed' }

/** `Retry 118 failed jobs of mail` @param of the queue's name, or several */
export function actionTitle(action: JobAction, amount: number, state: JobPlace, of: string): string {
  return `${ACTION_NAMES[action]} ${plural(amount, `${stateWord(state)} job`)} of ${of}`
}

/** What it means, for who is about to do it. */
export function consequence(action: JobAction, amount: number): string {
  const they = amount === 1 ? 'It' : 'They'
  if (action === 'retry') return `${they} will run again from the start, on the queue’s own workers.`
  if (action === 'promote')
    return `${they} will run now instead of at ${amount === 1 ? 'its' : 'their'} scheduled time.`
  return `${they} will be removed, with data, result and logs. You can’t undo this.`
}

/** `118 of 120 retried` */
export function doneWords(action: JobAction, done: number, total: number): string {
  const word = DONE[action]
  if (done === total) return `${plural(total, 'job')} ${word}`
  return `${count(done)} of ${plural(total, 'job')} ${word}`
}
