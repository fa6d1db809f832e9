import { types } from 'node:util'
import { runFrom } from '../origin/current.js'
import type { JobTrace } from './job-recorder.js'

export type FollowedTrace = Pick<JobTrace, 'complete' | 'fail' | 'origin'>

/**
 * Runs `fn` to its end, at once or as a promise, and tells the trace how it went; the result passes through untouched.
 * Only real promises are waited for: asking another thenable would start those that are lazy, such as a query, twice.
 */
export function follow<T>(trace: FollowedTrace, fn: () => T): T {
  try {
    const result = runFrom(trace, fn)
    if (types.isPromise(result))
      result.then(
        () => trace.complete(),
        (error: unknown) => trace.fail(error, true),
      )
    else trace.complete()
    return result
  } catch (error) {
    trace.fail(error, true)
    throw error
  }
}
