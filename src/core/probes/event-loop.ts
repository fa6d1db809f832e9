import { performance } from 'node:perf_hooks'
import type { EventLoopFigures } from '../../protocol/index.js'
import { round } from '../round.js'
import { loopDelayProbe, RESOLUTION_MS } from './loop-delay.js'
import { watchLoopDrift } from './loop-drift.js'
import { guard, type OnFault, type Probe } from './probe.js'

export interface EventLoopProbe extends Probe<EventLoopFigures> {
  /** See {@link watchLoopDrift}. */
  blockedMs(from: number, to: number): number
}

/** Delays by the runtime's histogram where there is one, blocks by a timer of our own, utilization as a difference. */
export function eventLoopProbe(onFault: OnFault): EventLoopProbe {
  const delayGuard = guard('event loop delay', onFault)
  const delay = delayGuard.run(loopDelayProbe, null)
  const drift = watchLoopDrift()
  const utilization = watchUtilization()
  return {
    collect() {
      const sampled = delayGuard.run(() => delay?.collect() ?? null, null)
      return {
        utilization: utilization(),
        p50: sampled?.p50 ?? null,
        p99: sampled?.p99 ?? null,
        max: round(drift.takeLongest(sampled?.max ?? null, RESOLUTION_MS)),
        mean: sampled?.mean ?? null,
      }
    },
    blockedMs: (from, to) => drift.blockedMs(from, to),
    stop() {
      drift.stop()
      delayGuard.run(() => delay?.stop?.(), undefined)
    },
  }
}

/** The share of its time that the loop was busy since the last call, 0–1; null where the runtime does not tell. */
function watchUtilization(): () => number | null {
  if (typeof performance.eventLoopUtilization !== 'function') return () => null
  let last = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const active = now.active - last.active
    const share = active / (active + now.idle - last.idle)
    last = now
    return round(share)
  }
}
