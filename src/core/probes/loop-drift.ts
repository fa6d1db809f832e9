import { clearTimeout, setTimeout } from '../../lib/clock.js'
import { round } from '../../lib/round.js'
import type { EventLoopFigures } from '../../protocol/index.js'
import {
  type Look,
  lateness,
  longestStretch,
  look,
  NOTABLE_MS,
  PERIODS_MS,
  periodAfter,
  type Stretch,
  surelyBlocked,
  wasParked,
} from './loop-look.js'
import { DelaySamples, overlap, ring } from './samples.js'
import { type ThreadTime, watchThreadTime } from './thread-time.js'

const KEPT_STRETCHES = 128
/** Limit for samples that requests trigger at once: one takes less than a µs. */
const MOST_LOOKS = 20
export interface LoopDrift {
  /**
   * Lateness of the timer since the last call, ms; null when the timer was not due yet. The maximum is always known: the block that made
   * the timer late completes it.
   */
  take(): EventLoopFigures
  /**
   * The longest time within a span of `performance.now()` during which the loop did not turn, ms; 0 when it turned all the time. Null where
   * the runtime does not report the loop's active time, such as Bun and Deno, and when the thread was parked meanwhile.
   */
  blockedMs(from: number, to: number): number | null
  /**
   * The loop runs the app's code now (`performance.now()`): a time to sample without a wake-up. The timer alone sees a block among other
   * turns only as far as it is late because of it.
   */
  turn(now: number): void
  stop(): void
}

/**
 * Watches the loop by one timer, and stores when it was blocked. The runtime's own histogram (`monitorEventLoopDelay`) would be a second
 * timer: it wakes the process up as often, takes 0.4 MB and misses the same blocks. A late timer shows only the part of a block after its
 * due time, so the loop's active time since the last sample completes it.
 *
 * @param threadTime null on the main thread. On others, a wait without CPU time means that the thread is parked: its loop is neither late
 * nor busy, and that time is left out of all figures.
 */
export function watchLoopDrift(threadTime: ThreadTime | null = watchThreadTime()): LoopDrift {
  const stretches = ring<Stretch>(KEPT_STRETCHES)
  const parks = ring<Stretch>(KEPT_STRETCHES)
  const samples = new DelaySamples()
  const share = new Share()
  const allowance = new Allowance()
  let last = look(threadTime)
  let sampled = last
  let dueAt = last.at + PERIODS_MS.idle
  let longest = 0
  /** The thread was parked since the last sample of lateness. */
  let isLatenessUnknown = false
  let isStopped = false
  let timer = setTimeout(tick, PERIODS_MS.idle).unref()

  function tick(): void {
    try {
      const now = look(threadTime)
      mark(now)
      sample(now)
    } catch {
      // In a timer the error would end the app. The next caller gets and reports it. How late the next sample will be is unknown.
      dueAt = Number.POSITIVE_INFINITY
      wait(PERIODS_MS.idle)
    }
  }

  function wait(period: number): void {
    clearTimeout(timer)
    if (!isStopped) timer = setTimeout(tick, period).unref()
  }

  /** @returns null when the thread was parked since the last call */
  function mark(now: Look): Stretch | null {
    if (threadTime && wasParked(last, now)) {
      parks.push({ from: last.at, to: now.at, ms: now.at - last.at })
      share.park(last, now)
      last = now
      isLatenessUnknown = true
      return null
    }
    share.add(last, now)
    const late = isLatenessUnknown ? 0 : lateness(now, dueAt)
    const stretch = longestStretch(last, now, late)
    if (stretch.ms >= NOTABLE_MS) stretches.push(stretch)
    longest = Math.max(longest, late >= NOTABLE_MS ? stretch.ms : surelyBlocked(last, now))
    last = now
    return stretch
  }

  function sample(now: Look): void {
    if (!isLatenessUnknown) addSample(now)
    isLatenessUnknown = false
    const period = periodAfter(sampled, now)
    sampled = now
    dueAt = now.at + period
    wait(period)
  }

  function addSample(now: Look): void {
    // A timer may fire a fraction of a ms early.
    const delay = Math.max(0, now.at - dueAt)
    samples.add(delay, now.at - sampled.at)
    longest = Math.max(longest, delay)
  }

  return {
    take() {
      // A block may have ended in this very turn, before the timer could fire.
      const now = look(threadTime)
      mark(now)
      if (isLatenessUnknown || now.at >= dueAt) sample(now)
      const utilization = share.take()
      // Without the loop's active time, only the part of a block that made the timer late is known.
      const isKnown = now.active > 0 && (threadTime === null || utilization !== null)
      const figures = { utilization, ...samples.take(), max: isKnown ? round(longest) : null }
      longest = 0
      return figures
    },
    blockedMs(from, to) {
      // Immediately: the fewer turns between two samples, the more precise the result.
      const now = look(threadTime)
      if (now.active === 0) return null
      const running = mark(now)
      const isUnknown = parks.values.some((park) => overlap(park, { from, to }) > 0)
      if (isUnknown || !running) return null
      return [...stretches.values, running].reduce((longest, stretch) => {
        return Math.max(longest, Math.min(stretch.ms, overlap(stretch, { from, to })))
      }, 0)
    },
    turn(now) {
      if (!allowance.take(now) && now - last.at < NOTABLE_MS) return
      try {
        mark(look(threadTime))
      } catch {
        // The next call of take() fails in the same way, and reports the error.
      }
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

/** Limits the samples that requests trigger: a burst of 20, and one every 20 ms on average. */
class Allowance {
  #left = MOST_LOOKS
  #since = 0

  take(now: number): boolean {
    this.#left = Math.min(MOST_LOOKS, this.#left + (now - this.#since) / NOTABLE_MS)
    this.#since = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}

/** Utilization: the share of time that the loop was busy, 0–1. */
class Share {
  #active = 0
  #idle = 0
  #parked = 0

  park(last: Look, now: Look): void {
    this.#parked += now.at - last.at
  }

  add(last: Look, now: Look): void {
    this.#active += now.active - last.active
    this.#idle += now.idle - last.idle
  }

  /** Utilization since the last call; null when the thread was parked for most of that time, or where the runtime does not report it. */
  take(): number | null {
    const known = this.#active + this.#idle
    const share = known < this.#parked ? null : round(this.#active / known)
    this.#active = this.#idle = this.#parked = 0
    return share
  }
}
