import type { QueueSnapshot } from '../../protocol/index.js'
import { MAX_REPORTED_QUEUES } from '../../protocol/read-limits.js'

/** Cutting a snapshot to the same length again returns the same object. */
const cuts = new WeakMap<QueueSnapshot, QueueSnapshot>()

/**
 * Cuts snapshots to {@link MAX_REPORTED_QUEUES} queues in all, in their order. Small snapshots have priority, so that a large one hides no
 * other. Queues that are cut off count in `left`.
 */
export function withinTotal(snapshots: readonly QueueSnapshot[]): readonly QueueSnapshot[] {
  const total = snapshots.reduce((sum, { queues }) => sum + queues.length, 0)
  if (total <= MAX_REPORTED_QUEUES) return snapshots
  const result = [...snapshots]
  const smallFirst = [...snapshots.keys()].sort((a, b) => lengthOf(snapshots[a]) - lengthOf(snapshots[b]))
  let room = MAX_REPORTED_QUEUES
  for (const index of smallFirst) {
    const snapshot = snapshots[index] as QueueSnapshot
    const length = Math.min(room, snapshot.queues.length)
    room -= length
    if (length < snapshot.queues.length) result[index] = cutTo(snapshot, length)
  }
  return result
}

function lengthOf(snapshot: QueueSnapshot | undefined): number {
  return snapshot?.queues.length ?? 0
}

function cutTo(snapshot: QueueSnapshot, length: number): QueueSnapshot {
  const known = cuts.get(snapshot)
  if (known?.queues.length === length) return known
  const { queues, left = 0 } = snapshot
  const cut = { ...snapshot, queues: queues.slice(0, length), left: left + queues.length - length }
  cuts.set(snapshot, cut)
  return cut
}
