import type { Span } from '../../../api/groups.js'
import { isTimeWindow, type TimeRange, type TimeWindow } from '../../../api/time-window.js'
import { PERIOD_MS, PERIODS, type Period } from '../../../api/words.js'
import { EXCEPTION_LIFE_MS } from '../../../protocol/index.js'
import { choiceParameter, timeParameter, wordParameter } from '../../http/query.js'

/** The end of time, Unix ms. */
const END = 8.64e15

const windowParameters = {
  from: timeParameter('Start of a window that replaces the period, Unix ms. Requires `to`.'),
  to: timeParameter(
    'End of that window, Unix ms: after `from`, and at most 400 days later. A window that begins more than an hour ago needs an archive.',
  ),
}

/** The time that figures cover. */
export const rangeParameters = {
  period: wordParameter(PERIODS, '15m', 'Length of the period; more than `1h` needs an archive.'),
  ...windowParameters,
}

/** The same for a list, which covers all stored records without it. */
export const listRangeParameters = {
  period: choiceParameter(PERIODS, 'Only records of this period, up to now; more than `1h` needs an archive.'),
  ...windowParameters,
}

interface WindowQuery {
  readonly from: number | null
  readonly to: number | null
}

/** A readable error if `from` and `to` are no window; null if they are one, or both missing. */
export function checkWindow({ from, to }: WindowQuery): string | null {
  if (from === null && to === null) return null
  if (from === null) return '`from` takes a time in Unix ms: `to` alone is not a window.'
  if (to === null || !isTimeWindow({ from, to }))
    return '`to` takes a time in Unix ms after `from`, at most 400 days later.'
  return null
}

/** @param query checked */
export function rangeOf({ period, ...query }: WindowQuery & { readonly period: Period }): TimeRange {
  return { period, window: windowOf(query) }
}

/** The records of a time range. Without one, all. @param query checked @param now Unix ms */
export function inRange<T extends { readonly ts: number }>(
  records: readonly T[],
  { period, ...query }: WindowQuery & { readonly period: Period | null },
  now: number,
): readonly T[] {
  const window = windowOf(query)
  if (window) return records.filter(({ ts }) => ts >= window.from && ts <= window.to)
  if (period === null) return records
  const since = now - PERIOD_MS[period]
  return records.filter(({ ts }) => ts > since)
}

/** The time that records of a query cover; without a range, as long as the store keeps exceptions. @param query checked @param now Unix ms */
export function spanOf({ period, ...query }: WindowQuery & { readonly period: Period | null }, now: number): Span {
  const window = windowOf(query)
  if (window) return { from: window.from, until: Math.min(window.to, now) }
  return { from: now - (period === null ? EXCEPTION_LIFE_MS : PERIOD_MS[period]), until: now }
}

/** The time of a list that has no end of its own: without a range, all times. @param query checked @param now Unix ms */
export function listTimeOf(
  { period, ...query }: WindowQuery & { readonly period: Period | null },
  now: number,
): TimeWindow {
  return windowOf(query) ?? { from: period === null ? 0 : now - PERIOD_MS[period], to: END }
}

function windowOf({ from, to }: WindowQuery): TimeWindow | null {
  return from === null || to === null ? null : { from, to }
}
