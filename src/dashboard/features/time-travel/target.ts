import type { TimeWindow } from '../../../api/time-window.js'
import type { SpanName } from '../../routing/pages.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

export const SPAN_MS: Readonly<Record<SpanName, number>> = {
  '1h': HOUR_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
}

/** How far one step of the scrubber goes, ms. */
export const STEP_MS: Readonly<Record<SpanName, number>> = {
  '1h': MINUTE_MS,
  '24h': 5 * MINUTE_MS,
  '7d': 30 * MINUTE_MS,
  '30d': 2 * HOUR_MS,
}

/** Before it no archive has anything, and the longest span begins after 1970. */
const EARLIEST = 100 * DAY_MS

/**
 * The time that a URL asks for, if it can be travelled to: not long before any archive, and in place of the future the
 * minute that began last, which does not move with every second. All Unix ms.
 */
export function reachable(at: number, now: number): number {
  const latest = at > now ? Math.floor(now / MINUTE_MS) * MINUTE_MS : at
  return Math.max(EARLIEST, latest)
}

/** The time that a scrubber spans: up to now or, for an older time, as many spans before. @param at Unix ms @param now Unix ms */
export function scrubbedWindow(at: number, span: SpanName, now: number): TimeWindow {
  const [length, step] = [SPAN_MS[span], STEP_MS[span]]
  const end = Math.ceil(now / step) * step
  const to = end - Math.max(0, Math.floor((end - at) / length)) * length
  return { from: to - length, to }
}
