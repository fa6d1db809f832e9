import { performance } from 'node:perf_hooks'
import timers from 'node:timers'

/**
 * The clock and the timers as they were when Quasar was loaded. The tests of an app may replace the global ones: a fake clock would then
 * date the reports, and the tests would count, await and run Quasar's timers. jsdom's timers have no `unref`, and it has no `setImmediate`.
 */
export const { setTimeout, clearTimeout, setImmediate } = timers

/** The time of day, Unix ms. */
export const wallClock: () => number = Date.now

/** Milliseconds since about the start of the process, never set back: `performance.now()`. */
export const monotonic: () => number = performance.now.bind(performance)

/** The time of day at 0 of {@link monotonic}, by the current clock: see `Clocked` in the ports. */
export function clockOrigin(): number {
  return wallClock() - monotonic()
}
