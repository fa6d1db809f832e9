import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { round } from '../../lib/round.js'
import type { GcFigures } from '../../protocol/index.js'
import type { Probe } from './probe.js'
import { overlap, ring } from './samples.js'

/** Shorter pauses are counted, but not stored one by one. */
const NOTABLE_MS = 1
const KEPT_PAUSES = 128

export interface GcProbe extends Probe<GcFigures> {
  /**
   * Sum of the pauses of at least 1 ms within a span of `performance.now()`, ms. The runtime reports a pause one turn of the loop later, so
   * pauses of the current turn are missing.
   */
  pausedMs(from: number, to: number): number
}

/** Garbage collection pauses; null where the runtime does not report them. */
export function gcProbe(): GcProbe | null {
  // Deno lists `gc` among the types that can be observed, and never reports a pause (seen in 2.9).
  if (process.versions.deno || !isAvailable(PerformanceObserver)) return null
  let [count, totalMs, maxMs] = [0, 0, 0]
  const pauses = ring<{ from: number; to: number }>(KEPT_PAUSES)
  const note = (entries: readonly PerformanceEntry[]) => {
    for (const { startTime, duration } of entries) {
      count += 1
      totalMs += duration
      maxMs = Math.max(maxMs, duration)
      if (duration >= NOTABLE_MS) pauses.push({ from: startTime, to: startTime + duration })
    }
  }
  const observer = new PerformanceObserver((list) => note(list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  return {
    collect() {
      note(observer.takeRecords())
      const figures = { count, totalMs: round(totalMs), maxMs: round(maxMs) }
      ;[count, totalMs, maxMs] = [0, 0, 0]
      return figures
    },
    pausedMs(from, to) {
      note(observer.takeRecords())
      return pauses.values.reduce((sum, pause) => sum + overlap(pause, { from, to }), 0)
    },
    stop: () => observer.disconnect(),
  }
}

/** A runtime without `gc` silently ignores that it is observed, and no reports would mean 0 pauses. */
function isAvailable(observer: object | undefined): boolean {
  const types = observer && 'supportedEntryTypes' in observer ? observer.supportedEntryTypes : null
  return Array.isArray(types) && types.includes('gc')
}
