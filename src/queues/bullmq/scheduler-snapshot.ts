import type { SchedulerSnapshot } from '../../protocol/index.js'
import { RedisError } from '../../redis/errors.js'
import { asNumber } from '../../redis/replies.js'
import { baseOf } from '../bull-common/keys.js'
import { locate } from '../bull-common/state.js'
import { isGone, notPossible } from '../shared/conditions.js'
import { orThrow } from '../shared/redis.js'
import type { ActionPlace } from './actions.js'
import { TAKE_SCHEDULER } from './scheduler-scripts.js'
import { checkTurns, turnsOf } from './scheduler-turns.js'
import { jobIdOf, readStored, type StoredScheduler, snapshotOf, storedOf } from './stored-scheduler.js'

/**
 * Everything needed to restore a scheduler: its hash, its turn, and its next job.
 *
 * @throws if it could not be restored unchanged; the message has the reason
 */
export async function snapshotScheduler(place: ActionPlace, queue: string, id: string): Promise<SchedulerSnapshot> {
  const stored = await readStored(place, queue, id)
  if (!stored) throw isGone(`The queue ${queue} has no scheduler "${id}" any more`)
  await checkNextJob(place, queue, stored)
  await checkTurns(await turnsOf(place, queue, stored), stored)
  return snapshotOf(stored)
}

async function checkNextJob(place: ActionPlace, queue: string, { id, next, due, job }: StoredScheduler): Promise<void> {
  if (due !== null && job.size > 0) return
  const [found] = await locate(place.connection, baseOf(place.prefix, queue), [jobIdOf(id, next)])
  if (found?.exists) return
  throw notPossible(`The next job of the scheduler "${id}" is gone, and with it what the one after it would be made by`)
}

/**
 * Removes a scheduler if it is equal to the snapshot, with its next job if that is delayed; a job that is already due stays, as in BullMQ.
 *
 * @returns whether it was equal, and is removed
 */
export async function takeScheduler(
  { scripts, prefix }: ActionPlace,
  queue: string,
  id: string,
  snapshot: SchedulerSnapshot,
): Promise<boolean> {
  const { next, due, hash, job } = storedOf(snapshot)
  const base = baseOf(prefix, queue)
  const jobId = jobIdOf(id, next)
  const keys = [`${base}repeat`, `${base}repeat:${id}`, `${base}delayed`, `${base}events`, base + jobId]
  const own = [...hash].flat()
  const ofJob = due === null ? [] : [...job].flat()
  const reply = await scripts.run(TAKE_SCHEDULER, keys, [id, next, jobId, own.length, ...own, ...ofJob])
  if (!reply) throw scriptsDenied()
  return asNumber(orThrow(reply)) === 1
}

export function scriptsDenied(): RedisError {
  return new RedisError(
    'NOPERM',
    'This Redis user may not run scripts (EVAL, EVALSHA), which it takes to pause and resume schedulers',
  )
}
