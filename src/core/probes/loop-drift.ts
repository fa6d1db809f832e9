import { performance } from 'node:perf_hooks'
import { overlap, ring } from './ring.js'

/** How often the timer looks, ms: seldom while the loop is idle, because each look wakes the process up, often while it is awake anyway. */
const IDLE_PERIOD_MS = 250
const BUSY_PERIOD_MS = 50
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

export interface LoopDrift {
  /**
   * The longest delay since the last call, ms: how late the timer was, completed by the block that it was late for; or what
   * samples of the loop found, completed likewise.
   *
   * @param sampled the longest delay of the samples, ms; null when there are none
   * @param resolution how often they are taken, ms: that much of a block may be missing in them
   */
  takeLongest(sampled: number | null, resolution: number): number
  /** The longest stretch within a span of `performance.now()` during which the loop did not turn, ms; 0 when it turned all the time. */
  blockedMs(from: number, to: number): number
  stop(): void
}

/**
 * Catches what the runtime's histogram misses, and remembers when it was. A late timer shows only that part of a block that
 * lies after the moment it was due, so the loop's active time since the last look completes it.
 */
export function watchLoopDrift(): LoopDrift {
  const stretches = ring<Stretch>(KEPT_STRETCHES)
  let period = IDLE_PERIOD_MS
  let last = look()
  let latest = 0
  let longest = 0
  let isStopped = false
  let timer = setTimeout(tick, period).unref()

  function tick(): void {
    try {
      mark()
    } catch {
      // In a timer it would end the app. Whoever asks next meets it, too, and says so.
    }
    wait()
  }

  function wait(): void {
    clearTimeout(timer)
    if (!isStopped) timer = setTimeout(tick, period).unref()
  }

  function mark(): void {
    const now = look()
    const late = lateness(last, now, period)
    const stretch = longestStretch(last, now, late)
    if (stretch.ms >= NOTABLE_MS) {
      stretches.push(stretch)
      longest = Math.max(longest, stretch.ms)
    }
    latest = Math.max(latest, late, late >= NOTABLE_MS ? stretch.ms : 0)
    period = (now.active - last.active) / (now.at - last.at) > BUSY_SHARE ? BUSY_PERIOD_MS : IDLE_PERIOD_MS
    last = now
  }

  return {
    takeLongest(sampled, resolution) {
      // A block may have ended this very turn, before the timer could tell.
      mark()
      wait()
      const seen = sampled ?? 0
      const completed = seen >= NOTABLE_MS ? Math.min(longest, seen + resolution) : 0
      const found = Math.max(latest, seen, completed)
      latest = longest = 0
      return found
    },
    blockedMs(from, to) {
      const now = look()
      const running = longestStretch(last, now, lateness(last, now, period))
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
    at: performance.now(),
    active: performance.eventLoopUtilization?.().active ?? 0,
    turns: typeof turns === 'number' ? turns : null,
  }
}

function lateness(last: Look, now: Look, period: number): number {
  const late = now.at - last.at - period
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
  if (last.turns === null || now.turns === null) return 0
  const turns = now.turns - last.turns
  return active - Math.min(turns, IDLE_TURNS) * IDLE_TURN_MS - Math.max(0, turns - IDLE_TURNS) * BUSY_TURN_MS
}
