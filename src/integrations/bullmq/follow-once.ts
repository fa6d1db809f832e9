import type { Recorder } from '../../core/recorder.js'
import type { WorkerLike } from './follow-attempts.js'
import { followWorker } from './follow-worker.js'

interface Following {
  readonly end: () => void
  holders: number
}

type Followings = WeakMap<WorkerLike, Map<Recorder, Following>>

/** On a global slot, so that the ESM and the CJS copy of the package, loaded together, know of each other. */
const SLOT = Symbol.for('@gravito/quasar/workers')

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

function followingsOf(worker: WorkerLike): Map<Recorder, Following> {
  const slot = globalThis as { [SLOT]?: Followings }
  slot[SLOT] ??= new WeakMap()
  const known = slot[SLOT].get(worker) ?? new Map<Recorder, Following>()
  slot[SLOT].set(worker, known)
  return known
}
