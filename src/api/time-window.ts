import { HISTORY_LIFE_MS, MAX_TIME } from '../protocol/limits.js'
import { PERIOD_MS, type Period } from './words.js'

/** A fixed span of time, which replaces a period. Unix ms; `to` is after `from`. */
export interface TimeWindow {
  readonly from: number
  readonly to: number
}

/** The time that figures and lists cover: a period up to now or, if there is one, a window. */
export interface TimeRange {
  readonly period: Period
  readonly window: TimeWindow | null
}

/** Maximum length of a window, in ms: what the archive keeps at least in its coarsest step. */
export const MAX_WINDOW_MS = 400 * 24 * 60 * 60_000

/** Whether only an archive has all of a time range: it is longer than the store's history, or begins before it. @param now Unix ms */
export function needsArchive({ period, window }: TimeRange, now: number): boolean {
  if (!window) return PERIOD_MS[period] > HISTORY_LIFE_MS
  return window.to - window.from > HISTORY_LIFE_MS || window.from < now - HISTORY_LIFE_MS
}

export function isTimeWindow({ from, to }: TimeWindow): boolean {
  return from > 0 && to <= MAX_TIME && to > from && to - from <= MAX_WINDOW_MS
}
