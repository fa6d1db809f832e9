import { createHash } from 'node:crypto'
import { MAX_ID_CHARS } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import { ask } from '../../redis/send.js'
import { type ListedId, scoredIds } from './lists.js'

const MAX_SCHEDULERS = 1_000

/** The keys of schedules, the next to run first; the score is when. */
export async function readRepeats(connection: Connection, base: string): Promise<ListedId[]> {
  const all = scoredIds(await ask(connection, ['zrange', `${base}repeat`, 0, MAX_SCHEDULERS - 1, 'WITHSCORES']))
  // Longer ones nobody could ask Zenith to change.
  return all.filter(({ id }) => id.length <= MAX_ID_CHARS)
}

/** The ids of the next runs of Bull, and of BullMQ before its version 4, hold what their schedules are in this form. */
export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
