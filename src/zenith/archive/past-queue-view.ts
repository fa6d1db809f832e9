import type { QueuePast, QueueView } from '../../api/queues.js'
import type { StoredQueue } from '../../archiver/figures/queue-bucket.js'
import { roundToFourDigits } from '../../lib/round.js'
import { JOB_STATES, type QueueMetrics } from '../../protocol/index.js'
import { namesOf } from '../queues/monitor/identity.js'
import type { ArchivedSpan } from './archived-span.js'
import type { LastReading, QueuePastSum } from './queue-past-sum.js'

/**
 * A queue with the figures of another time. What the archive does not have is unknown.
 *
 * @param last what was read of it at the end of the time; undefined if it was read before only
 * @param known the queue as it is now
 */
export function pastViewOf(
  sum: QueuePastSum,
  last: LastReading | undefined,
  span: ArchivedSpan,
  known: QueueView | null,
): QueueView {
  const end = Math.min(span.to, span.now)
  const { name, driver, place, server } = sum.last
  const [into, out] = [sum.mean('in'), sum.mean('out')]
  return {
    key: known?.key ?? namesOf(sum.last).key,
    ...{ name, driver, place, server },
    metrics: metricsOf(last?.queue ?? sum.last),
    states: known?.states ?? JOB_STATES.filter((state) => sum.last.mean(state) !== null),
    approximate: known?.approximate ?? false,
    paused: null,
    oldestMs: sum.oldestMs,
    overdueMs: null,
    throughput: into === null && out === null ? null : { in: into, out },
    workers: null,
    capabilities: known?.capabilities ?? [],
    error: null,
    meta: null,
    services: [...sum.services].sort(),
    at: Math.min(last?.at ?? sum.at ?? end, end),
    attention: [],
    actions: known?.actions ?? [],
    readOnly: known?.readOnly ?? false,
    samples: sum.samples(end),
    past: pastOf(sum, span, end, known === null),
  }
}

function pastOf(sum: QueuePastSum, { period, from, to, step }: ArchivedSpan, end: number, isGone: boolean): QueuePast {
  const { backlogMax, readMs } = sum
  const read = roundToFourDigits(Math.min(100, (readMs * 100) / Math.max(1, end - from)))
  return { period, from, to, step, backlogMax, read, isGone }
}

/** A mean of 0.2 jobs is not none. */
function metricsOf(queue: StoredQueue): QueueMetrics {
  const states = JOB_STATES.map((state) => {
    const mean = queue.mean(state)
    return [state, mean === null ? null : Math.ceil(mean)]
  })
  return Object.fromEntries(states) as unknown as QueueMetrics
}
