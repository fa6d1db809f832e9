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

/** @returns the number of removed jobs */
export async function cleanJobs(place: ActionPlace, queue: string, query: JobCleanQuery): Promise<number> {
  const { state, before, limit } = query
  const types = TYPES[state]
  if (!types) throw notPossible('BullMQ cleans no jobs that wait for their children: remove them one by one')
  let removed = 0
  for (const type of types) removed += await cleanType(place, queue, type, before, limit - removed)
  // The sorted sets of these states are not sorted by age, and BullMQ stops at the first job that must stay.
  if ((state === 'delayed' || state === 'prioritized') && removed < limit)
    removed += await removeOld(place, queue, {
      ...query,
      limit: limit - removed,
      read: jobsReader(place),
      // The next run of a scheduler must stay.
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

/** Removes waiting jobs first, in the order in which workers would take them. BullMQ's own `drain` is a single script for all of them. */
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
