import { inTimeHeld, TOO_LATE } from '../lib/async.js'
import { type SharedWatch, sharedWatch } from '../lib/shared-watch.js'
import { watchRejections } from './rejections.js'

/** Listener for the events of a recorder's process. */
export interface ProcessListener {
  /**
   * An exception, or a rejection that the app has a listener for, was not caught. The process may be about to end because of it, directly
   * or by the app's listener; there may be no later turn.
   */
  onUncaught(error: unknown): void
  /** Nothing keeps the process alive any more. Called once, even if the process reaches its end several times. */
  onBeforeExit(): void
  /**
   * The process ends with this very turn: by `process.exit()`, by an exception, or because it has no more work.
   *
   * @param code its exit code
   */
  onExit(code: number): void
}

/** One listener on the process for all recorders: Node warns of a leak when there are more than ten. */
const joinWatch = sharedWatch<ProcessListener>('process', beginWatch)

/**
 * Listens without changing how the process ends: `uncaughtExceptionMonitor` observes an error without handling it, while a listener on
 * `unhandledRejection` or `uncaughtException` would keep a crashing app alive. Node has no monitor of rejections, so those that the app
 * listens for are observed on their way to its listeners, see `watchRejections`.
 *
 * @returns ends the listening
 */
export function watchProcess(listener: ProcessListener): () => void {
  return joinWatch(listener)
}

function beginWatch(): SharedWatch<ProcessListener> {
  const listeners = new Set<ProcessListener>()
  const said = new WeakSet<ProcessListener>()
  const onUncaught = (error: unknown) => tellEach(listeners, (listener) => listener.onUncaught(error))
  const onBeforeExit = () => {
    // Work that a listener starts now brings the process to its end a second time.
    const fresh = [...listeners].filter((listener) => !said.has(listener))
    for (const listener of fresh) said.add(listener)
    tellEach(fresh, (listener) => listener.onBeforeExit())
  }
  const onExit = (code: number) => tellEach(listeners, (listener) => listener.onExit(code))
  process.on('uncaughtExceptionMonitor', onUncaught)
  process.on('beforeExit', onBeforeExit)
  process.on('exit', onExit)
  const unwatchRejections = watchRejections(onUncaught)
  return {
    listeners,
    end() {
      unwatchRejections()
      process.off('exit', onExit)
      process.off('uncaughtExceptionMonitor', onUncaught)
      process.off('beforeExit', onBeforeExit)
    },
  }
}

function tellEach(listeners: Iterable<ProcessListener>, tell: (listener: ProcessListener) => void): void {
  for (const listener of listeners) {
    try {
      tell(listener)
    } catch {
      // An error here would hide the app's own.
    }
  }
}

/** Longest time that a last write may keep the process alive, ms: one that the app requested, and one at the process' end. */
const MAX_HOLD_MS = 5_000
export const MAX_EXIT_HOLD_MS = 2_000

/**
 * Keeps the event loop alive until the work is done: the store's sockets and Quasar's timers do not, so a last write would be cut off.
 *
 * @param limitMs time limit
 */
export async function holdingTheLoop<T>(work: Promise<T>, limitMs: number = MAX_HOLD_MS): Promise<T | undefined> {
  const result = await inTimeHeld(work, limitMs)
  return result === TOO_LATE ? undefined : result
}
