import { INDEX_LIFE_MS } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { ServerClock } from './server-clock.js'

/**
 * Reads the newest members of an index, with scores. Skips members in the far future, which writers prune, too: they would precede all
 * others for ever.
 */
export function newestMembers(index: string, clock: ServerClock, max: number): Command {
  const now = clock.now()
  const latest = now === null ? '+inf' : now + INDEX_LIFE_MS
  return ['zrange', index, latest, '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, max, 'WITHSCORES']
}

/** Most members in the far future to read. */
const MAX_FUTURE = 100

/** The members that {@link newestMembers} skips, a few of them: a node's clock may be a century ahead. Null if it skips none. */
export function futureMembers(index: string, clock: ServerClock): Command | null {
  const now = clock.now()
  if (now === null) return null
  return ['zrange', index, '+inf', `(${now + INDEX_LIFE_MS}`, 'BYSCORE', 'REV', 'LIMIT', 0, MAX_FUTURE, 'WITHSCORES']
}
