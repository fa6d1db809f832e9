import { needsArchive, type TimeRange } from '../../api/time-window.js'
import { PERIOD_MS, type Period } from '../../api/words.js'
import { bucketStart, LEVELS } from '../../archiver/figures/levels.js'
import { periodNameOf } from '../fleet/services/period.js'

/** Most points of a chart, and so most buckets that are read for it. */
const MAX_POINTS = 400

/** A time that the archive answers for, in whole buckets. Unix ms. */
export interface ArchivedSpan {
  readonly period: Period
  readonly from: number
  readonly to: number
  /** Length of a bucket, ms. */
  readonly step: number
  /** When it is asked for. */
  readonly now: number
}

/** @returns null for a range that the store has itself @param now Unix ms */
export function archivedSpanOf(range: TimeRange, now: number): ArchivedSpan | null {
  return needsArchive(range, now) ? spanOf(range, now) : null
}

/** The time of any range. @param now Unix ms @param maxSteps that it may have, if the archive has steps that are as long */
export function spanOf(range: TimeRange, now: number, maxSteps = MAX_POINTS): ArchivedSpan {
  const { from, to } = range.window ?? { from: now - PERIOD_MS[range.period], to: now }
  const step = stepOf(from, to, now, maxSteps)
  return {
    period: periodNameOf(range),
    from: bucketStart(from, step),
    to: Math.min(bucketStart(to - 1, step) + step, bucketStart(now, step) + step),
    step,
    now,
  }
}

/** The finest step that the archive still has of that time, and of which there is room for all. */
function stepOf(from: number, to: number, now: number, maxSteps: number): number {
  const level = LEVELS.find(({ step, keepMs }) => (to - from) / step <= maxSteps && from >= now - keepMs)
  return (level ?? LEVELS[LEVELS.length - 1] ?? { step: 60_000 }).step
}
