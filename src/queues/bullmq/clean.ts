import type { JobCleanQuery } from '../../ports/index.js'
import type { JobState } from '../../protocol/index.js'
import { cleanInCalls, removeOld } from '../bull-common/cleaning.js'
import { jobsReader } from '../bull-common/summary.js'
import { notPossible } from '../shared/conditions.js'
import { wasThere } from '../shared/times.js'
import type { ActionPlace } from './actions.js'
import type { BullCleanType } from './package/queue-api.js'
import { removeJobs } from './removing.js'

const TYPES: Partial<Record<JobState, readonly BullCleanType[]>> = {
  waiting: ['paused', 'wait'],
  prioritized: ['prioritized'],
  delayed: ['delayed'],
  active: ['active'],
  completed: ['completed'],
  failed: ['failed'],
}

/** @returns how many were removed */
export async function cleanJobs(place: ActionPlace, queue: string, query: JobCleanQuery): Promise<number> {
  const { state, before, limit } = query
  const types = TYPES[state]
  if (!types) throw notPossible('BullMQ cleans no jobs that wait for their children: remove them one by one')
  let removed = 0
  for (const type of types) removed += await cleanType(place, queue, type, before, limit - removed)
  // The sorted sets of these are not in the order of age, and BullMQ stops at the first that may not go.
  if ((state === 'delayed' || state === 'prioritized') && removed < limit)
    removed += await removeOld(place, queue, {
      ...query,
      limit: limit - removed,
      read: jobsReader(place),
      // The next run of a scheduler is not to go.
      isOld: (job) => job.scheduler === null && wasThere(job, before),
      remove: (ids) => removeJobs(place, queue, ids),
    })
  return removed
}

async function cleanType(
  { api }: ActionPlace,
  queue: string,
  type: BullCleanType,
  before: number,
  limit: number,
): Promise<number> {
  return cleanInCalls(limit, async (count) => {
    const ids = await api.use(queue, (open) => open.clean(Math.max(0, Date.now() - before), count, type))
    return ids.length
  })
}

/** What waits first, in the order in which it would be taken. BullMQ's own `drain` is one script for all of it. */
export async function emptyQueue(
  place: ActionPlace,
  queue: string,
  limit: number,
  onStop: JobCleanQuery['onStop'],
): Promise<number> {
  const asked = { before: Date.now(), ...(onStop && { onStop }) }
  let removed = 0
  for (const state of ['waiting', 'prioritized', 'delayed'] as const) {
    if (removed < limit) removed += await cleanJobs(place, queue, { ...asked, state, limit: limit - removed })
  }
  return removed
}
