import type { JobQuery } from '../../ports/index.js'
import type { JobState } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { asList, asNumber, asScored, asText } from '../../redis/replies.js'
import { pagesOf as inPages } from '../shared/pages.js'
import { orThrow, sendInPortions } from '../shared/redis.js'
import { type Entry, entryOf } from './entry.js'
import { type Layout, PRIORITIES, type Priority } from './layout.js'

/** A key with jobs of one state: a list, whose tail is taken next, or a sorted set of delayed jobs by when they are due. */
export interface Place {
  readonly key: string
  readonly state: JobState
  readonly priority: Priority
}

export type Order = JobQuery['order']

/** The keys of a state in the order in which workers read them; empty if the system has no such state. */
export function placesOf(layout: Layout, queue: string, state: JobState): Place[] {
  if (state === 'failed') return [{ key: layout.failed(queue), state, priority: '' }]
  if (state !== 'waiting' && state !== 'delayed') return []
  const keyOf = state === 'waiting' ? layout.list : layout.delayed
  return PRIORITIES.map((priority) => ({ key: keyOf(queue, priority), state, priority }))
}

/** The number of entries of each key. @throws RedisError */
export async function sizesOf(connection: Connection, places: readonly Place[]): Promise<number[]> {
  const commands = places.map(({ key, state }) => [state === 'delayed' ? 'zcard' : 'llen', key] as const)
  const replies = await sendInPortions(connection, commands)
  return replies.map((reply) => asNumber(orThrow(reply)) ?? 0)
}

/** A part of the entries of each key. @param offset from the next one, or from the other end */
export async function readParts(
  connection: Connection,
  parts: readonly { readonly place: Place; readonly offset: number; readonly limit: number }[],
  order: Order,
): Promise<Entry[][]> {
  const wanted = parts.filter(({ limit }) => limit > 0)
  const replies = await sendInPortions(
    connection,
    wanted.map(({ place, offset, limit }) => rangeCommand(place, offset, limit, order)),
  )
  const read = new Map(wanted.map((part, index) => [part, entriesOf(part.place, orThrow(replies[index]), order)]))
  return parts.map((part) => read.get(part) ?? [])
}

function rangeCommand({ key, state }: Place, offset: number, limit: number, order: Order): Command {
  const end = offset + limit - 1
  if (state === 'delayed')
    return ['zrange', key, offset, end, ...(order === 'newest' ? ['REV'] : []), 'WITHSCORES'] as Command
  // The tail is the next one to be taken, or the first that failed.
  return order === 'newest' ? ['lrange', key, offset, end] : ['lrange', key, -end - 1, -offset - 1]
}

function entriesOf(place: Place, reply: unknown, order: Order): Entry[] {
  if (place.state === 'delayed')
    return asScored(reply).map(({ member, score }) => entryOf(member, { ...place, runAt: score }))
  const texts = asList(reply)
    .map(asText)
    .filter((text) => text !== null)
  const entries = texts.map((text) => entryOf(text, { ...place, runAt: null }))
  return order === 'newest' ? entries : entries.reverse()
}

/** A part of all jobs of a state. @returns the part, and the total number */
export async function readWindow(
  connection: Connection,
  places: readonly Place[],
  { offset, limit, order }: Pick<JobQuery, 'offset' | 'limit' | 'order'>,
): Promise<{ readonly total: number; readonly entries: Entry[] }> {
  const ordered = order === 'oldest' ? places : [...places].reverse()
  const sizes = await sizesOf(connection, ordered)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const filled = ordered.flatMap((place, index) => (sizes[index] ? [{ place, size: sizes[index] }] : []))
  if (filled.length > 1 && filled[0]?.place.state === 'delayed') {
    const parts = filled.map(({ place }) => ({ place, offset: 0, limit: offset + limit }))
    const read = (await readParts(connection, parts, order)).flat()
    return { total, entries: byTime(read, order).slice(offset, offset + limit) }
  }
  return { total, entries: (await readParts(connection, consecutive(filled, offset, limit), order)).flat() }
}

/** Sorts jobs of several sorted sets by when they are due; equal ones keep their order. */
function byTime(entries: Entry[], order: Order): Entry[] {
  const sign = order === 'oldest' ? 1 : -1
  return entries.sort((one, other) => sign * ((one.runAt ?? 0) - (other.runAt ?? 0)))
}

/** Splits a range over all keys, one after the other, into a range for each. */
function consecutive(filled: readonly { place: Place; size: number }[], offset: number, limit: number) {
  let start = 0
  return filled.map(({ place, size }) => {
    const from = Math.max(0, offset - start)
    const to = Math.min(size, offset + limit - start)
    start += size
    return { place, offset: from, limit: Math.max(0, to - from) }
  })
}

/** Reads a key page by page from the next entry on, up to a limit. @param from number of entries to skip */
export function pagesOf(
  connection: Connection,
  place: Place,
  most: number,
  from = 0,
): AsyncGenerator<readonly Entry[]> {
  return inPages([from, most - 1], async (offset, limit) => {
    const [entries = []] = await readParts(connection, [{ place, offset, limit }], 'oldest')
    return entries
  })
}
