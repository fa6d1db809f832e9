import { wallClock } from '../../lib/clock.js'
import type { Heartbeat } from '../../protocol/index.js'
import { type ProbeFigures, startProbesFrom } from '../probes/index.js'

/** Figures of the machine and of the whole process, which any thread can read. Those of the main thread alone are unknown. */
export function processProbes(disks: readonly string[]): { prepare(): Promise<void>; collect(): ProbeFigures } {
  const probes = startProbesFrom(
    { eventLoop: () => null, gc: () => null, children: () => null },
    // A figure that can't be read is unknown; the main thread reports the fault.
    { disks, onFault: () => {} },
  )
  return {
    prepare: () => probes.prepare(),
    collect: () => {
      const figures = probes.collect()
      const { system, process } = figures.memory
      return { ...figures, memory: { system, process: { ...UNKNOWN_HEAP, rss: process.rss } } }
    },
  }
}

const UNKNOWN_HEAP = { heapUsed: null, heapTotal: null, heapLimit: null, external: null, arrayBuffers: null }

/** A heartbeat for a main thread that can't write it. @param last its last one @param stillFor how long its loop has not turned, ms */
export function blockedHeartbeat(
  last: Heartbeat,
  figures: ProbeFigures,
  stillFor: number,
  stack: string | null,
): Heartbeat {
  const timestamp = wallClock()
  return {
    ...last,
    ...figures,
    timestamp,
    blocked: { since: Math.max(0, timestamp - Math.round(stillFor)), stack },
    requests: null,
    connections: null,
    recorder: null,
    ready: null,
    runtime: { ...last.runtime, uptime: process.uptime() },
  }
}
