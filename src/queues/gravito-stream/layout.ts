/** The lists of one queue in the order in which workers read them; the empty string is the list without a priority. */
export const PRIORITIES = ['critical', 'high', '', 'low'] as const
export type Priority = (typeof PRIORITIES)[number]

/** The framework keeps this many failed jobs of a queue, and drops the oldest. */
export const MAX_FAILED = 1_000

/** First words after the prefix that are no names of queues. */
const RESERVED = /^(active|schedules|(pending|lock|ratelimit|worker|schedule):.*|logs.*)$/s
const WINDOW_OF_RATE = /:ratelimit(:\d+)?$/
const PARTS = /^(.+?)(?::(critical|high|low))?(?::(delayed|failed|paused))?$/s

/** Keys of a system, by its prefix. */
export interface Layout {
  readonly prefix: string
  list(queue: string, priority: Priority): string
  delayed(queue: string, priority: Priority): string
  paused(queue: string, priority: Priority): string
  failed(queue: string): string
  /** Groups with a waiting or active job. */
  readonly active: string
  /** Jobs of a group that wait for the one before. */
  pending(group: string): string
  readonly schedules: string
  schedule(id: string): string
  readonly workers: string
}

export function layoutOf(prefix: string): Layout {
  const list = (queue: string, priority: Priority) => `${prefix}${queue}${priority && `:${priority}`}`
  return {
    prefix,
    list,
    delayed: (queue, priority) => `${list(queue, priority)}:delayed`,
    paused: (queue, priority) => `${list(queue, priority)}:paused`,
    failed: (queue) => `${prefix}${queue}:failed`,
    active: `${prefix}active`,
    pending: (group) => `${prefix}pending:${group}`,
    schedules: `${prefix}schedules`,
    schedule: (id) => `${prefix}schedule:${id}`,
    workers: `${prefix}worker:`,
  }
}

/** The queue that a key belongs to; null if it belongs to none. */
export function queueOfKey({ prefix }: Layout, key: string): string | null {
  if (!key.startsWith(prefix)) return null
  const tail = key.slice(prefix.length)
  if (RESERVED.test(tail) || WINDOW_OF_RATE.test(tail)) return null
  return PARTS.exec(tail)?.[1] ?? null
}
