import { performance } from 'node:perf_hooks'
import { monotonic } from '../../lib/clock.js'
import type { ThreadTime } from './thread-time.js'

/**
 * How often the timer looks, ms: each look wakes an idle process up, which takes 0.1 to 0.4 ms of CPU. Seldom while nothing
 * else turns the loop, often while it is awake anyway.
 */
export const PERIODS_MS = { quiet: 500, idle: 200, busy: 50 } as const
/** So many turns between two looks are those of the timer itself. */
const QUIET_TURNS = 2
/** The share of its time that a loop is busy above which it counts as awake. */
const BUSY_SHARE = 0.05
/** Timers are this coarse: less lateness says nothing. */
const TIMER_GRAIN_MS = 2
/** Shorter stretches are not remembered. */
export const NOTABLE_MS = 20
/** A loop that was held for this share of its active time without running was parked. */
const PARKED_SHARE = 0.5
/** So many turns between two looks are the wake-ups of an idle loop, which cost next to nothing. */
const IDLE_TURNS = 6
const IDLE_TURN_MS = 0.5
/** What each further turn is taken to cost: more than most do, so that many short turns never look like a long one. */
const BUSY_TURN_MS = 5

/** A stretch of `ms` without a turn of the loop, somewhere between `from` and `to` (`performance.now()`). */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly ms: number
}

/** What is known of the loop at one moment. */
export interface Look {
  readonly at: number
  /** How long the loop was busy since it began, ms. */
  readonly active: number
  /** How long it was idle, waiting for events, since it began, ms. */
  readonly idle: number
  /** How often it turned; null where the runtime does not count. */
  readonly turns: number | null
  /** See {@link ThreadTime}; null on the main thread, too. */
  readonly ran: number | null
}

export function look(threadTime: ThreadTime | null): Look {
  // Missing in Bun and Deno, where it is 0 or not there at all.
  const turns = performance.nodeTiming?.uvMetricsInfo?.loopCount
  const { active = 0, idle = 0 } = performance.eventLoopUtilization?.() ?? {}
  return {
    at: monotonic(),
    active,
    idle,
    turns: typeof turns === 'number' ? turns : null,
    ran: threadTime?.() ?? null,
  }
}

/**
 * Whether the loop was held without anything running for most of the time that it was held. Where a thread's time is unknown,
 * a loop that was held for long enough to tell may have been parked.
 */
export function wasParked(last: Look, now: Look): boolean {
  const active = now.active - last.active
  if (active < NOTABLE_MS) return false
  if (last.ran === null || now.ran === null) return active / (now.at - last.at) > 1 - BUSY_SHARE
  const parked = active - (now.ran - last.ran)
  return parked >= NOTABLE_MS && parked > active * PARKED_SHARE
}

function turnsBetween(last: Look, now: Look): number | null {
  return last.turns === null || now.turns === null ? null : now.turns - last.turns
}

export function periodAfter(last: Look, now: Look): number {
  if ((now.active - last.active) / (now.at - last.at) > BUSY_SHARE) return PERIODS_MS.busy
  const turns = turnsBetween(last, now)
  return turns !== null && turns <= QUIET_TURNS ? PERIODS_MS.quiet : PERIODS_MS.idle
}

export function lateness(now: Look, dueAt: number): number {
  const late = now.at - dueAt
  return late > TIMER_GRAIN_MS ? late : 0
}

/**
 * The longest stretch between two looks. At least the lateness, also of a process that was stopped or throttled meanwhile: due
 * timers wait for no full turn. Else the loop's active time, less what its other turns are taken to have cost: with many of them
 * nothing but the lateness is sure.
 */
export function longestStretch(last: Look, now: Look, late: number): Stretch {
  const active = now.active - last.active
  const ms = Math.min(now.at - last.at, Math.max(late, busyAtOnce(last, now, active)))
  return { from: late > 0 ? Math.max(last.at, now.at - ms) : last.at, to: now.at, ms }
}

function busyAtOnce(last: Look, now: Look, active: number): number {
  const turns = turnsBetween(last, now)
  if (turns === null) return 0
  return active - Math.min(turns, IDLE_TURNS) * IDLE_TURN_MS - Math.max(0, turns - IDLE_TURNS) * BUSY_TURN_MS
}

/** What one of the turns between two looks took at least, ms: of some numbers the largest is no less than their mean. */
export function surelyBlocked(last: Look, now: Look): number {
  const turns = turnsBetween(last, now)
  const ms = turns === null ? 0 : (now.active - last.active) / Math.max(1, turns)
  return ms >= NOTABLE_MS ? ms : 0
}
