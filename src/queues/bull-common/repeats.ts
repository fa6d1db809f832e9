import { createHash } from 'node:crypto'
import type { Connection } from '../../redis/connection.js'
import { asNumber } from '../../redis/replies.js'
import { ask } from '../../redis/send.js'
import { type ListedId, scoredIds } from './lists.js'

/** So many schedulers of a queue are listed. */
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

/** The one of an id; none where there is none. */
export async function readRepeat(connection: Connection, base: string, id: string): Promise<ListedId[]> {
  const score = asNumber(await ask(connection, ['zscore', `${base}repeat`, id]))
  return score === null ? [] : [{ id, score }]
}

/** How many schedules {@link readRepeats} leaves out. */
export async function countOmittedRepeats(connection: Connection, base: string): Promise<number> {
  const count = asNumber(await ask(connection, ['zcard', `${base}repeat`])) ?? 0
  return Math.max(0, count - MAX_SCHEDULERS)
}

/** The ids of the next runs of Bull, and of BullMQ before its version 4, hold what their schedules are in this form. */
export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
