import type { QuasarOptions } from '../../core/options/options.js'
import type { BullQueue } from '../../runtime/queue-sources.js'
import { leaseRecorder, type MonitoredQueues } from '../../runtime/start-quasar.js'
import { checked, isQueue, isWorker, NO_QUEUE, NO_WORKER, orRelease } from './checks.js'
import { instead } from './guests.js'
import type { WorkerLike } from './job.js'
import { followJobs, type MonitoredWorker, reportQueue } from './monitor.js'

export type { BullQueue, MonitoredQueues, MonitoredWorker, QuasarOptions, WorkerLike }

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
  return orRelease(lease, NO_WORKER, () => instead(worker, followJobs(checked(worker, isWorker, NO_WORKER), lease)))
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
  return orRelease(lease, NO_QUEUE, () => instead(queue, reportQueue(checked(queue, isQueue, NO_QUEUE), lease)))
}
