import type { QueueSource } from '../../../ports/index.js'
import type { SchedulerDefinition } from '../../../protocol/index.js'
import { ApiError, isRefusal } from '../../http/api-error.js'
import { refusalKindOf, sourceErrorInWords, sourceRefusal } from '../monitor/source-error.js'
import type { PausedScheduler } from './paused-schedulers.js'
import { pausedOf } from './scheduler.js'
import { readScheduler } from './scheduler-list.js'
import type { Task } from './task.js'

/** Most attempts if a scheduler runs, or the app registers it, between two reads. */
const MAX_TRIES = 5

/**
 * In a system without a pause the scheduler is first stored and then removed, so that an interruption loses nothing. It is removed only if
 * it equals the stored one, and only if it can be restored.
 */
export async function pauseByRemoval(task: Task): Promise<void> {
  const { queue, id, user, at, store } = task
  const { source, address } = queue
  let { entry } = task
  for (let tries = 0; entry && tries < MAX_TRIES; tries++) {
    const taken = orSayWhatIsWrong('It was not paused', source.snapshotScheduler?.(address, id))
    const snapshot = (await taken) ?? null
    await store.put(pausedOf(queue, entry, snapshot, user, at))
    const isRemoved = await unlessRefused(task, () => source.removeScheduler?.(address, id, snapshot ?? undefined))
    if (isRemoved || !snapshot) return
    entry = await readScheduler(queue, id)
  }
  await store.delete(queue.key, id)
  throw entry
    ? new ApiError('not_possible', ALWAYS_ANOTHER)
    : new ApiError('not_found', `The app removed "${id}" itself.`)
}

/**
 * If Redis refuses the removal, the scheduler still exists: the stored one is deleted, or it would look as if the app had registered it
 * again.
 */
async function unlessRefused<T>({ queue, id, store }: Task, remove: () => Promise<T> | undefined) {
  try {
    return await remove()
  } catch (error) {
    if (sourceRefusal(error).code !== 'queue_unavailable') await store.delete(queue.key, id)
    throw error
  }
}

const ALWAYS_ANOTHER = 'It was not paused: whenever it was looked at, it had changed. Try it again.'

/** Restores a paused scheduler; if the queue has one with its id by then, that one stays. */
export async function restore(source: QueueSource, address: string, paused: PausedScheduler): Promise<void> {
  const { snapshot, isEdited } = paused
  if (!snapshot || !source.restoreScheduler) return saveRemainder(source, address, paused)
  const restored = orSayWhatIsWrong(NOT_RESUMED, source.restoreScheduler(address, snapshot))
  if (!isEdited) return void (await restored)
  // A scheduler that has ended may continue with its edited definition.
  const isThere = await restored.then(
    (isRestored) => isRestored === true,
    (error: unknown) => (isRefusal(error) ? null : Promise.reject(error)),
  )
  if (isThere !== false) await saveEdited(source, address, paused, isThere === true)
}

/** Edits the restored scheduler, which has its previous position, phase and runs. */
async function saveEdited(source: QueueSource, address: string, paused: PausedScheduler, isRestored: boolean) {
  const { id } = paused.definition
  try {
    await saveRemainder(source, address, paused)
  } catch (error) {
    if (isRestored) await source.removeScheduler?.(address, id, await source.snapshotScheduler?.(address, id))
    throw error
  }
}

async function saveRemainder(source: QueueSource, address: string, paused: PausedScheduler): Promise<void> {
  await orSayWhatIsWrong(NOT_RESUMED, source.saveScheduler?.(address, remainderOf(paused)))
}

const NOT_RESUMED = 'It was not resumed'

/** The system restarts its count of runs, so those before the pause are subtracted from the limit. */
function remainderOf({ definition, runs }: PausedScheduler): SchedulerDefinition {
  const { limit, id } = definition
  if (limit === null || runs === null) return definition
  if (runs < limit) return { ...definition, limit: limit - runs }
  throw new ApiError('not_possible', `The scheduler "${id}" has made all of its ${limit} runs.`)
}

const UNAVAILABLE = /ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|timed? ?out|did not answer|Connection is closed/i

/**
 * Passes on why a system that answers rejects a change, because the caller can correct it.
 *
 * @param what did not happen, for the error
 */
export async function orSayWhatIsWrong<T>(what: string, done: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await done
  } catch (error) {
    const kind = refusalKindOf(error)
    if (kind !== null && kind !== 'condition') throw error
    if (!(error instanceof Error) || error.name === 'RedisError' || UNAVAILABLE.test(error.message)) throw error
    throw new ApiError('not_possible', `${what}: ${sourceErrorInWords(error)}`)
  }
}
