import { MAX_STACK_CHARS } from './limits.js'
import { type Fields, readText, readTime, within } from './read.js'

/** An event loop that doesn't turn. */
export interface Blocked {
  /** When it turned last, Unix ms, by the clock of the heartbeat's `timestamp`. */
  since: number
  /** Where it is: a line for each function, the innermost first; null if unknown. */
  stack: string | null
}

/** Null unless it has a time. */
export function readBlocked(fields: Fields): Blocked | null {
  const blocked = within(fields, 'blocked')
  const since = readTime(blocked, 'since')
  return since === null ? null : { since, stack: readText(blocked, 'stack', MAX_STACK_CHARS) }
}

/** The same by another clock. @param shift difference of the clocks, ms */
export function shiftBlocked(blocked: Blocked | null, shift: number): Blocked | null {
  return blocked && shift !== 0 ? { ...blocked, since: Math.max(0, blocked.since + shift) } : blocked
}

/** How long the event loop had been blocked at the time of a heartbeat, ms; 0 if nothing tells that it was. */
export function blockedFor({ blocked, timestamp }: { blocked: Blocked | null; timestamp: number }): number {
  return blocked ? Math.max(0, timestamp - blocked.since) : 0
}
