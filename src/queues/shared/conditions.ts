import type { RefusalKind } from '../../ports/index.js'

/** A request that the current state does not allow. The queue system works, and nothing was changed. */
class ConditionError extends Error {
  readonly refusal: RefusalKind

  constructor(refusal: 'condition' | 'gone', message: string) {
    super(message)
    this.refusal = refusal
  }
}

/** The state of the queue, the job or the request does not allow it. @param message a readable reason */
export function notPossible(message: string): Error {
  return new ConditionError('condition', message)
}

/** The queue, job or scheduler no longer exists. */
export function isGone(message: string): Error {
  return new ConditionError('gone', message)
}
