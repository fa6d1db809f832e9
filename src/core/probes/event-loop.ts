import { performance } from 'node:perf_hooks'
import type { EventLoopFigures } from '../../protocol/index.js'
import { round } from '../round.js'
import { watchLoopDrift } from './loop-drift.js'
import type { Probe } from './probe.js'

export interface EventLoopProbe extends Probe<EventLoopFigures> {
  /** See {@link watchLoopDrift}. */
  blockedMs(from: number, to: number): number | null
}

/** Delays by a timer of our own, utilization as a difference. */
export function eventLoopProbe(): EventLoopProbe {
  const drift = watchLoopDrift()
  const utilization = watchUtilization()
  return {
    collect: () => ({ utilization: utilization(), ...drift.take() }),
    blockedMs: (from, to) => drift.blockedMs(from, to),
    stop: () => drift.stop(),
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
