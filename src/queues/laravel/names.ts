/** A queue of a Laravel app: its keys and, with Horizon, the prefix of Horizon's keys about it. */
export interface LaravelQueue {
  /** The name for users. */
  readonly name: string
  /** The name in the keys: on a Cluster usually in braces. */
  readonly raw: string
  /** Prefix of the app's connection. */
  readonly prefix: string
  /** The value that methods of the source take. */
  readonly address: string
  /** Its location, with the app's prefix. */
  readonly place: string
  /** Where it was assumed to be before any key of the app was seen. */
  readonly formerPlaces: readonly string[]
  /** Why no job may be pushed to it: its location or its app is uncertain. Null if pushing is safe. */
  readonly obstacle: string | null
  /** Prefix of Horizon's keys, which replaces the connection's; null without Horizon. */
  readonly horizon: string | null
}

export interface QueueKeys {
  readonly waiting: string
  readonly delayed: string
  readonly reserved: string
  /** One entry per push, for blocking workers; its length is not the number of jobs. */
  readonly notify: string
}

/** The queue that a key belongs to. */
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
 * Names may contain colons: the key's type decides whether the last word is a part of the name, because only sets are delayed or reserved.
 *
 * @param prefix null: anything before the first `queues:`
 * @returns null for a key of no queue
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
