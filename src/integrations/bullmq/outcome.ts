/** What a processor throws after it moved its job elsewhere. BullMQ goes by the name, too: a sandbox gives no classes. */
const MOVED = new Set(['DelayedError', 'WaitingError', 'WaitingChildrenError'])

/** BullMQ knows its rate limit by this message alone; an app's own RateLimitError is a failure like any other. */
const RATE_LIMIT_MESSAGE = 'bullmq:rateLimitExceeded'

/** Until 5.12 the worker that finds a job which stalled too often fails it at once; later the one that gets it next does. */
const STALLED_TOO_OFTEN = 'job stalled more than allowable limit'

/** Whether what a processor threw is BullMQ's way to say that the job goes on later. */
export function isNoFailure(error: unknown): boolean {
  return messageOf(error) === RATE_LIMIT_MESSAGE || namesOf(error).some((name) => MOVED.has(name))
}

/** Whether a `failed` event stands for a `stalled` one, too. Later versions emit both, and fail with an UnrecoverableError. */
export function isLastStall(error: unknown): boolean {
  return messageOf(error) === STALLED_TOO_OFTEN && !namesOf(error).includes('UnrecoverableError')
}

/** By BullMQ's own rule, after which it tells Redis once more. */
export function isConnectionError(error: unknown): boolean {
  const message = messageOf(error)
  return message === 'Connection is closed.' || message.includes('ECONNREFUSED')
}

/** The error's name and those of its classes, for BullMQ takes subclasses, too, and their classes may be another copy's. */
function namesOf(error: unknown): string[] {
  const names: string[] = []
  if (typeof error !== 'object' || error === null) return names
  names.push(textOf(() => (error as { name?: unknown }).name))
  for (let proto = classOf(error); proto; proto = classOf(proto)) names.push(textOf(() => proto?.constructor?.name))
  return names
}

export function messageOf(error: unknown): string {
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
