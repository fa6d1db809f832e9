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
/** As many looks for requests that come at once: one takes less than a µs. */
const MOST_LOOKS = 20
export interface LoopDrift {
  /**
   * How late the timer was since the last call, ms; unknown when it was not due yet, but for the longest delay: that one is
   * completed by the block that the timer was late for.
   */
  take(): EventLoopFigures
  /**
   * The longest stretch within a span of `performance.now()` during which the loop did not turn, ms; 0 when it turned all the
   * time; null where the runtime does not tell its active time, as Bun and Deno, and when the thread was parked meanwhile.
   */
  blockedMs(from: number, to: number): number | null
  /**
   * The loop runs an app's code now (`performance.now()`): a moment to look at that wakes nothing up. The timer alone sees a block
   * among other turns only as far as it is late for it.
   */
  turn(now: number): void
  stop(): void
}

/**
 * Watches the loop by one timer, and remembers when it was blocked. The runtime's own histogram (`monitorEventLoopDelay`) would
 * be a second one: it wakes the process up as often, keeps 0.4 MB and misses the same blocks. A late timer shows only that part
 * of a block that lies after the moment it was due, so the loop's active time since the last look completes it.
 *
 * @param threadTime null on the main thread. On others a wait that takes no processor time is a parked thread's: its loop is
 *   neither late nor busy, and that time is left out of all figures
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
  /** The thread was parked since the last sample. */
  let isLatenessUnknown = false
  let isStopped = false
  let timer = setTimeout(tick, PERIODS_MS.idle).unref()

  function tick(): void {
    try {
      const now = look(threadTime)
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

  /** @returns null when the thread was parked since the last look */
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
    // A timer may come a part of a ms early.
    const delay = Math.max(0, now.at - dueAt)
    samples.add(delay, now.at - sampled.at)
    longest = Math.max(longest, delay)
  }

  return {
    take() {
      // A block may have ended this very turn, before the timer could tell.
      const now = look(threadTime)
      mark(now)
      if (isLatenessUnknown || now.at >= dueAt) sample(now)
      const utilization = share.take()
      // Without the loop's active time a block is known only by the part that the timer was late for.
      const isKnown = now.active > 0 && (threadTime === null || utilization !== null)
      const figures = { utilization, ...samples.take(), max: isKnown ? round(longest) : null }
      longest = 0
      return figures
    },
    blockedMs(from, to) {
      // At once: the fewer turns between two looks, the more is sure of them.
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
        // The next call of take() fails in the same way, and reports it.
      }
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

/** Bounds the looks that requests ask for: a burst of 20, and one every 20 ms on average. */
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

/** The share of its time that the loop was busy, 0–1. */
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

  /** Of all that was added since the last call; null when the thread was parked for most of it, or where the runtime does not tell. */
  take(): number | null {
    const known = this.#active + this.#idle
    const share = known < this.#parked ? null : round(this.#active / known)
    this.#active = this.#idle = this.#parked = 0
    return share
  }
}
