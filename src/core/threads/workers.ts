import { errorMonitor } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { type SharedWatch, sharedWatch } from '../../lib/shared-watch.js'

/** What happens to the threads that this thread makes. */
export interface WorkerListener {
  onStart(thread: number): void
  /** It failed in a way that nothing in the thread could see: it ran out of memory, or could not be loaded. */
  onError(thread: number, error: unknown): void
  onEnd(thread: number): void
}

/** One listener on the process for all recorders of a thread. */
const joinWatch = sharedWatch<WorkerListener>('thread-workers', beginWatch)

/**
 * Listens to the threads that are made from now on. Node's event tells of each of them, whichever library makes it; a listener
 * by `errorMonitor` leaves an error unhandled that nobody handles.
 *
 * @returns ends it
 */
export function watchWorkers(listener: WorkerListener): () => void {
  return joinWatch(listener)
}

function beginWatch(): SharedWatch<WorkerListener> {
  const listeners = new Set<WorkerListener>()
  const onWorker = (worker: Worker) => {
    // Once it has ended, its number is -1.
    const thread = worker.threadId
    tell(listeners, (listener) => listener.onStart(thread))
    worker.on(errorMonitor, (error: unknown) => tell(listeners, (listener) => listener.onError(thread, error)))
    worker.once('exit', () => tell(listeners, (listener) => listener.onEnd(thread)))
  }
  process.on('worker', onWorker)
  return { listeners, end: () => void process.off('worker', onWorker) }
}

function tell(listeners: Iterable<WorkerListener>, one: (listener: WorkerListener) => void): void {
  for (const listener of listeners) {
    try {
      one(listener)
    } catch {
      // In an event of the app's own worker it would end the app.
    }
  }
}
