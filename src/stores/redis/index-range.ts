import { INDEX_LIFE_MS } from '../../protocol/index.js'
import type { Command } from '../../redis/client.js'
import type { ServerClock } from './server-clock.js'

/**
 * Reads the newest members of an index with their scores. What claims to be of the far future is passed over, as it is
 * pruned when somebody writes: it would stand before all others for ever.
 */
export function newestMembers(index: string, clock: ServerClock, max: number): Command {
  const now = clock.now()
  const latest = now === null ? '+inf' : now + INDEX_LIFE_MS
  return ['zrange', index, latest, '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, max, 'WITHSCORES']
}

/** How many members of the far future are read. */
const MAX_FUTURE = 100

/** Those that it passes over, as far as they are few: a node's clock may be a century ahead. Null when it passes none over. */
export function futureMembers(index: string, clock: ServerClock): Command | null {
  const now = clock.now()
  if (now === null) return null
  return ['zrange', index, '+inf', `(${now + INDEX_LIFE_MS}`, 'BYSCORE', 'REV', 'LIMIT', 0, MAX_FUTURE, 'WITHSCORES']
}
