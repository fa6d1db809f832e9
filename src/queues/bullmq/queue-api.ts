/**
 * What is used of BullMQ's classes. They are told by their shape, so that version 5 and version 6 will do, and whatever
 * copy of them the app has.
 */
export interface BullQueue {
  readonly name: string
  readonly opts: { readonly connection?: unknown; readonly prefix?: string | undefined }
  on(event: 'error', listener: (error: Error) => void): unknown
  close(): Promise<void>
  add(name: string, data: unknown, options?: object): Promise<BullJob>
  remove(id: string): Promise<number>
  pause(): Promise<void>
  resume(): Promise<void>
  clean(grace: number, limit: number, type?: BullCleanType): Promise<string[]>
  upsertJobScheduler(id: string, repeat: object, template?: object): Promise<unknown>
  removeJobScheduler(id: string): Promise<boolean>
}

/** Of version 5 alone: the older mechanism. */
export interface RepeatingQueue extends BullQueue {
  removeRepeatableByKey(key: string): Promise<boolean>
}

/** The class of jobs that a queue makes; with it a job can be acted on without reading its payload. */
export interface JobMakingQueue extends BullQueue {
  readonly Job: new (queue: BullQueue, name: string, data: unknown, options: object, id: string) => BullJob
}

export interface BullJob {
  readonly id?: string | undefined
  retry(state?: 'completed' | 'failed'): Promise<void>
  promote(): Promise<void>
  changePriority(options: { priority?: number; lifo?: boolean }): Promise<void>
}

export type BullCleanType = 'completed' | 'failed' | 'wait' | 'paused' | 'active' | 'delayed' | 'prioritized'

export type BullQueueClass = new (
  name: string,
  options: { connection: object; prefix: string; skipMetasUpdate: boolean; skipVersionCheck: boolean },
) => BullQueue

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
