/** What a recorder wants to know of the process it lives in. */
export interface ProcessListener {
  /** The process is about to die of an error that nobody caught, unless the app handles it; there is no later. */
  onUncaught(error: unknown): void
  /** Nothing holds the process any more. Called once, however often the process comes to its end. */
  onBeforeExit(): void
}

/**
 * Listens without changing how the process ends: `uncaughtExceptionMonitor` sees an error and leaves it alone, where a
 * listener on `unhandledRejection` or `uncaughtException` would keep a crashing app alive.
 *
 * @returns ends the listening
 */
export function watchProcess(listener: ProcessListener): () => void {
  const onUncaught = (error: unknown) => {
    try {
      listener.onUncaught(error)
    } catch {
      // An error here would hide the app's own.
    }
  }
  const onBeforeExit = () => listener.onBeforeExit()
  process.on('uncaughtExceptionMonitor', onUncaught)
  process.once('beforeExit', onBeforeExit)
  return () => {
    process.off('uncaughtExceptionMonitor', onUncaught)
    process.off('beforeExit', onBeforeExit)
  }
}

/** The longest time that a last write may hold the process, ms: one that was asked for, and one at the process' own end. */
const MAX_HOLD_MS = 5_000
export const MAX_EXIT_HOLD_MS = 2_000

/**
 * Keeps the event loop alive until something is done: the store's sockets and our timers let the process go, so a last
 * write would be cut off.
 *
 * @param limitMs when it ends at the latest
 */
export async function holdingTheLoop<T>(work: Promise<T>, limitMs: number = MAX_HOLD_MS): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limitMs)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}
