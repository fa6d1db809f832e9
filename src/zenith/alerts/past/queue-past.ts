import type { PastValue } from '../../../alerts/preview/history.js'
import type { Metric } from '../../../api/alert-metrics.js'
import type { QueueMinute } from '../../../api/queue-history.js'
import { backlogOf, HISTORY_STEP_MS } from '../../../protocol/index.js'
import { isRising } from '../../queues/monitor/growth.js'
import { type Figures, mean, worst } from './figures.js'

/** Metrics that the recorded minutes of queues have. `queue.growingMs` is judged from many of them. */
export const OF_QUEUES: Figures<QueueMinute> = {
  'queue.backlog': mean((point) => backlogOf(point)),
  'queue.active': mean(({ active }) => active),
  'queue.delayed': mean(({ delayed }) => delayed),
  'queue.failed': mean(({ failed }) => failed),
  // The oldest of no jobs waits for no time.
  'queue.oldestMs': worst((point) => point.oldestMs ?? (backlogOf(point) === 0 ? 0 : null)),
  'queue.in': mean((point) => point.in),
  'queue.out': mean(({ out }) => out),
}

/** Growth is judged from so many minutes: a few more than the queues' monitor needs. */
const GROWTH_POINTS = 30

/** @param step length of a point, ms: one of a minute is as it was at its end */
export function queuePast(metric: Metric, points: readonly QueueMinute[], step: number): readonly PastValue[] {
  if (metric === 'queue.growingMs') return growingPast(points, step)
  const figure = OF_QUEUES[metric]
  if (!figure) return []
  const lasts = figure.lasts && step > HISTORY_STEP_MS
  return points.map((point) => ({ ...timeOf(point, step), value: figure.read(point), count: null, lasts }))
}

/** How long the backlog had been growing, as the monitor of queues judges it. */
function growingPast(points: readonly QueueMinute[], step: number): readonly PastValue[] {
  let since: number | null = null
  return points.map((point, index) => {
    const samples = points
      .slice(Math.max(0, index + 1 - GROWTH_POINTS), index + 1)
      .map((one) => ({ at: one.at, backlog: backlogOf(one), in: one.in, out: one.out }))
    const isKnown = samples.at(-1)?.backlog !== null
    if (isKnown) since = isRising(samples, since !== null) ? (since ?? lowestOf(samples)) : null
    const value = since === null ? 0 : point.at - since
    return { ...timeOf(point, step), value: isKnown ? value : null, count: null, lasts: false }
  })
}

/** It takes minutes to tell that a backlog grows: it began when it was last at its lowest. */
function lowestOf(samples: readonly { readonly at: number; readonly backlog: number | null }[]): number | null {
  let lowest: { at: number; backlog: number } | null = null
  for (const { at, backlog } of samples) {
    if (backlog !== null && backlog <= (lowest?.backlog ?? backlog)) lowest = { at, backlog }
  }
  return lowest?.at ?? null
}

function timeOf({ at }: QueueMinute, step: number): Pick<PastValue, 'from' | 'at'> {
  return { from: at - step, at }
}
