import { HISTORY_LIFE_MS, MAX_TIME } from '../protocol/limits.js'
import type { Period } from './words.js'

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

/** Maximum length of a window, in ms: that of the history. */
export const MAX_WINDOW_MS = HISTORY_LIFE_MS

export function isTimeWindow({ from, to }: TimeWindow): boolean {
  return from > 0 && to <= MAX_TIME && to > from && to - from <= MAX_WINDOW_MS
}
