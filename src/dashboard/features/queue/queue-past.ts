import type { QueueMinute } from '../../../api/queue-history.js'
import type { QueueSample, QueueView } from '../../../api/queues.js'
import type { ChartData } from '../../ui/charts/chart-lines.js'
import { type Spacing, withGaps } from '../../ui/charts/gaps.js'

/** A queue at one moment; null: unknown. */
export interface QueuePoint {
  at: number
  backlog: number | null
  delayed: number | null
  active: number | null
  oldestMs: number | null
  in: number | null
  out: number | null
}

/** Recorded minutes and now are further apart than this only when something was not seen in between, ms. */
const RECORDED_WITHIN_MS = 90_000

/**
 * The recorded minutes and the state now; where nothing was recorded lately, what was seen live.
 *
 * @param since Unix ms
 */
export function pastOfQueue(
  minutes: readonly QueueMinute[],
  queue: Pick<QueueView, 'at' | 'metrics' | 'oldestMs' | 'throughput' | 'samples'>,
  since: number,
): readonly QueuePoint[] {
  const recorded = minutes.map(pointOf)
  const end = recorded.findLast(isSeen)?.at ?? 0
  const isRecorded = queue.at - end <= RECORDED_WITHIN_MS
  const live = isRecorded ? [currentOf(queue)].filter(({ at }) => at > end) : queue.samples.map(sampled)
  const first = live[0]?.at ?? Number.POSITIVE_INFINITY
  return [...recorded.filter(({ at }) => at < first), ...live].filter(({ at }) => at > since)
}

/** The steps of the archive, without what is seen now. */
export function archivedPastOf(steps: readonly QueueMinute[]): readonly QueuePoint[] {
  return steps.map(pointOf)
}

export function backlogChart(points: readonly QueuePoint[], spacing: Spacing = 'samples'): ChartData {
  return chartOf(points, spacing, [
    { name: 'backlog', color: '--accent', isFilled: true, values: points.map(({ backlog }) => backlog) },
    { name: 'delayed', color: '--third', dash: [2, 3], values: points.map(({ delayed }) => delayed) },
  ])
}

export function flowChart(points: readonly QueuePoint[], spacing: Spacing = 'samples'): ChartData {
  return chartOf(points, spacing, [
    { name: 'in', color: '--accent', values: points.map((point) => point.in) },
    { name: 'out', color: '--second', dash: [6, 3], values: points.map(({ out }) => out) },
  ])
}

export function oldestChart(points: readonly QueuePoint[], spacing: Spacing = 'samples'): ChartData {
  return chartOf(points, spacing, [
    { name: 'oldest', color: '--accent', isFilled: true, values: points.map(({ oldestMs }) => oldestMs) },
  ])
}

function chartOf(points: readonly QueuePoint[], spacing: Spacing, lines: ChartData['lines']): ChartData {
  const known = lines.filter(({ values }) => values.some((value) => value !== null))
  return withGaps({ times: points.map(({ at }) => at), lines: known.length > 0 ? known : lines.slice(0, 1) }, spacing)
}

function pointOf({ waiting, prioritized, ...rest }: QueueMinute): QueuePoint {
  const backlog = waiting === null && prioritized === null ? null : (waiting ?? 0) + (prioritized ?? 0)
  const { at, active, delayed, oldestMs, in: into, out } = rest
  // Nothing waits: that is known, while the age of nothing is not.
  return { at, backlog, active, delayed, oldestMs: oldestMs ?? (backlog === 0 ? 0 : null), in: into, out }
}

function currentOf({ at, metrics, oldestMs, throughput }: Parameters<typeof pastOfQueue>[1]): QueuePoint {
  return pointOf({ at, ...metrics, oldestMs, in: throughput?.in ?? null, out: throughput?.out ?? null })
}

function sampled({ at, backlog, in: into, out }: QueueSample): QueuePoint {
  return { at, backlog, active: null, delayed: null, oldestMs: null, in: into, out }
}

function isSeen({ at: _, ...figures }: QueuePoint): boolean {
  return Object.values(figures).some((figure) => figure !== null)
}
