import { MAX_NAME_CHARS, MAX_RECORD_CHARS, MAX_RECORDED_QUEUES, PROTOCOL_VERSION } from './limits.js'
import { type QueueDriver, type QueueMetrics, type QueueThroughput, readQueue } from './queues.js'
import { type Fields, readList, readObject, readText, readTime } from './read.js'

/** One queue at the end of a minute. */
export interface RecordedQueue {
  readonly name: string
  readonly driver: QueueDriver
  readonly place: string | null
  readonly server: string | null
  readonly metrics: QueueMetrics
  /** Age of the job that has waited longest, ms. */
  readonly oldestMs: number | null
  /** Jobs per minute, over about this minute. */
  readonly throughput: QueueThroughput | null
}

/**
 * The queues that one node reported over about a minute, by the field `data` of an entry of `queue-history:{service}`. `from` and `to` are
 * Unix ms: the minute in which the node read them. A node and a `from` identify it.
 */
export interface QueueHistory {
  readonly v: typeof PROTOCOL_VERSION
  readonly node: string
  from: number
  to: number
  readonly queues: readonly RecordedQueue[]
}

/**
 * Encodes a record. Unknown figures are left out, and queues that don't fit into a record as well.
 *
 * @param clockAhead see `readClockAhead`; null when the times are by the node's own clock
 */
export function encodeQueueHistory(history: QueueHistory, clockAhead: number | null = null): string {
  let queues = history.queues.slice(0, MAX_RECORDED_QUEUES)
  while (true) {
    const whole = { ...history, ...(clockAhead !== null && { clockAhead }), queues }
    const text = JSON.stringify(whole, (_key, value) => (value === null ? undefined : value))
    if (text.length <= MAX_RECORD_CHARS) return text
    queues = queues.slice(0, Math.floor(queues.length / 2))
  }
}

/** @returns null when the text is not such a record; unreadable queues are left out */
export function parseQueueHistory(text: unknown): QueueHistory | null {
  const fields = readObject(text)
  return fields && queueHistoryOfFields(fields)
}

/** Like {@link parseQueueHistory}, for parsed JSON. */
export function queueHistoryOfFields(fields: Fields): QueueHistory | null {
  const node = readText(fields, 'node', MAX_NAME_CHARS)
  const from = readTime(fields, 'from')
  const to = readTime(fields, 'to')
  if (!node || from === null || to === null || to < from || !Array.isArray(fields.queues)) return null
  return { v: PROTOCOL_VERSION, node, from, to, queues: readRecordedQueues(fields) }
}

function readRecordedQueues(fields: Fields): RecordedQueue[] {
  return readList(fields, 'queues', MAX_RECORDED_QUEUES).flatMap((queue) => {
    const entry = readQueue(queue)
    return entry ? [recordedOf(entry)] : []
  })
}

/** The part of a queue's entry that is recorded. */
export function recordedOf(entry: RecordedQueue): RecordedQueue {
  const { name, driver, place, server, metrics, oldestMs, throughput } = entry
  return { name, driver, place, server, metrics, oldestMs, throughput }
}
