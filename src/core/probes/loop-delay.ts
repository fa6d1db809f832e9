import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { EventLoopFigures } from '../../protocol/index.js'
import { round } from '../round.js'
import type { Probe } from './probe.js'

/** How often the runtime looks at the loop, ms. Each look wakes an idle process up, which takes 0.1 ms of CPU. */
export const RESOLUTION_MS = 200
const NS_PER_MS = 1e6

export type LoopDelay = Omit<EventLoopFigures, 'utilization'>

/** Delays of the event loop by the runtime's own histogram; null figures while there are no samples. Throws where it is not to be had. */
export function loopDelayProbe(): Probe<LoopDelay | null> {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  // A sample is the time between two looks; what exceeds the resolution is the delay.
  const delay = (sample: number) => round(Math.max(0, sample / NS_PER_MS - RESOLUTION_MS))
  return {
    collect() {
      // Without samples it answers NaN, 9.2e18 and 511.
      if (!(histogram.max > 0)) return null
      const figures = {
        p50: delay(histogram.percentile(50)),
        p99: delay(histogram.percentile(99)),
        max: delay(histogram.max),
        mean: delay(histogram.mean),
      }
      histogram.reset()
      return figures
    },
    stop: () => void histogram.disable(),
  }
}
