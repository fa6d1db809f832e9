import type { JobAddress, JobOutcome, JobState, SchedulerEntry } from '../../../protocol/index.js'
import { optionsForCopy } from '../../bull-layout/options.js'
import { done, notDone, notThere } from '../../shared/outcomes.js'
import { addressOf } from '../actions.js'
import type { BullCleanType } from '../queue-api.js'
import { stateOf, typeOf } from './jobs.js'
import type { ApiJob, ApiQueue, ApiScheduler } from './types.js'

const JOBS_A_CALL = 1_000
const MAX_SCHEDULERS = 1_000

/** Does something with each of some jobs, one after the other: an id may come twice. */
async function actOnEach(
  queue: ApiQueue,
  ids: readonly string[],
  states: readonly JobState[],
  deed: (job: ApiJob, state: JobState) => Promise<void>,
): Promise<JobOutcome[]> {
  const outcomes: JobOutcome[] = []
  for (const id of ids) outcomes.push(await actOn(queue, id, states, deed))
  return outcomes
}

async function actOn(
  queue: ApiQueue,
  id: string,
  states: readonly JobState[],
  deed: (job: ApiJob, state: JobState) => Promise<void>,
): Promise<JobOutcome> {
  try {
    const [job, state] = [await queue.getJob(id), await stateOf(queue, id)]
    if (!job || !state || !states.includes(state)) return notThere(id, states)
    await deed(job, state)
    return done(id)
  } catch (error) {
    return notDone(id, error instanceof Error ? error.message : String(error))
  }
}

export function retryJobs(queue: ApiQueue, ids: readonly string[]): Promise<JobOutcome[]> {
  return actOnEach(queue, ids, ['failed', 'completed'], (job, state) =>
    job.retry(state === 'completed' ? 'completed' : 'failed'),
  )
}

export function promoteJobs(queue: ApiQueue, ids: readonly string[]): Promise<JobOutcome[]> {
  return actOnEach(queue, ids, ['delayed'], async (job) => {
    if (job.repeatJobKey !== undefined)
      throw new Error(`It is the next run of the scheduler "${job.repeatJobKey}": run the scheduler instead`)
    await job.promote()
  })
}

const ALL_STATES: readonly JobState[] = [
  'waiting',
  'prioritized',
  'active',
  'delayed',
  'waitingChildren',
  'completed',
  'failed',
]

export function removeJobs(queue: ApiQueue, ids: readonly string[]): Promise<JobOutcome[]> {
  return actOnEach(queue, ids, ALL_STATES, async (job) => {
    const removed = await queue.remove(job.id ?? '')
    if (removed === 0) throw new Error('It is being worked on, or a job that it is made of is')
  })
}

const CLEAN_TYPES: Partial<Record<JobState, BullCleanType>> = {
  waiting: 'wait',
  prioritized: 'prioritized',
  delayed: 'delayed',
  completed: 'completed',
  failed: 'failed',
}

export async function cleanJobs(queue: ApiQueue, state: JobState, before: number, limit: number): Promise<number> {
  const type = CLEAN_TYPES[state]
  if (!type) throw new Error(`BullMQ cleans no jobs that are ${state}: remove them one by one`)
  let removed = 0
  while (removed < limit) {
    const count = Math.min(JOBS_A_CALL, limit - removed)
    const last = await lastToClean(queue, state, before, count)
    const ids = await queue.clean(Math.max(0, Date.now() - last), count, type)
    removed += ids.length
    if (ids.length < count) break
  }
  return removed
}

/** BullMQ on PostgreSQL cleans in the order in which jobs were added; those that ended first are to go first. */
async function lastToClean(queue: ApiQueue, state: JobState, before: number, count: number): Promise<number> {
  if (state !== 'completed' && state !== 'failed') return before
  const [id] = await queue.getRanges([typeOf(state)], count - 1, count - 1, true)
  const job = id === undefined ? undefined : await queue.getJob(id)
  return Math.min(before, job?.finishedOn ?? before)
}

export async function emptyQueue(queue: ApiQueue, limit: number): Promise<number> {
  let removed = 0
  for (const state of ['waiting', 'prioritized', 'delayed'] as const)
    if (removed < limit) removed += await cleanJobs(queue, state, Date.now(), limit - removed)
  return removed
}

export async function duplicateJob(queue: ApiQueue, id: string): Promise<JobAddress> {
  const job = await queue.getJob(id)
  if (!job) throw new Error(`The queue ${queue.name} has no job ${id} any more`)
  return addressOf(queue.name, await queue.add(job.name, job.data, optionsForCopy(job.opts)))
}

export async function readSchedulers(queue: ApiQueue): Promise<SchedulerEntry[]> {
  const schedulers = await queue.getJobSchedulers(0, MAX_SCHEDULERS - 1, true)
  return Promise.all(schedulers.map((scheduler) => entryOf(queue, scheduler)))
}

async function entryOf(queue: ApiQueue, scheduler: ApiScheduler): Promise<SchedulerEntry> {
  const { key, next = null, iterationCount, template } = scheduler
  const job = await queue.getJob(`repeat:${key}:${next}`)
  return {
    id: key,
    name: scheduler.name,
    cron: scheduler.pattern ?? null,
    every: scheduler.every ?? null,
    timezone: scheduler.tz ?? null,
    limit: scheduler.limit ?? null,
    from: scheduler.startDate ?? null,
    until: scheduler.endDate ?? null,
    state: 'active',
    next,
    last: job && wasMadeByRun(job) ? job.timestamp : null,
    // It counts the jobs that it made, the next one among them.
    runs: iterationCount === undefined ? null : Math.max(0, iterationCount - 1),
    data: JSON.stringify(template?.data ?? {}),
    options: template?.opts ?? {},
  }
}

/** The next job is made when the one before it starts; the first is made when the scheduler is. */
function wasMadeByRun({ opts: { repeat } }: ApiJob): boolean {
  return typeof repeat === 'object' && repeat !== null && 'count' in repeat && Number(repeat.count) > 1
}

export async function runScheduler(queue: ApiQueue, id: string): Promise<JobAddress> {
  const scheduler = await queue.getJobScheduler(id)
  if (!scheduler) throw new Error(`The queue ${queue.name} has no scheduler "${id}" any more`)
  const { data = {}, opts = {} } = scheduler.template ?? {}
  return addressOf(queue.name, await queue.add(scheduler.name, data, optionsForCopy(opts)))
}
