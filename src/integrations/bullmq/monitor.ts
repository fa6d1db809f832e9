import { inTime } from '../../lib/async.js'
import { wrapMethod } from '../../lib/wrap-method.js'
import type { BullQueue } from '../../runtime/queue-sources.js'
import type { MonitoredQueues, RecorderLease } from '../../runtime/start-quasar.js'
import { carryOrigin } from './carry-origin.js'
import { followOnce } from './follow-once.js'
import type { WorkerLike } from './job.js'
import { groupQueue } from './queue-groups.js'

/** How long `close()` waits for the last report at most, ms: no Redis of ours may hold up a shutdown. */
const LAST_REPORT_MS = 1_000

/** A worker that is monitored. */
export interface MonitoredWorker {
  /** Leaves the worker alone again and reports what is left. Never rejects; twice is harmless. */
  stop(): Promise<void>
}

export function reportQueue(queue: BullQueue, { recorder, release }: RecorderLease): MonitoredQueues {
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

export function followJobs(worker: WorkerLike, { recorder, release }: RecorderLease): MonitoredWorker {
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
