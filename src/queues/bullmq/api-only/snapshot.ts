import type { SchedulerSnapshot } from '../../../protocol/index.js'
import { asNumber } from '../../../redis/replies.js'
import { isGone, notPossible } from '../../shared/conditions.js'
import { canSchedule } from '../package/queue-api.js'
import { areTurns, byStrategy } from '../package/turns.js'
import { checkExact } from './exact.js'
import type { ApiQueue, ApiScheduler } from './types.js'

/**
 * With the API alone a scheduler can be restored unchanged only if its pattern alone determines when it is due.
 *
 * @throws if it could not be restored; the message has the reason
 */
export async function snapshotScheduler(queue: ApiQueue, id: string): Promise<SchedulerSnapshot> {
  const scheduler = await queue.getJobScheduler(id)
  if (!scheduler) throw isGone(`The queue ${queue.name} has no scheduler "${id}" any more`)
  if (scheduler.every !== undefined) throw notPossible(`BullMQ on PostgreSQL would put "${id}" back in another rhythm`)
  if (scheduler.limit !== undefined) throw notPossible(`BullMQ on PostgreSQL would count the runs of "${id}" anew`)
  checkExact(scheduler.template?.data)
  await checkTurns(queue, scheduler)
  return { data: null, scheduler }
}

async function checkTurns(queue: ApiQueue, { key, next, name, pattern, tz, startDate, endDate }: ApiScheduler) {
  const job = await queue.getJob(`repeat:${key}:${next}`)
  if (!job) throw notPossible(`The next job of the scheduler "${key}" is gone`)
  if (!canSchedule(queue)) throw notPossible('This version of BullMQ does not tell when a pattern is due')
  const { repeatStrategy } = await queue.jobScheduler
  const turns = byStrategy(repeatStrategy, { pattern, tz, startDate, endDate }, name)
  if (!(await areTurns(turns, next ?? 0, job.timestamp))) throw notPossible(OWN_STRATEGY)
}

const OWN_STRATEGY = 'The app has a repeat strategy of its own, so only the app can tell when this scheduler is due'

/** @returns whether it was equal to the snapshot, and is removed */
export async function takeScheduler(queue: ApiQueue, id: string, { scheduler }: SchedulerSnapshot): Promise<boolean> {
  const now = await queue.getJobScheduler(id)
  if (!now || JSON.stringify(now) !== JSON.stringify(scheduler)) return false
  return queue.removeJobScheduler(id)
}

/** @returns false if a scheduler with its id exists */
export async function restoreScheduler(queue: ApiQueue, { scheduler }: SchedulerSnapshot): Promise<boolean> {
  const { key, name, pattern, tz, startDate, endDate, template } = scheduler as ApiScheduler
  if (await queue.getJobScheduler(key)) return false
  const repeat = { pattern, tz, startDate: asNumber(startDate), endDate: asNumber(endDate) }
  const given = Object.fromEntries(Object.entries(repeat).filter(([, value]) => value !== null && value !== undefined))
  const job = await queue.upsertJobScheduler(key, given, { name, ...template })
  if (job === undefined) throw notPossible(`The scheduler "${key}" has come to its end`)
  return true
}
