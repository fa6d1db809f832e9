import { setTimeout as wait } from 'node:timers/promises'
import type { QuasarOptions } from '../../core/options.js'
import type { RecorderLease } from '../../quasar.js'
import { leaseRecorder } from '../../quasar.js'
import { followOnce } from './follow-once.js'
import type { WorkerLike } from './follow-worker.js'
import { wrapMethod } from './wrap-method.js'

export type { QuasarOptions, WorkerLike }

/** How long `worker.close()` waits for the last report at most, ms: no Redis of ours may hold up a shutdown. */
const LAST_REPORT_MS = 1_000

/** A worker that is monitored. */
export interface MonitoredWorker {
  /** Leaves the worker alone again and reports what is left. Never rejects; twice is harmless. */
  stop(): Promise<void>
}

/**
 * Monitors a BullMQ worker until it is closed: run time, wait before the first attempt, failed attempts, jobs that failed
 * for good, stalled ones. `worker.close()` waits for the last report, 1 s at most, so that a process may exit after it.
 *
 * @param worker of BullMQ 4, 5 or 6
 * @throws QuasarError `invalid_option`
 * @example monitorWorker(new Worker('mail', send, { connection }))
 */
export function monitorWorker(worker: WorkerLike, options: QuasarOptions = {}): MonitoredWorker {
  const lease = leaseRecorder(options, 'bullmq')
  return lease.recorder.status().enabled ? monitor(worker, lease) : { stop: lease.release }
}

function monitor(worker: WorkerLike, { recorder, release }: RecorderLease): MonitoredWorker {
  const unfollow = followOnce(worker, recorder)
  let stopping: Promise<void> | null = null
  const stop = () => {
    stopping ??= end()
    return stopping
  }
  const unwrap = wrapMethod(worker, 'close', (close) => async (force) => {
    await close(force)
    await Promise.race([stop(), wait(LAST_REPORT_MS, undefined, { ref: false })])
  })
  worker.once('closed', stop)
  function end(): Promise<void> {
    unwrap?.()
    worker.off('closed', stop)
    unfollow()
    return release()
  }
  return { stop }
}
