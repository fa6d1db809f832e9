import type { JobState } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { cleanInCalls, JOBS_A_CALL, removeOld } from '../bull-layout/cleaning.js'
import { baseOf } from '../bull-layout/keys.js'
import { jobsReader } from '../bull-layout/summaries.js'
import { orThrow } from '../shared/redis.js'
import { cameAt } from '../shared/times.js'
import { type ActionPlace, removeJobs } from './actions.js'
import type { BullCleanType } from './package.js'

/** How many jobs in front of a list may be too young before the rest is left alone: a script would go through all of them. */
const MAX_YOUNG = 1_000
/** Later than every job, also where Bull compares a time with the place of a delayed job. */
const ALL = 90_000_000_000_000_000

/** @returns how many were removed */
export async function cleanJobs(
  place: ActionPlace,
  queue: string,
  { state, before, limit }: { readonly state: JobState; readonly before: number; readonly limit: number },
): Promise<number> {
  if (state === 'completed' || state === 'failed')
    return cleanInCalls(limit, (count) => cleanSome(place, queue, state, before, count))
  if (state === 'waiting') {
    const paused = await cleanList(place, queue, 'paused', before, limit)
    return paused + (await cleanList(place, queue, 'wait', before, limit - paused))
  }
  // Bull looks for delayed jobs by a time where it keeps 4096 times as much, and finds none when it has a limit.
  if (state === 'delayed' || state === 'active') return removeEach(place, queue, state, before, limit)
  throw new Error(`Bull has no jobs that are ${state}`)
}

async function cleanSome(place: ActionPlace, queue: string, type: BullCleanType, before: number, count: number) {
  // Bull removes what came at this very time as well.
  const removed = await place.api.use(queue, (open) => open.clean(Date.now() - before + 1, type, count))
  return removed.length
}

/**
 * Bull goes through the whole list, in one script, until it has removed as many as it may: it is told no more than are
 * known to be there, near the end that jobs are taken from.
 */
async function cleanList(
  place: ActionPlace,
  queue: string,
  list: 'wait' | 'paused',
  before: number,
  limit: number,
): Promise<number> {
  let removed = 0
  let young = 0
  while (removed < limit && young < MAX_YOUNG) {
    const times = await timesIn(place, `${baseOf(place.prefix, queue)}`, list, young)
    const old = times.filter((time) => time !== null && time < before).length
    const count = Math.min(old, limit - removed)
    const now = count === 0 ? 0 : await cleanSome(place, queue, list, before, count)
    removed += now
    young += times.length - now
    if (times.length < JOBS_A_CALL) break
  }
  return removed
}

/** When jobs of a list came to it as Bull sees it: when they were last worked on, or added. */
async function timesIn(
  { connection }: ActionPlace,
  base: string,
  list: 'wait' | 'paused',
  skip: number,
): Promise<(number | null)[]> {
  const [part] = await send(connection, [['lrange', base + list, -skip - JOBS_A_CALL, -skip - 1]])
  const commands = asList(orThrow(part)).map((id): Command => {
    return ['hmget', base + (asText(id) ?? ''), 'finishedOn', 'processedOn', 'timestamp']
  })
  const replies = await send(connection, commands)
  return replies.map(
    (reply) =>
      asList(orThrow(reply))
        .map(asNumber)
        .find((time) => time !== null) ?? null,
  )
}

/** One by one, and neither the next runs of schedules nor what a worker holds, which are not removed. */
function removeEach(place: ActionPlace, queue: string, state: JobState, before: number, limit: number) {
  return removeOld(place, queue, {
    state,
    before,
    limit,
    read: jobsReader(place),
    isOld: (job) => (cameAt(job) ?? 0) < before,
    remove: (ids) => removeJobs(place, queue, ids),
  })
}

/** What waits first, then what is delayed. Bull's own `empty` is one transaction for all of it. */
export async function emptyQueue(place: ActionPlace, queue: string, limit: number): Promise<number> {
  let removed = 0
  for (const list of ['paused', 'wait'] as const)
    while (removed < limit) {
      const now = await cleanSome(place, queue, list, ALL, Math.min(JOBS_A_CALL, limit - removed))
      if (now === 0) break
      removed += now
    }
  return removed < limit ? removed + (await removeEach(place, queue, 'delayed', ALL, limit - removed)) : removed
}
