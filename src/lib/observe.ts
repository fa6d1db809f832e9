import { types } from 'node:util'

/**
 * Runs `run` and calls `done` or `failed` when it ends. Its result, error and promise pass through unchanged. Thenables of other kinds are
 * not observed: calling `then` would start a lazy one, such as a query, twice.
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
