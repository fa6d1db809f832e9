import type { EventLoopFigures } from '../../protocol/index.js'
import { watchLoopDrift } from './loop-drift.js'
import type { Probe } from './probe.js'

export interface EventLoopProbe extends Probe<EventLoopFigures> {
  /** See {@link watchLoopDrift} for both. */
  blockedMs(from: number, to: number): number | null
  turn(now: number): void
}

/** Delays by Quasar's own timer, utilization by the runtime. */
export function eventLoopProbe(): EventLoopProbe {
  const drift = watchLoopDrift()
  return {
    collect: () => drift.take(),
    blockedMs: (from, to) => drift.blockedMs(from, to),
    turn: (now) => drift.turn(now),
    stop: () => drift.stop(),
  }
}
