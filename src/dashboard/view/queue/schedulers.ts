import type { SchedulerAction, SchedulerView } from '../../../protocol/queue-views.js'
import { span, UNKNOWN } from '../../format.js'
import { may, type Role, type Session } from '../../live/session.js'

const ROLE_OF: Readonly<Record<SchedulerAction, Role>> = {
  run: 'operator',
  pause: 'operator',
  resume: 'operator',
  save: 'admin',
  remove: 'admin',
}

/** What of a scheduler's actions somebody may do, in the order to show them. */
export function schedulerActions({ actions }: SchedulerView, session: Session | null): readonly SchedulerAction[] {
  return (['run', 'pause', 'resume', 'save', 'remove'] as const).filter(
    (action) => actions.includes(action) && may(session, ROLE_OF[action]),
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
export function oddness({ state, isRegisteredAgain }: SchedulerView): string | null {
  if (isRegisteredAgain) return 'paused here, and the app registered it again since'
  if (state === 'legacy') return 'legacy: of the queue’s older mechanism, it can only be removed'
  if (state === 'orphan') return 'orphan: it is listed, and its definition is gone'
  return null
}

export function schedulerKey({ queue, id }: Pick<SchedulerView, 'queue' | 'id'>): string {
  return `${queue}\n${id}`
}
