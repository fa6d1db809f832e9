import { notPossible } from '../../shared/conditions.js'

/** The part of BullMQ's classes that is used. They are recognized by shape, so that versions 5 and 6 and any copy of them work. */
export interface BullQueue {
  readonly name: string
  readonly opts: { readonly connection?: unknown; readonly prefix?: string | undefined }
  readonly defaultJobOptions?: object
  on(event: 'error', listener: (error: Error) => void): unknown
  close(): Promise<void>
  add(name: string, data: unknown, options?: object): Promise<BullJob>
  remove(id: string): Promise<number>
  pause(): Promise<void>
  resume(): Promise<void>
  clean(grace: number, limit: number, type?: BullCleanType): Promise<string[]>
}

/** Queues for actions. */
export interface QueueUser {
  /** Performs an action on a queue. Rejects with a readable error if it fails or takes too long. */
  use<T>(name: string, action: (queue: BullQueue) => Promise<T>): Promise<T>
}

/** Since 5.16. */
export interface SchedulerQueue extends BullQueue {
  upsertJobScheduler(id: string, repeat: object, template?: object): Promise<unknown>
  removeJobScheduler(id: string): Promise<boolean>
}

/** Only in version 5: the older mechanism. */
export interface RepeatingQueue extends BullQueue {
  removeRepeatableByKey(key: string): Promise<boolean>
}

/** Computes when a scheduler's pattern is due, by the app's own setting or BullMQ's. */
export interface SchedulingQueue extends BullQueue {
  readonly jobScheduler: Promise<{ readonly repeatStrategy: RepeatStrategy; readonly Job: BullJobClass }>
}

/** @returns Unix ms; undefined if the pattern is not due after `millis` */
export type RepeatStrategy = (millis: number, repeat: object, name: string) => unknown

/** The job class of a queue, which allows actions on a job without reading its payload. */
export interface JobMakingQueue extends BullQueue {
  readonly Job: BullJobClass
  /** Its `defaultJobOptions`. */
  readonly jobsOpts?: object
  emit(event: 'waiting', job: BullJob): boolean
}

export interface BullJobClass {
  new (queue: BullQueue, name: string, data: unknown, options: object, id: string): BullJob
  create(queue: BullQueue, name: string, data: unknown, options: object): Promise<BullJob>
}

export interface BullJob {
  readonly id?: string | undefined
  retry(state?: 'completed' | 'failed'): Promise<void>
  promote(): Promise<void>
  changePriority(options: { priority?: number; lifo?: boolean }): Promise<void>
  /** The stored form: `data` is text. */
  asJSON(): object
}

export type BullCleanType = 'completed' | 'failed' | 'wait' | 'paused' | 'active' | 'delayed' | 'prioritized'

export interface BullQueueClass {
  readonly prototype: BullQueue
  new (
    name: string,
    options: { connection: object; prefix: string; skipMetasUpdate: boolean; skipVersionCheck: boolean },
  ): BullQueue
}

/** The package `bullmq`, or the part of it that is used. */
export interface BullModule {
  readonly Queue: BullQueueClass
}

export function canRepeat(queue: BullQueue): queue is RepeatingQueue {
  return 'removeRepeatableByKey' in queue && typeof queue.removeRepeatableByKey === 'function'
}

export function canMakeJobs(queue: BullQueue): queue is JobMakingQueue {
  return 'Job' in queue && typeof queue.Job === 'function'
}

export function canSchedule(queue: BullQueue): queue is SchedulingQueue {
  return 'jobScheduler' in queue && queue.jobScheduler instanceof Promise
}

/** @throws if the queue's version is older than job schedulers */
export function scheduling(queue: BullQueue): SchedulerQueue {
  if (isScheduling(queue)) return queue
  throw notPossible(
    "The source's bullmq is older than job schedulers: pass one of 5.16 or later, bullmqQueues({ bullmq })",
  )
}

function isScheduling(queue: BullQueue): queue is SchedulerQueue {
  return 'upsertJobScheduler' in queue && 'removeJobScheduler' in queue
}
