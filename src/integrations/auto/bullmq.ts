import process from 'node:process'
import { isQueue, isWorker } from '../bullmq/checks.js'
import { isFollowedWorker } from '../bullmq/follow-once.js'
import { addGuest } from '../bullmq/guests.js'
import type { BullQueue, WorkerLike } from '../bullmq/index.js'
import { followJobs, reportQueue } from '../bullmq/monitor.js'
import { isReported } from '../bullmq/queue-groups.js'
import { guarded } from './guarded.js'
import { shareRecorder } from './recorder.js'

interface Class<Method extends string> {
  readonly prototype: { [name in Method]?: (this: object, ...args: unknown[]) => unknown }
}

const seen = new WeakSet<object>()

/** Its constructor, or the app, calls `run`. */
export function watchWorker({ prototype }: Class<'run'>): void {
  tellCalls(prototype, 'run', (worker) => {
    // What the app's code does with its new worker comes first.
    process.nextTick(() => guarded(() => followWorker(worker as WorkerLike)))
  })
}

/** Its constructor calls `waitUntilReady`. @param later runs when the app has started */
export function watchQueue({ prototype }: Class<'waitUntilReady'>, later: (run: () => void) => void): void {
  tellCalls(prototype, 'waitUntilReady', (queue) => later(() => guarded(() => followQueue(queue as BullQueue))))
}

/** Tells of each object once. */
function tellCalls<Method extends string>(
  prototype: Class<Method>['prototype'],
  name: Method,
  told: (object: object) => void,
): void {
  const { [name]: original } = prototype
  if (typeof original !== 'function') return
  const wrapper = function (this: object, ...args: unknown[]): unknown {
    if (!seen.has(this)) {
      seen.add(this)
      told(this)
    }
    return original.apply(this, args)
  }
  Object.defineProperty(prototype, name, { value: wrapper, configurable: true, writable: true })
}

function followWorker(worker: WorkerLike): void {
  if (!isWorker(worker) || isFollowedWorker(worker)) return
  addGuest(worker, followJobs(worker, shareRecorder('bullmq')))
}

function followQueue(queue: BullQueue): void {
  if (!isQueue(queue) || isReported(queue) || (queue as { closing?: unknown }).closing) return
  const lease = shareRecorder('bullmq')
  try {
    addGuest(queue, reportQueue(queue, lease))
  } catch {
    // It is on something that can't be read: the app did not ask for it, so it is left alone.
    void lease.release()
  }
}
