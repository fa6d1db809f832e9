import type { Recorder } from '../../core/recorder.js'
import { globalSlot } from '../../lib/global-slot.js'
import { followWorker } from './follow-worker.js'
import type { WorkerLike } from './job.js'

interface Following {
  readonly end: () => void
  holders: number
}

type Followings = WeakMap<WorkerLike, Map<Recorder, Following>>

const followings = globalSlot('workers', (): Followings => new WeakMap())

/**
 * Follows a worker, once for a recorder, however often it is asked for.
 *
 * @returns takes this request back; the last one to do so ends it. Call it once.
 */
export function followOnce(worker: WorkerLike, recorder: Recorder): () => void {
  const recorders = followingsOf(worker)
  const following = recorders.get(recorder) ?? { end: followWorker(worker, recorder.jobs), holders: 0 }
  recorders.set(recorder, following)
  following.holders += 1
  return () => {
    following.holders -= 1
    if (following.holders > 0) return
    recorders.delete(recorder)
    following.end()
  }
}

/** Whether any recorder follows a worker. */
export function isFollowedWorker(worker: WorkerLike): boolean {
  return (followings.get().get(worker)?.size ?? 0) > 0
}

function followingsOf(worker: WorkerLike): Map<Recorder, Following> {
  const known = followings.get().get(worker) ?? new Map<Recorder, Following>()
  followings.get().set(worker, known)
  return known
}
