import type { JobState } from '../../protocol/index.js'
import { wasThere } from '../shared/times.js'
import { type ActionPlace, removeJobs } from './actions.js'
import { baseOf } from './keys.js'
import type { BullCleanType } from './queue-api.js'
import { type ScanCursor, scanIds } from './scan.js'
import type { ScriptRunner } from './script.js'
import { readSummaries } from './summaries.js'

/** BullMQ removes so many in one script, and Redis does nothing else meanwhile: a thousand are some 20 ms. */
const JOBS_A_CALL = 100
/** How many jobs are looked at for those that BullMQ's own way did not come to. */
const MAX_LOOKED = 10_000

const TYPES: Partial<Record<JobState, readonly BullCleanType[]>> = {
  waiting: ['paused', 'wait'],
  prioritized: ['prioritized'],
  delayed: ['delayed'],
  active: ['active'],
  completed: ['completed'],
  failed: ['failed'],
}

export interface CleanPlace extends ActionPlace {
  readonly scripts: ScriptRunner
}

/** @returns how many were removed */
export async function cleanJobs(
  place: CleanPlace,
  queue: string,
  { state, before, limit }: { readonly state: JobState; readonly before: number; readonly limit: number },
): Promise<number> {
  const types = TYPES[state]
  if (!types) throw new Error('BullMQ cleans no jobs that wait for their children: remove them one by one')
  let removed = 0
  for (const type of types) removed += await cleanType(place, queue, type, before, limit - removed)
  // The sorted sets of these are not in the order of age, and BullMQ stops at the first that may not go.
  if ((state === 'delayed' || state === 'prioritized') && removed < limit)
    removed += await removeOld(place, queue, state, before, limit - removed)
  return removed
}

async function cleanType(
  { api }: CleanPlace,
  queue: string,
  type: BullCleanType,
  before: number,
  limit: number,
): Promise<number> {
  let removed = 0
  while (removed < limit) {
    const count = Math.min(JOBS_A_CALL, limit - removed)
    const ids = await api.use(queue, (open) => open.clean(Math.max(0, Date.now() - before), count, type))
    removed += ids.length
    if (ids.length < count) break
  }
  return removed
}

/** One by one, and not the next runs of schedulers. */
async function removeOld(
  place: CleanPlace,
  queue: string,
  state: JobState,
  before: number,
  limit: number,
): Promise<number> {
  const base = baseOf(place.prefix, queue)
  let removed = 0
  let looked = 0
  let cursor: ScanCursor | null = null
  do {
    const part: Awaited<ReturnType<typeof scanIds>> = await scanIds(
      place.connection,
      base,
      { state, asOf: before, cursor: null, limit: JOBS_A_CALL },
      cursor,
    )
    const jobs = await readSummaries(place.connection, place.scripts, base, part.ids, state)
    const old = jobs.flatMap((job) => (job && job.scheduler === null && wasThere(job, before) ? [job.id] : []))
    const outcomes = await removeJobs(place, queue, old.slice(0, limit - removed))
    removed += outcomes.filter(({ ok }) => ok).length
    looked += part.ids.length
    cursor = part.cursor
  } while (cursor && removed < limit && looked < MAX_LOOKED)
  return removed
}

/** What waits first, in the order in which it would be taken. BullMQ's own `drain` is one script for all of it. */
export async function emptyQueue(place: CleanPlace, queue: string, limit: number): Promise<number> {
  let removed = 0
  for (const state of ['waiting', 'prioritized', 'delayed'] as const) {
    if (removed < limit) removed += await cleanJobs(place, queue, { state, before: Date.now(), limit: limit - removed })
  }
  return removed
}
