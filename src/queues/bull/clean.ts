import { performance } from 'node:perf_hooks'
import type { JobCleanQuery } from '../../ports/index.js'
import type { Command } from '../../redis/client.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import { cleanInCalls, JOBS_A_CALL, LOOK_MS, removeOld } from '../bull-common/cleaning.js'
import { baseOf } from '../bull-common/keys.js'
import { jobsReader } from '../bull-common/summary.js'
import { notPossible } from '../shared/conditions.js'
import { jobField, orThrow } from '../shared/redis.js'
import { refusalAmong } from '../shared/refusals.js'
import { jsonOf } from '../shared/texts.js'
import { cameAt } from '../shared/times.js'
import { removeJobs } from './actions.js'
import type { ActionPlace } from './api.js'
import type { BullCleanType } from './package.js'

/** After this many jobs that are too young, Bull's own script is not used, because it would scan all of them. */
const MAX_YOUNG = 1_000
/** Later than any job, also where Bull compares a time with the score of a delayed job. */
const ALL = 90_000_000_000_000_000

/** @returns the number of removed jobs */
export async function cleanJobs(place: ActionPlace, queue: string, query: JobCleanQuery): Promise<number> {
  const { state, before, limit } = query
  if (state === 'completed' || state === 'failed')
    return cleanInCalls(limit, (count) => cleanSome(place, queue, state, before, count))
  if (state === 'waiting') return cleanWaiting(place, queue, query)
  // For delayed jobs Bull searches by a time although the scores are 4096 times as large, and with a limit finds none.
  if (state === 'delayed' || state === 'active') return removeEach(place, queue, query)
  throw notPossible(`Bull has no jobs that are ${state}`)
}

async function cleanSome(place: ActionPlace, queue: string, type: BullCleanType, before: number, count: number) {
  // Bull also removes jobs of exactly this time.
  const removed = await place.api.use(queue, (open) => open.clean(Date.now() - before + 1, type, count))
  return removed.length
}

const LISTS = ['paused', 'wait'] as const

/** Cleans one list after the other, and reports where it stopped if time was short. */
async function cleanWaiting(place: ActionPlace, queue: string, query: JobCleanQuery): Promise<number> {
  const ends = performance.now() + LOOK_MS
  const start = cursorOf(query.cursor ?? null)
  let removed = 0
  for (const list of LISTS.slice(start.list)) {
    const young = list === LISTS[start.list] ? start.young : 0
    const part = await cleanList(place, queue, list, { ...query, limit: query.limit - removed, young, ends })
    removed += part.removed
    if (part.young === null || removed >= query.limit) continue
    const lengths = await send(
      place.connection,
      LISTS.map((one) => ['llen', baseOf(place.prefix, queue) + one]),
    )
    const total = removed + lengths.reduce((sum, reply) => sum + (asNumber(orThrow(reply)) ?? 0), 0)
    const looked = part.young - young + removed
    query.onStop?.({ looked, total, cursor: JSON.stringify([LISTS.indexOf(list), part.young]) })
    break
  }
  return removed
}

/** The list, and how many of its jobs are too young, counted from the end that workers take from. */
function cursorOf(text: string | null): { readonly list: number; readonly young: number } {
  const cursor = text === null ? [0, 0] : jsonOf(text)
  const [list, young]: unknown[] = Array.isArray(cursor) ? cursor : []
  if ((list === 0 || list === 1) && typeof young === 'number' && young >= 0) return { list, young }
  throw notPossible('This is no cursor of a clean of waiting jobs')
}

/**
 * Bull's script scans the whole list until it has removed as many jobs as its limit allows. So the limit is the number known to be
 * removable near the end that workers take from. Jobs behind many that are too young are removed one by one.
 *
 * @returns the number removed; `young`: the number left in place if time was short, null if the end was reached
 */
async function cleanList(
  place: ActionPlace,
  queue: string,
  list: 'wait' | 'paused',
  { before, limit, young: from, ends }: Pick<JobCleanQuery, 'before' | 'limit'> & { young: number; ends: number },
): Promise<{ readonly removed: number; readonly young: number | null }> {
  let removed = 0
  let young = from
  while (removed < limit && performance.now() < ends) {
    const jobs = await jobsIn(place, baseOf(place.prefix, queue), list, young)
    const old = jobs.filter(({ time }) => time !== null && time < before).slice(0, limit - removed)
    const now = await removeSome(place, queue, list, { before, young, ids: old.map(({ id }) => id) })
    removed += now
    young += jobs.length - now
    if (jobs.length < JOBS_A_CALL) return { removed, young: null }
  }
  return { removed, young }
}

async function removeSome(
  place: ActionPlace,
  queue: string,
  list: 'wait' | 'paused',
  { before, young, ids }: { before: number; young: number; ids: readonly string[] },
): Promise<number> {
  if (ids.length === 0) return 0
  if (young < MAX_YOUNG) return cleanSome(place, queue, list, before, ids.length)
  const outcomes = await removeJobs(place, queue, ids)
  const removed = outcomes.filter(({ ok }) => ok).length
  const refusal = refusalAmong(outcomes)
  if (refusal && removed === 0) throw refusal
  return removed
}

/** Jobs of a list, and when they came to it according to Bull: when they were last processed, or added. */
async function jobsIn({ connection }: ActionPlace, base: string, list: 'wait' | 'paused', skip: number) {
  const [part] = await send(connection, [['lrange', base + list, -skip - JOBS_A_CALL, -skip - 1]])
  const ids = asList(orThrow(part))
    .map((id) => asText(id) ?? '')
    .reverse()
  const commands = ids.map((id): Command => ['hmget', base + id, 'finishedOn', 'processedOn', 'timestamp'])
  const replies = await send(connection, commands)
  return ids.map((id, index) => {
    const times = asList(jobField(replies[index])).map(asNumber)
    return { id, time: times.find((time) => time !== null) ?? null }
  })
}

/** Removes one by one, except the next runs of schedules and jobs locked by a worker. */
function removeEach(place: ActionPlace, queue: string, query: JobCleanQuery) {
  return removeOld(place, queue, {
    ...query,
    read: jobsReader(place),
    isOld: (job) => (cameAt(job) ?? 0) < query.before,
    remove: (ids) => removeJobs(place, queue, ids),
  })
}

/** Removes waiting jobs first, then delayed ones. Bull's own `empty` is a single transaction for all of them. */
export async function emptyQueue(
  place: ActionPlace,
  queue: string,
  limit: number,
  onStop: JobCleanQuery['onStop'],
): Promise<number> {
  let removed = 0
  for (const list of ['paused', 'wait'] as const)
    removed += await cleanInCalls(limit - removed, (count) => cleanSome(place, queue, list, ALL, count))
  if (removed >= limit) return removed
  const delayed = { state: 'delayed', before: ALL, limit: limit - removed, ...(onStop && { onStop }) } as const
  return removed + (await removeEach(place, queue, delayed))
}
