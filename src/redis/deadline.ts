import timers from 'node:timers'

/** As they were at the start: an app's tests may replace the global ones, and a deadline must pass nevertheless. */
const { setTimeout, clearTimeout } = timers

/** How long a connection and an answer may take, in ms. */
export const CONNECT_TIMEOUT_MS = 2_000
export const ANSWER_TIMEOUT_MS = 2_000

/** What came in time, or the marker that nothing did. The timer never holds the process. */
export const TOO_LATE = Symbol('too late')

export async function inTime<T>(promise: Promise<T>, ms: number): Promise<T | typeof TOO_LATE> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<typeof TOO_LATE>((resolve) => {
    timer = setTimeout(resolve, ms, TOO_LATE)
    timer.unref()
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
