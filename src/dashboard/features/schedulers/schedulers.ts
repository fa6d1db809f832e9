import type { SchedulerAction } from '../../../api/actions.js'
import type { SchedulerView } from '../../../api/schedulers.js'
import type { Session } from '../../../api/session.js'
import { can } from '../../api/session.js'
import { span, UNKNOWN } from '../../ui/format.js'

/** What of a scheduler's actions somebody may do, in the order to show them. */
export function schedulerActions(scheduler: SchedulerView, session: Session | null): readonly SchedulerAction[] {
  const { actions, queue: key, queueName: name } = scheduler
  return (['run', 'pause', 'resume', 'save', 'remove'] as const).filter(
    (action) => actions.includes(action) && can(session, `scheduler.${action}`, { key, name }),
  )
}

/** A cron expression in plain words; null when it says nothing that can be told. */
export type CronWords = (cron: string) => string | null

/** When it makes its jobs, in words. */
export function scheduleWords({ cron, every }: Pick<SchedulerView, 'cron' | 'every'>, words: CronWords): string {
  if (cron) return words(cron) ?? cron
  return every === null ? UNKNOWN : `Every ${span(every)}`
}

/** What is odd about it, in words; null when nothing is. */
export function oddness({ state, attention, isRegisteredAgain }: SchedulerView): string | null {
  if (isRegisteredAgain) return 'paused here, but an app has registered it again'
  if (attention) return attention
  if (state === 'legacy') return 'legacy: uses the queue’s older mechanism, can only be removed'
  if (state === 'orphan') return 'orphan: its definition is gone'
  return null
}

export function schedulerKey({ queue, id }: Pick<SchedulerView, 'queue' | 'id'>): string {
  return `${queue}\n${id}`
}
