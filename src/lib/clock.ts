import { performance } from 'node:perf_hooks'
import timers from 'node:timers'

/**
 * The clock and the timers as they were when Quasar was loaded. The tests of an app replace the global ones: then a fake
 * clock would date what is reported, and each of Quasar's timers would be one that the tests count, wait for and run.
 * jsdom's timers have no `unref`, and it has no `setImmediate`.
 */
export const { setTimeout, clearTimeout, setImmediate } = timers

/** The time of day, Unix ms. */
export const wallClock: () => number = Date.now

/** ms since about the start of the process, never set back: what `performance.now()` gives. */
export const monotonic: () => number = performance.now.bind(performance)

/** What the time of day would have been at 0 of {@link monotonic}, were the clock never set: see `Clocked` of the ports. */
export function clockOrigin(): number {
  return wallClock() - monotonic()
}
