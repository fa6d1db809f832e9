import type { RefusalKind } from '../../ports/index.js'

/** What was asked for does not fit how things are. Its system works, and nothing was changed. */
class ConditionError extends Error {
  readonly refusal: RefusalKind

  constructor(refusal: 'condition' | 'gone', message: string) {
    super(message)
    this.refusal = refusal
  }
}

/** The queue, the job or the request does not allow it. @param message why, in words */
export function notPossible(message: string): Error {
  return new ConditionError('condition', message)
}

/** What it is about is not there any more. */
export function isGone(message: string): Error {
  return new ConditionError('gone', message)
}
