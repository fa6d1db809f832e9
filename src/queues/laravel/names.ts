/** A queue of a Laravel app: the keys that it has and, with Horizon, where Horizon keeps what it knows of it. */
export interface LaravelQueue {
  /** As people know it. */
  readonly name: string
  /** As it stands in the keys: on a Cluster mostly in braces. */
  readonly raw: string
  /** What the app's connection puts before its keys. */
  readonly prefix: string
  /** What methods of the source take for it. */
  readonly address: string
  /** Where it is, with the app's prefix. */
  readonly place: string
  /** Where it was thought to be while no key of the app was seen. */
  readonly formerPlaces: readonly string[]
  /** Why nothing may be pushed to it: where it is, or whose it is, is not sure. Null when nothing is in the way. */
  readonly obstacle: string | null
  /** What Horizon puts before its keys, in place of the connection's prefix; null without Horizon. */
  readonly horizon: string | null
}

export interface QueueKeys {
  readonly waiting: string
  readonly delayed: string
  readonly reserved: string
  /** One entry for each push, for workers that block; says nothing of how many jobs there are. */
  readonly notify: string
}

/** What a key says of its queue. */
export interface FoundQueue {
  readonly prefix: string
  readonly raw: string
}

const MARK = 'queues:'
const SET_SUFFIX = /^(.+):(?:delayed|reserved)$/
const NOTIFY_SUFFIX = /^.+:notify$/
const NOTIFY_KEY = /^(.*?)queues:.+:notify$/s

export function waitingKey({ prefix, raw }: FoundQueue): string {
  return `${prefix}${MARK}${raw}`
}

export function keysOf(queue: FoundQueue): QueueKeys {
  const waiting = waitingKey(queue)
  return { waiting, delayed: `${waiting}:delayed`, reserved: `${waiting}:reserved`, notify: `${waiting}:notify` }
}

/**
 * Names may hold colons: what a last word means is told by the key's type, because only sets are delayed or reserved.
 *
 * @param prefix null: whatever stands before the first `queues:`
 * @returns null for what is no queue
 */
export function readQueueKey(key: string, type: 'list' | 'zset', prefix: string | null): FoundQueue | null {
  const start = prefix === null ? key.indexOf(MARK) : key.startsWith(prefix + MARK) ? prefix.length : -1
  if (start < 0) return null
  const rest = key.slice(start + MARK.length)
  const raw = type === 'zset' ? SET_SUFFIX.exec(rest)?.[1] : NOTIFY_SUFFIX.test(rest) ? null : rest
  return raw ? { prefix: key.slice(0, start), raw } : null
}

/** The connection whose workers a list wakes; null for other lists. */
export function prefixOfNotify(key: string): string | null {
  return NOTIFY_KEY.exec(key)?.[1] ?? null
}

/** Without the braces that keep a queue's keys together on a Cluster. */
export function bareName(raw: string): string {
  return /^\{(.+)\}$/.exec(raw)?.[1] ?? raw
}
