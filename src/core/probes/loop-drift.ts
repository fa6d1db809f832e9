import { performance } from 'node:perf_hooks'
import type { EventLoopFigures } from '../../protocol/index.js'
import { clearTimeout, monotonic, setTimeout } from '../clock.js'
import { round } from '../round.js'
import { DelaySamples } from './delay-samples.js'
import { overlap, ring } from './ring.js'

/**
 * How often the timer looks, ms: each look wakes an idle process up, which takes 0.1 to 0.4 ms of CPU. Seldom while nothing
 * else turns the loop, often while it is awake anyway.
 */
const PERIODS_MS = { quiet: 500, idle: 200, busy: 50 } as const
/** So many turns between two looks are those of the timer itself. */
const QUIET_TURNS = 2
/** The share of its time that a loop is busy above which it counts as awake. */
const BUSY_SHARE = 0.05
/** Timers are this coarse: less lateness says nothing. */
const TIMER_GRAIN_MS = 2
/** Shorter stretches are not remembered. */
const NOTABLE_MS = 20
const KEPT_STRETCHES = 128
/** So many turns between two looks are the wake-ups of an idle loop, which cost next to nothing. */
const IDLE_TURNS = 6
const IDLE_TURN_MS = 0.5
/** What each further turn is taken to cost: more than most do, so that many short turns never look like a long one. */
const BUSY_TURN_MS = 5

/** A stretch of `ms` without a turn of the loop, somewhere between `from` and `to` (`performance.now()`). */
interface Stretch {
  readonly from: number
  readonly to: number
  readonly ms: number
}

interface Look {
  readonly at: number
  /** How long the loop was busy since it began, ms. */
  readonly active: number
  /** How often it turned; null where the runtime does not count. */
  readonly turns: number | null
}

export type LoopDelay = Omit<EventLoopFigures, 'utilization'>

export interface LoopDrift {
  /**
   * How late the timer was since the last call, ms; unknown when it was not due yet, but for the longest delay: that one is
   * completed by the block that the timer was late for.
   */
  take(): LoopDelay
  /** The longest stretch within a span of `performance.now()` during which the loop did not turn, ms; 0 when it turned all the time; null where the runtime does not tell its active time, as Bun and Deno. */
  blockedMs(from: number, to: number): number | null
  stop(): void
}

/**
 * Watches the loop by one timer, and remembers when it was blocked. The runtime's own histogram (`monitorEventLoopDelay`) would
 * be a second one: it wakes the process up as often, keeps 0.4 MB and misses the same blocks. A late timer shows only that part
 * of a block that lies after the moment it was due, so the loop's active time since the last look completes it.
 */
export function watchLoopDrift(): LoopDrift {
  const stretches = ring<Stretch>(KEPT_STRETCHES)
  const samples = new DelaySamples()
  let last = look()
  let sampled = last
  let dueAt = last.at + PERIODS_MS.idle
  let longest = 0
  let isStopped = false
  let timer = setTimeout(tick, PERIODS_MS.idle).unref()

  function tick(): void {
    try {
      const now = look()
      mark(now)
      sample(now)
    } catch {
      // In a timer it would end the app. Whoever asks next meets it, too, and says so. How late the next look is can't be told.
      dueAt = Number.POSITIVE_INFINITY
      wait(PERIODS_MS.idle)
    }
  }

  function wait(period: number): void {
    clearTimeout(timer)
    if (!isStopped) timer = setTimeout(tick, period).unref()
  }

  function mark(now: Look): Stretch {
    const late = lateness(now, dueAt)
    const stretch = longestStretch(last, now, late)
    if (stretch.ms >= NOTABLE_MS) stretches.push(stretch)
    longest = Math.max(longest, late >= NOTABLE_MS ? stretch.ms : surelyBlocked(last, now))
    last = now
    return stretch
  }

  function sample(now: Look): void {
    // A timer may come a part of a ms early.
    const delay = Math.max(0, now.at - dueAt)
    samples.add(delay, now.at - sampled.at)
    longest = Math.max(longest, delay)
    const period = periodAfter(sampled, now)
    sampled = now
    dueAt = now.at + period
    wait(period)
  }

  return {
    take() {
      // A block may have ended this very turn, before the timer could tell.
      const now = look()
      mark(now)
      if (now.at >= dueAt) sample(now)
      // Without the loop's active time a block is known only by the part that the timer was late for.
      const figures = { ...samples.take(), max: now.active > 0 ? round(longest) : null }
      longest = 0
      return figures
    },
    blockedMs(from, to) {
      // At once: the fewer turns between two looks, the more is sure of them.
      const now = look()
      if (now.active === 0) return null
      const running = mark(now)
      return [...stretches.values, running].reduce((longest, stretch) => {
        return Math.max(longest, Math.min(stretch.ms, overlap(stretch, { from, to })))
      }, 0)
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

function look(): Look {
  // Missing in Bun and Deno, where it is 0 or not there at all.
  const turns = performance.nodeTiming?.uvMetricsInfo?.loopCount
  return {
    at: monotonic(),
    active: performance.eventLoopUtilization?.().active ?? 0,
    turns: typeof turns === 'number' ? turns : null,
  }
}

function turnsBetween(last: Look, now: Look): number | null {
  return last.turns === null || now.turns === null ? null : now.turns - last.turns
}

function periodAfter(last: Look, now: Look): number {
  if ((now.active - last.active) / (now.at - last.at) > BUSY_SHARE) return PERIODS_MS.busy
  const turns = turnsBetween(last, now)
  return turns !== null && turns <= QUIET_TURNS ? PERIODS_MS.quiet : PERIODS_MS.idle
}

function lateness(now: Look, dueAt: number): number {
  const late = now.at - dueAt
  return late > TIMER_GRAIN_MS ? late : 0
}

/**
 * The longest stretch between two looks. At least the lateness; at most the loop's active time, less what its other turns
 * are taken to have cost: with many of them nothing but the lateness is sure. A process that was stopped or throttled
 * was late without being busy, and is not blocked by its own code.
 */
function longestStretch(last: Look, now: Look, late: number): Stretch {
  const active = now.active - last.active
  const ms = active > 0 ? Math.min(active, Math.max(late, busyAtOnce(last, now, active))) : late
  return { from: late > 0 ? Math.max(last.at, now.at - ms) : last.at, to: now.at, ms }
}

function busyAtOnce(last: Look, now: Look, active: number): number {
  const turns = turnsBetween(last, now)
  if (turns === null) return 0
  return active - Math.min(turns, IDLE_TURNS) * IDLE_TURN_MS - Math.max(0, turns - IDLE_TURNS) * BUSY_TURN_MS
}

/** What one of the turns between two looks took at least, ms: of some numbers the largest is no less than their mean. */
function surelyBlocked(last: Look, now: Look): number {
  const turns = turnsBetween(last, now)
  const ms = turns === null ? 0 : (now.active - last.active) / Math.max(1, turns)
  return ms >= NOTABLE_MS ? ms : 0
}
