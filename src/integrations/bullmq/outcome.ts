import type { BullJob } from './job.js'

/** What a processor throws after it moved its job elsewhere. BullMQ goes by the name, too: a sandbox gives no classes. */
const MOVED = new Set(['DelayedError', 'WaitingError', 'WaitingChildrenError'])

/** BullMQ knows its rate limit by this message alone; an app's own RateLimitError is a failure like any other. */
const RATE_LIMIT_MESSAGE = 'bullmq:rateLimitExceeded'

const OWN_BACKOFFS = new Set(['fixed', 'exponential'])

/** Whether what a processor threw is BullMQ's way to say that the job goes on later. */
export function isNoFailure(error: unknown): boolean {
  return messageOf(error) === RATE_LIMIT_MESSAGE || namesOf(error).some((name) => MOVED.has(name))
}

/**
 * Whether a failed attempt was the last one, by BullMQ's own rules; null where they depend on its version or on the app's
 * backoff strategy: then its `failed` event tells.
 *
 * @param maxStarts the worker's `maxStartedAttempts`
 */
export function isFinal(job: BullJob, attempt: number, error: unknown, maxStarts = 0): boolean | null {
  const { attempts = 0, backoff } = job.opts ?? {}
  if (attempt >= attempts || job.discarded === true || namesOf(error).includes('UnrecoverableError')) return true
  if (maxStarts > 0 && maxStarts <= (job.attemptsStarted ?? 0)) return null
  return isOwnBackoff(backoff) ? false : null
}

function isOwnBackoff(backoff: unknown): boolean {
  if (typeof backoff !== 'object' || backoff === null) return true
  return OWN_BACKOFFS.has(String((backoff as { type?: unknown }).type))
}

/** The error's name and those of its classes, for BullMQ takes subclasses, too, and their classes may be another copy's. */
function namesOf(error: unknown): string[] {
  const names: string[] = []
  if (typeof error !== 'object' || error === null) return names
  names.push(textOf(() => (error as { name?: unknown }).name))
  for (let proto = classOf(error); proto; proto = classOf(proto)) names.push(textOf(() => proto?.constructor?.name))
  return names
}

function messageOf(error: unknown): string {
  return textOf(() => (error as { message?: unknown } | null | undefined)?.message)
}

/** Getters of an error, or of its classes, may throw: then it has no such text. */
function textOf(get: () => unknown): string {
  try {
    return String(get())
  } catch {
    return ''
  }
}

/** Null, too, when a proxy does not tell. */
function classOf(error: object): object | null {
  try {
    return Object.getPrototypeOf(error)
  } catch {
    return null
  }
}
