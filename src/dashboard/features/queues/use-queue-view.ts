import type { Overview } from '../../../api/overview.js'
import type { QueueView } from '../../../api/queues.js'
import { isGone, useQueue } from '../../api/queues-api.js'

/** A queue as the stream tells of it, with the counts that were asked for since. */
export function useQueueView(overview: Overview, key: string) {
  const live = overview.queues.find((queue) => queue.key === key)
  const { data: asked, error, isPending } = useQueue(key)
  const queue = merged(live, asked)
  return { queue, error: isGone(error) && !live ? null : error, isPending: isPending && !queue }
}

/** Samples come by the stream; the counts of whoever was asked last count. */
function merged(live: QueueView | undefined, asked: QueueView | undefined): QueueView | undefined {
  if (!live || !asked) return live ?? asked
  return asked.at >= live.at ? { ...asked, samples: live.samples } : live
}
