import { notPossible } from '../shared/conditions.js'
import type { ActionPlace } from './actions.js'
import { canSchedule, type RepeatStrategy } from './package/queue-api.js'
import type { Turns } from './package/turns.js'
import { areTurns, byStrategy } from './package/turns.js'
import { repeatOf, type StoredScheduler } from './stored-scheduler.js'

/** The turns of a pattern, by the repeat strategy of the app's own queue if it was passed in, otherwise by BullMQ's. */
export async function turnsOf(place: ActionPlace, queue: string, stored: StoredScheduler): Promise<Turns> {
  const every = everyOf(stored)
  if (every !== null) return async (time) => inSteps(stored.next, every, time)
  const strategy = await place.api.use(queue, async (open) =>
    canSchedule(open) ? (await open.jobScheduler).repeatStrategy : null,
  )
  if (!strategy) throw notPossible('This version of BullMQ does not tell when a pattern is due')
  return byPattern(strategy, stored)
}

/** Skips missed turns and preserves the phase. */
function inSteps(next: number, every: number, time: number): number {
  return next > time ? next : next + (Math.floor((time - next) / every) + 1) * every
}

function byPattern(strategy: RepeatStrategy, { id, hash, job }: StoredScheduler): Turns {
  const { immediately: _, ...repeat } = repeatOf(job)
  return byStrategy(strategy, { ...repeat, pattern: hash.get('pattern') }, hash.get('name') ?? id)
}

function everyOf({ hash }: StoredScheduler): number | null {
  const every = Number(hash.get('every'))
  return every > 0 ? every : null
}

/**
 * Checks that the turns computed here are those of the app's workers.
 *
 * @throws if they are not; the message has the reason
 */
export async function checkTurns(turns: Turns, stored: StoredScheduler): Promise<void> {
  const madeAt = Number(stored.job.get('timestamp'))
  if (everyOf(stored) !== null || (await areTurns(turns, stored.next, madeAt))) return
  throw notPossible(
    'The app has a repeat strategy of its own, so only the app can tell when this scheduler is due. Pass its Queue to ' +
      'bullmqQueues({ queues }), with the settings that it has there',
  )
}
