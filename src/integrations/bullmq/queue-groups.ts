import { setImmediate } from 'node:timers'
import type { Recorder } from '../../core/recorder.js'
import { globalSlot } from '../../lib/global-slot.js'
import { type MonitoredQueues, monitorSources } from '../../runtime/monitor-sources.js'
import { type BullQueue, bullmqQueues } from '../../runtime/queue-sources.js'

/** Queues of one place that one recorder reports: they are one source, so that hundreds of them are read in a few calls. */
interface QueueGroup {
  /** @returns takes it back; call it once. */
  add(queue: BullQueue): () => void
}

type Groups = WeakMap<Recorder, Map<string, QueueGroup>>

const allGroups = globalSlot('queue-groups', (): Groups => new WeakMap())

/**
 * Reports a queue with the others of its place, once for a recorder, however often it is asked for.
 *
 * @returns takes this request back; the last one to do so ends it. Call it once.
 * @throws when it can't be told where the queue is
 */
export function groupQueue(queue: BullQueue, recorder: Recorder): () => void {
  const place = placeOf(queue)
  const groups = groupsOf(recorder)
  const group = groups.get(place) ?? beginGroup(recorder, () => groups.delete(place))
  groups.set(place, group)
  const remove = group.add(queue)
  count(queue, 1)
  return () => {
    count(queue, -1)
    remove()
  }
}

/** Counts how often each queue is asked for, by all recorders. */
const reported = globalSlot('reported-queues', () => new WeakMap<BullQueue, number>())

/** Whether any recorder reports a queue. */
export function isReported(queue: BullQueue): boolean {
  return (reported.get().get(queue) ?? 0) > 0
}

function count(queue: BullQueue, by: number): void {
  reported.get().set(queue, (reported.get().get(queue) ?? 0) + by)
}

function groupsOf(recorder: Recorder): Map<string, QueueGroup> {
  const known = allGroups.get().get(recorder) ?? new Map<string, QueueGroup>()
  allGroups.get().set(recorder, known)
  return known
}

/** Nothing is connected by it. */
function placeOf(queue: BullQueue): string {
  const source = bullmqQueues({ queues: [queue] })
  void source.close()
  return source.place
}

function beginGroup(recorder: Recorder, emptied: () => void): QueueGroup {
  const holders = new Map<BullQueue, number>()
  let current: MonitoredQueues | null = null
  let isDue = false

  function renew(): void {
    isDue = false
    const before = current
    current = watch([...holders.keys()])
    void before?.stop()
  }

  /** Nobody could catch an error here. Each of the queues made a source when it was added, so there is none to come. */
  function watch(queues: readonly BullQueue[]): MonitoredQueues | null {
    try {
      return queues.length > 0 ? monitorSources(recorder, [bullmqQueues({ queues })]) : null
    } catch {
      return null
    }
  }

  /** Apps name their queues in one go: one source is made for all of them. */
  function renewSoon(): void {
    if (isDue) return
    isDue = true
    setImmediate(renew)
  }

  return {
    add(queue) {
      const count = holders.get(queue) ?? 0
      holders.set(queue, count + 1)
      if (count === 0) renewSoon()
      return () => {
        const left = (holders.get(queue) ?? 0) - 1
        if (left > 0) return void holders.set(queue, left)
        holders.delete(queue)
        if (holders.size === 0) emptied()
        renewSoon()
      }
    },
  }
}
