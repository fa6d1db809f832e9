import type { BullJob, BullQueue, SchedulerQueue } from '../package/queue-api.js'

/** The part of a queue that is used if only its API is available: version 6 on anything else than Redis. */
export interface ApiQueue extends SchedulerQueue {
  getJobCounts(...types: string[]): Promise<Record<string, number>>
  getRanges(types: string[], start?: number, end?: number, asc?: boolean): Promise<string[]>
  getJob(id: string): Promise<ApiJob | undefined>
  getJobState(id: string): Promise<string>
  getJobLogs(id: string, start: number, end: number, asc: boolean): Promise<{ logs: string[]; count: number }>
  isPaused(): Promise<boolean>
  getWorkersCount(): Promise<number>
  getVersion(): Promise<string | null>
  getJobScheduler(id: string): Promise<ApiScheduler | undefined>
  getJobSchedulersCount(): Promise<number>
  getJobSchedulers(start: number, end: number, asc: boolean): Promise<ApiScheduler[]>
}

export interface ApiJob extends BullJob {
  readonly name: string
  readonly data: unknown
  readonly opts: Readonly<Record<string, unknown>>
  readonly progress: unknown
  readonly timestamp: number
  readonly delay?: number
  readonly priority?: number
  readonly processedOn?: number
  readonly finishedOn?: number
  readonly attemptsMade: number
  readonly failedReason?: string | null
  readonly stacktrace?: readonly string[] | null
  readonly returnvalue?: unknown
  readonly parent?: { readonly id: string; readonly queueKey: string }
  readonly repeatJobKey?: string
  readonly processedBy?: string
  getDependenciesCount(): Promise<Record<string, number>>
}

export interface ApiScheduler {
  readonly key: string
  readonly name: string
  readonly next?: number | null
  readonly iterationCount?: number
  readonly limit?: number
  readonly startDate?: number
  readonly endDate?: number
  readonly tz?: string
  readonly pattern?: string
  readonly every?: number
  readonly template?: { readonly data?: unknown; readonly opts?: Readonly<Record<string, unknown>> }
}

/**
 * Version 6 accesses its database through a backend. Only the Redis backend exposes its client; without a client there are no keys to read.
 */
export function isApiOnly<Q extends Pick<BullQueue, 'name' | 'opts'>>(queue: Q): queue is Q & ApiQueue {
  if (!('getBackend' in queue) || typeof queue.getBackend !== 'function') return false
  const backend: unknown = queue.getBackend()
  return typeof backend === 'object' && backend !== null && !('client' in backend)
}
