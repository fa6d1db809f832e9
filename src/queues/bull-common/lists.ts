import { createHash } from 'node:crypto'
import type { JobQuery } from '../../ports/index.js'
import type { JobState, JobSummary } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asText } from '../../redis/replies.js'
import { ask, send } from '../../redis/send.js'
import { orThrow } from '../shared/redis.js'
import { isSetState, listsOf, SET_STATES } from './keys.js'

/** An id and, in a sorted set, its score. */
export interface ListedId {
  readonly id: string
  readonly score: number | null
}

/** Reads jobs without their payloads. @returns one for each, null for those that are gone */
export type ReadJobs = (base: string, ids: readonly ListedId[], state: JobState) => Promise<(JobSummary | null)[]>

/** The number of jobs in a state, and a part of their ids. */
export async function readIds(
  connection: Connection,
  base: string,
  { state, offset, limit, order }: Omit<JobQuery, 'state'> & { readonly state: JobState },
): Promise<{ total: number; ids: ListedId[] }> {
  return isSetState(state)
    ? readSetIds(connection, base + SET_STATES[state], offset, limit, order)
    : readListIds(connection, base, listsOf(state), offset, limit, order)
}

async function readSetIds(
  connection: Connection,
  key: string,
  offset: number,
  limit: number,
  order: JobQuery['order'],
): Promise<{ total: number; ids: ListedId[] }> {
  const range = order === 'oldest' ? 'zrange' : 'zrevrange'
  const [count, part] = await send(connection, [
    ['zcard', key],
    [range, key, offset, offset + limit - 1, 'WITHSCORES'],
  ])
  return { total: asNumber(orThrow(count)) ?? 0, ids: scoredIds(orThrow(part)) }
}

/** In the order of the reply, which a client may return as pairs. */
export function scoredIds(value: unknown): ListedId[] {
  const flat = asList(value).flat()
  return flat.flatMap((one, index) => {
    const id = index % 2 === 0 ? asText(one) : null
    return id === null ? [] : [{ id, score: asNumber(flat[index + 1]) }]
  })
}

/**
 * Jobs are added at the head of a list and taken from its tail. The second list of waiting jobs is older: Bull or BullMQ 5 moved jobs there
 * when paused.
 */
async function readListIds(
  connection: Connection,
  base: string,
  lists: readonly string[],
  offset: number,
  limit: number,
  order: JobQuery['order'],
): Promise<{ total: number; ids: ListedId[] }> {
  const counts = await send(
    connection,
    lists.map((list): Command => ['llen', base + list]),
  )
  const lengths = counts.map((reply) => asNumber(orThrow(reply)) ?? 0)
  const total = lengths.reduce((sum, length) => sum + length, 0)
  // From the head of the first list to the tail of the last one.
  const first = order === 'newest' ? offset : Math.max(0, total - offset - limit)
  const last = (order === 'newest' ? Math.min(total, offset + limit) : total - offset) - 1
  const commands = partsOf(lengths, first, last).map(({ list, start, end }): Command => {
    return ['lrange', base + lists[list], start, end]
  })
  const ids = (await send(connection, commands)).flatMap((reply) => asList(orThrow(reply)).map(asText))
  const listed = ids.flatMap((id) => (id === null || isMarker(id) ? [] : [{ id, score: null }]))
  return { total, ids: order === 'newest' ? listed : listed.reverse() }
}

function partsOf(lengths: readonly number[], first: number, last: number) {
  let before = 0
  return lengths.flatMap((length, list) => {
    const start = Math.max(first - before, 0)
    const end = Math.min(last - before, length - 1)
    before += length
    return start <= end ? [{ list, start, end }] : []
  })
}

/** Early releases of BullMQ 5 stored a marker for their workers in the list. */
export function isMarker(id: string): boolean {
  return id === '0' || id.startsWith('0:')
}

/** Most schedulers of a queue to list. */
const MAX_SCHEDULERS = 10_000
const PER_READ = 1_000

/** The keys of schedules, the next to run first; the score is when. */
export async function readRepeats(connection: Connection, base: string): Promise<ListedId[]> {
  const all = new Map<string, ListedId>()
  for (let start = 0; start < MAX_SCHEDULERS; start += PER_READ) {
    const range = ['zrange', `${base}repeat`, start, start + PER_READ - 1, 'WITHSCORES'] as const
    const part = scoredIds(await ask(connection, range))
    for (const one of part) all.set(one.id, one)
    if (part.length < PER_READ) break
  }
  return [...all.values()]
}

/** The one with an id; empty if there is none. */
export async function readRepeat(connection: Connection, base: string, id: string): Promise<ListedId[]> {
  const score = asNumber(await ask(connection, ['zscore', `${base}repeat`, id]))
  return score === null ? [] : [{ id, score }]
}

/** Number of schedules that {@link readRepeats} leaves out. */
export async function countOmittedRepeats(connection: Connection, base: string): Promise<number> {
  const count = asNumber(await ask(connection, ['zcard', `${base}repeat`])) ?? 0
  return Math.max(0, count - MAX_SCHEDULERS)
}

/** Ids of next runs in Bull, and in BullMQ before version 4, contain their schedule in this form. */
export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
