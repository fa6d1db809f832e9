import type { JobAddress, JobOutcome, JobState } from '../../../protocol/index.js'
import { optionsForCopy, optionsNow } from '../../bull-common/options.js'
import { isGone, notPossible } from '../../shared/conditions.js'
import { done, notDone, notThere } from '../../shared/outcomes.js'
import { addressOf } from '../package/add-text.js'
import { parentWaits } from '../package/children.js'
import type { BullCleanType } from '../package/queue-api.js'
import { checkExact } from './exact.js'
import { describeFailure } from './failures.js'
import { findJob, typeOf } from './jobs.js'
import type { ApiJob, ApiQueue } from './types.js'

const JOBS_A_CALL = 1_000

/** Performs an action on jobs one after the other, because an id may occur twice. */
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
    const found = await findJob(queue, id)
    if (!found || !states.includes(found.state)) return notThere(id, states)
    await deed(found.job, found.state)
    return done(id)
  } catch (error) {
    return notDone(id, describeFailure(error).message)
  }
}

export function retryJobs(queue: ApiQueue, ids: readonly string[]): Promise<JobOutcome[]> {
  return actOnEach(queue, ids, ['failed', 'completed'], async (job, state) => {
    const { unprocessed = 0, failed = 0 } = await job.getDependenciesCount()
    const waits = parentWaits(unprocessed, failed)
    if (waits !== null) throw notPossible(waits)
    await job.retry(state === 'completed' ? 'completed' : 'failed')
  })
}

export function promoteJobs(queue: ApiQueue, ids: readonly string[]): Promise<JobOutcome[]> {
  return actOnEach(queue, ids, ['delayed'], async (job) => {
    if (job.repeatJobKey !== undefined)
      throw notPossible(`It is the next run of the scheduler "${job.repeatJobKey}": run the scheduler instead`)
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
    if (removed === 0) throw notPossible('It is being worked on, or a job that it is made of is')
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
  if (!type) throw notPossible(`BullMQ cleans no jobs that are ${state}: remove them one by one`)
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

/** BullMQ on PostgreSQL cleans jobs in the order in which they were added; this removes those that ended first. */
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
  if (!job) throw isGone(`The queue ${queue.name} has no job ${id} any more`)
  const { priority = null, delay = null } = job
  const options = optionsNow(job.opts, { priority, delay, hasStarted: job.processedOn !== undefined })
  return addLike(queue, job.name, job.data, options)
}

export async function runScheduler(queue: ApiQueue, id: string): Promise<JobAddress> {
  const scheduler = await queue.getJobScheduler(id)
  if (!scheduler) throw isGone(`The queue ${queue.name} has no scheduler "${id}" any more`)
  const { data = {}, opts = {} } = scheduler.template ?? {}
  return addLike(queue, scheduler.name, data, opts)
}

async function addLike(queue: ApiQueue, name: string, data: unknown, options: ApiJob['opts']): Promise<JobAddress> {
  checkExact(data)
  return addressOf(queue.name, await queue.add(name, data, optionsForCopy(options)))
}
