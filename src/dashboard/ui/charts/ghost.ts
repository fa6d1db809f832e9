import type { TrafficPoint } from '../../../api/services.js'
import { PERIOD_MS } from '../../../api/words.js'
import type { ChartData } from './chart-lines.js'

/** How much earlier the ghost line is, ms. */
export const WEEK_MS = PERIOD_MS['7d']

/** What a ghost line shows: the same time a week before. */
export interface GhostTraffic {
  /** Oldest first, each at the end of its step. */
  readonly points: readonly TrafficPoint[]
  /** ms; the archive has coarser steps of what is longer ago. */
  readonly step: number
}

type Figure = 'rate' | 'p95' | 'errorRate'

/** The figure of a week before as one more line. Its steps may be longer: each moment has the value of the step that it lies in. */
export function withGhost({ times, lines }: ChartData, { points, step }: GhostTraffic, of: Figure): ChartData {
  const moved = points.map((point) => ({ at: point.at + WEEK_MS, value: point[of] }))
  const isNear = (at: number) => times.some((time) => Math.abs(time - at) <= step)
  const extra = new Set(moved.filter(({ at }) => !isNear(at)).map(({ at }) => at))
  const all = [...times, ...extra].sort((a, b) => a - b)
  const valueAt = (time: number) => moved.find(({ at }) => at >= time && at - time < step)?.value ?? null
  const index = new Map(times.map((time, position) => [time, position]))
  const kept = lines.map((line) => ({
    ...line,
    values: all.map((time) => line.values[index.get(time) ?? -1] ?? null),
  }))
  const name = of === 'p95' ? 'p95 a week before' : 'a week before'
  return { times: all, lines: [...kept, { name, color: '--soft', dash: [1, 3], values: all.map(valueAt) }] }
}
