import type { QuasarOptions } from '../../core/options/options.js'
import { inTime } from '../../lib/async.js'
import { wrapMethod } from '../../lib/wrap-method.js'
import type { BullQueue } from '../../runtime/queue-sources.js'
import { leaseRecorder, type MonitoredQueues, type RecorderLease } from '../../runtime/start-quasar.js'
import { carryOrigin } from './carry-origin.js'
import { checked, isQueue, isWorker, NO_QUEUE, NO_WORKER, orRelease } from './checks.js'
import { followOnce } from './follow-once.js'
import type { WorkerLike } from './job.js'
import { groupQueue } from './queue-groups.js'

export type { BullQueue, MonitoredQueues, QuasarOptions, WorkerLike }

/** How long `close()` waits for the last report at most, ms: no Redis of ours may hold up a shutdown. */
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
  if (!lease.recorder.status().enabled) return { stop: lease.release }
  return orRelease(lease, NO_WORKER, () => monitor(checked(worker, isWorker, NO_WORKER), lease))
}

/**
 * Reports a BullMQ queue until it is closed: backlog, oldest job, throughput, workers. Of all nodes of the service one reads
 * it. Queues of one Redis and prefix are read together. Jobs that requests and other jobs add carry their trace.
 *
 * @param queue of BullMQ 5 or 6; it is never closed
 * @throws QuasarError `invalid_option`, also when it can't be told where the queue is
 * @example monitorQueue(new Queue('mail', { connection }))
 */
export function monitorQueue(queue: BullQueue, options: QuasarOptions = {}): MonitoredQueues {
  const lease = leaseRecorder(options, null)
  if (!lease.recorder.status().enabled) return { stop: lease.release }
  return orRelease(lease, NO_QUEUE, () => report(checked(queue, isQueue, NO_QUEUE), lease))
}

function report(queue: BullQueue, { recorder, release }: RecorderLease): MonitoredQueues {
  const ungroup = groupQueue(queue, recorder)
  const uncarry = carryOrigin(queue)
  let stopping: Promise<void> | null = null
  const unwrap = wrapMethod(queue, 'close', (close) => async () => {
    const stopped = stop()
    await close()
    await inTime(stopped, LAST_REPORT_MS)
  })
  function stop(): Promise<void> {
    stopping ??= end()
    return stopping
  }
  function end(): Promise<void> {
    unwrap?.()
    uncarry()
    ungroup()
    return release()
  }
  return { stop }
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
    await inTime(stop(), LAST_REPORT_MS)
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
