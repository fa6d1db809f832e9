import { performance } from 'node:perf_hooks'
import { monotonic } from '../../lib/clock.js'
import type { ThreadTime } from './thread-time.js'

/**
 * Period of the timer, ms. Each sample wakes an idle process up, which takes 0.1 to 0.4 ms of CPU: it is rare while nothing else turns the
 * loop, frequent while the loop is awake anyway.
 */
export const PERIODS_MS = { quiet: 500, idle: 200, busy: 50 } as const
/** Up to this number of turns between two samples come from the timer itself. */
const QUIET_TURNS = 2
/** Utilization above which a loop counts as awake. */
const BUSY_SHARE = 0.05
/** Resolution of timers: less lateness means nothing. */
const TIMER_GRAIN_MS = 2
/** Shorter stretches are not stored. */
export const NOTABLE_MS = 20
/** A loop that did not run for this share of its active time was parked. */
const PARKED_SHARE = 0.5
/** Up to this number of turns between two samples are wake-ups of an idle loop, which cost next to nothing. */
const IDLE_TURNS = 6
const IDLE_TURN_MS = 0.5
/** Assumed cost of each further turn: higher than for most turns, so that many short turns never appear as a long one. */
const BUSY_TURN_MS = 5

/** `ms` without a turn of the loop, somewhere between `from` and `to` (`performance.now()`). */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly ms: number
}

/** A sample of the loop's counters. */
export interface Look {
  readonly at: number
  /** Time that the loop was busy since it began, ms. */
  readonly active: number
  /** Time that it was idle, waiting for events, since it began, ms. */
  readonly idle: number
  /** Number of its turns; null where the runtime does not count them. */
  readonly turns: number | null
  /** See {@link ThreadTime}; null on the main thread, too. */
  readonly ran: number | null
}

export function look(threadTime: ThreadTime | null): Look {
  // Bun and Deno return 0 or lack it.
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
 * Whether the thread was parked for most of the loop's active time. Where the thread's time is unknown, a loop that was active nearly all
 * the time may have been parked.
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
 * The longest stretch between two samples. At least the lateness, also of a process that was stopped or throttled meanwhile: due timers
 * wait for no full turn. Otherwise the loop's active time without the assumed cost of its other turns: after many turns only the lateness
 * is certain.
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

/** Lower bound for the longest turn between two samples, ms: the maximum is at least the mean. */
export function surelyBlocked(last: Look, now: Look): number {
  const turns = turnsBetween(last, now)
  const ms = turns === null ? 0 : (now.active - last.active) / Math.max(1, turns)
  return ms >= NOTABLE_MS ? ms : 0
}
