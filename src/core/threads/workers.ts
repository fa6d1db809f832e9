import { errorMonitor } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { type SharedWatch, sharedWatch } from '../../lib/shared-watch.js'

/** Listener for the threads that this thread creates. */
export interface WorkerListener {
  onStart(thread: number): void
  /** It failed in a way that nothing in the thread could see: it exceeded its memory limit, or could not be loaded. */
  onError(thread: number, error: unknown): void
  onEnd(thread: number): void
}

/** One listener on the process for all recorders of a thread. */
const joinWatch = sharedWatch<WorkerListener>('thread-workers', beginWatch)

/**
 * Listens to the threads that are created from now on, through Node's event, whichever library creates them. A listener by `errorMonitor`
 * does not count as handling an error.
 *
 * @returns ends it
 */
export function watchWorkers(listener: WorkerListener): () => void {
  return joinWatch(listener)
}

function beginWatch(): SharedWatch<WorkerListener> {
  const listeners = new Set<WorkerListener>()
  const onWorker = (worker: Worker) => {
    // After its end, its number is -1.
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
      // In an event of the app's own worker the error would end the app.
    }
  }
}
