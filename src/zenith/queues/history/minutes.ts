import type { QueueMinute } from '../../../api/queue-history.js'
import { HISTORY_STEP_MS, type RecordedQueue, UNKNOWN_METRICS } from '../../../protocol/index.js'

/** A queue as a node recorded it over a span, Unix ms. */
export interface RecordedSpan {
  readonly from: number
  readonly to: number
  readonly queue: RecordedQueue
}

/** A minute was seen if its records cover at least this much of it, ms. */
const MIN_COVERED_MS = HISTORY_STEP_MS / 2
/** A queue whose newest record is older than this is not recorded any more, ms: the minutes since then are unseen. */
const LATE_MS = 2.5 * HISTORY_STEP_MS

/**
 * The minutes of a period: one record each, so that nothing counts twice, and no figures for those that no record covers.
 *
 * @param channels the records of each service that reports the queue; the first that saw a minute counts
 * @param now Unix ms
 * @param length of the period, ms
 */
export function minutesOf(channels: readonly (readonly RecordedSpan[])[], now: number, length: number): QueueMinute[] {
  const newest = Math.max(0, ...channels.flat().map(({ to }) => to))
  const end = startOf(newest > now - LATE_MS ? Math.min(newest, now) : now)
  const byMinute = channels.map(seenMinutes)
  return Array.from({ length: length / HISTORY_STEP_MS }, (_, index) => {
    const start = end - length + index * HISTORY_STEP_MS
    const queue = byMinute.map((minutes) => minutes.get(start)).find((seen) => seen !== undefined)
    return minuteOf(start + HISTORY_STEP_MS, queue ?? null)
  })
}

interface SeenMinute {
  covered: number
  most: number
  queue: RecordedQueue
}

/** The record that covers most of each minute, by the minute's start. */
function seenMinutes(spans: readonly RecordedSpan[]): Map<number, RecordedQueue> {
  const minutes = new Map<number, SeenMinute>()
  for (const { from, to, queue } of spans) {
    for (let start = startOf(from); start < to; start += HISTORY_STEP_MS) {
      const overlap = Math.min(to, start + HISTORY_STEP_MS) - Math.max(from, start)
      const minute = minutes.get(start) ?? { covered: 0, most: 0, queue }
      minute.covered += overlap
      if (overlap >= minute.most) Object.assign(minute, { most: overlap, queue })
      minutes.set(start, minute)
    }
  }
  const seen = [...minutes].filter(([, { covered }]) => covered >= MIN_COVERED_MS)
  return new Map(seen.map(([start, { queue }]) => [start, queue]))
}

function startOf(time: number): number {
  return Math.floor(time / HISTORY_STEP_MS) * HISTORY_STEP_MS
}

function minuteOf(at: number, queue: RecordedQueue | null): QueueMinute {
  if (!queue) return { at, ...UNSEEN }
  const { metrics, oldestMs, throughput } = queue
  return { at, ...metrics, oldestMs, in: throughput?.in ?? null, out: throughput?.out ?? null }
}

const UNSEEN: Omit<QueueMinute, 'at'> = { ...UNKNOWN_METRICS, oldestMs: null, in: null, out: null }
