import type { JobDetail, JobState, JobSummary } from '../../../protocol/index.js'
import { progressOf } from '../../bull-common/summary.js'
import { summaryText } from '../../shared/texts.js'
import type { ApiJob, ApiQueue } from './types.js'

/** BullMQ's names of states. */
const TYPES: Readonly<Record<JobState, string>> = {
  waiting: 'waiting',
  prioritized: 'prioritized',
  active: 'active',
  delayed: 'delayed',
  waitingChildren: 'waiting-children',
  completed: 'completed',
  failed: 'failed',
}

export function typeOf(state: JobState): string {
  return TYPES[state]
}

/** Null if the job is gone, or in no state. */
export async function stateOf(queue: ApiQueue, id: string): Promise<JobState | null> {
  const type = await queue.getJobState(id)
  const found = Object.entries(TYPES).find(([, name]) => name === type)
  return found ? (found[0] as JobState) : null
}

/** A job and its state. Null if it is gone. PostgreSQL accepts no text with a zero byte, so no job's id has one. */
export async function findJob(queue: ApiQueue, id: string): Promise<{ job: ApiJob; state: JobState } | null> {
  if (id.includes('\0')) return null
  const [job, state] = [await queue.getJob(id), await stateOf(queue, id)]
  return job && state ? { job, state } : null
}

/** BullMQ counts waiting jobs of a paused queue separately. */
export async function countOf(queue: ApiQueue, state: JobState): Promise<number> {
  const types = state === 'waiting' ? ['waiting', 'paused'] : [typeOf(state)]
  const counts = await queue.getJobCounts(...types)
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** Ids of a part of a state, oldest first. BullMQ returns waiting jobs newest first in any case. */
export async function idsFromOldest(
  queue: ApiQueue,
  state: JobState,
  total: number,
  offset: number,
  limit: number,
): Promise<string[]> {
  const end = Math.min(offset + limit, total)
  if (offset >= end) return []
  if (state !== 'waiting' && state !== 'active') return queue.getRanges([typeOf(state)], offset, end - 1, true)
  return (await queue.getRanges([typeOf(state)], total - end, total - offset - 1, false)).reverse()
}

export async function getJobs(queue: ApiQueue, ids: readonly string[]): Promise<(ApiJob | null)[]> {
  return Promise.all(ids.map(async (id) => (await queue.getJob(id)) ?? null))
}

export function summaryOf(job: ApiJob, state: JobState): JobSummary {
  return {
    id: job.id ?? '',
    name: job.name,
    state,
    addedAt: job.timestamp,
    runAt: state === 'delayed' ? dueAt(job) : null,
    startedAt: job.processedOn ?? null,
    finishedAt: job.finishedOn ?? null,
    attempts: job.attemptsMade,
    maxAttempts: typeof job.opts.attempts === 'number' ? job.opts.attempts : null,
    priority: job.priority ?? null,
    error: summaryText(job.failedReason ?? null),
    progress: typeof job.progress === 'number' ? progressOf(String(job.progress)) : null,
    parent: job.parent ? { queue: job.parent.queueKey, id: job.parent.id } : null,
    scheduler: job.repeatJobKey ?? null,
    dataBytes: Buffer.byteLength(dataOf(job)),
  }
}

/**
 * When the job is due. The delay is that of the last attempt, and counts from the end of the attempt before; the API only has its start.
 */
export function dueAt({ timestamp, processedOn = 0, delay = 0 }: ApiJob): number {
  return Math.max(timestamp, processedOn) + delay
}

export function dataOf({ data }: ApiJob): string {
  return JSON.stringify(data) ?? 'null'
}

export async function detailOf(job: ApiJob, state: JobState): Promise<JobDetail> {
  const { processed = 0, ignored = 0, failed = 0, unprocessed = 0 } = await job.getDependenciesCount()
  const done = processed + ignored + failed
  return {
    ...summaryOf(job, state),
    data: dataOf(job),
    result: job.returnvalue === undefined || job.returnvalue === null ? null : JSON.stringify(job.returnvalue),
    options: job.opts,
    failure: job.failedReason ?? null,
    stacks: job.stacktrace ?? [],
    progressText: job.progress === undefined || job.progress === null ? null : JSON.stringify(job.progress),
    worker: job.processedBy ?? null,
    children: done + unprocessed > 0 ? { done, total: done + unprocessed } : null,
  }
}
