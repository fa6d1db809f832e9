import { types } from 'node:util'

/**
 * Runs `run` and says how it ended. Its result, its error and its promise pass through as they are. Nothing is said of a
 * promise of another kind: asking it would start those that are lazy, such as a query, twice.
 */
export function observe<T>(run: () => T, done: () => void, failed: (error: unknown) => void): T {
  let result: T
  try {
    result = run()
  } catch (error) {
    failed(error)
    throw error
  }
  if (types.isPromise(result)) result.then(done, failed)
  else if (!isThenable(result)) done()
  return result
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value
}
