import type { Span } from '../../api/groups.js'
import type { TrafficPoint } from '../../api/services.js'
import type { TimeRange, TimeWindow } from '../../api/time-window.js'
import { PERIOD_MS, type Period } from '../../api/words.js'
import { timeOfDay } from './format.js'

/** The periods as they are shown: a name and how long it is in ms. */
export const PERIOD_NAMES: Readonly<Record<Period, string>> = {
  '5m': '5 min',
  '15m': '15 min',
  '1h': '1 h',
  '6h': '6 h',
  '24h': '24 h',
  '7d': '7 d',
  '30d': '30 d',
  '90d': '90 d',
}

export function periodMs(period: Period): number {
  return PERIOD_MS[period]
}

/** Whether the live state has all of a time range: it has the last 15 minutes, and moves on. */
export function isLive({ period, window }: TimeRange): boolean {
  return window === null && (period === '5m' || period === '15m')
}

/** `last 15 min`, `12:03–12:09` */
export function rangeInWords({ period, window }: TimeRange): string {
  return window ? windowInWords(window) : `last ${PERIOD_NAMES[period]}`
}

/** The same within a sentence: `the last 15 min`. */
export function theRange(range: TimeRange): string {
  return range.window ? windowInWords(range.window) : `the ${rangeInWords(range)}`
}

/**
 * In the reader's own zone: `12:03–12:09`; with seconds where it has some, with the day where it is not today, and with both days where it
 * is of several.
 */
export function windowInWords({ from, to }: TimeWindow): string {
  const hasSeconds = from % 60_000 !== 0 || to % 60_000 !== 0
  const time = new Intl.DateTimeFormat(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: hasSeconds ? '2-digit' : undefined,
    hourCycle: 'h23',
  })
  if (dayOf(from) !== dayOf(to)) return `${dayOf(from)}, ${time.format(from)} – ${dayOf(to)}, ${time.format(to)}`
  const day = dayOf(from) === dayOf(Date.now()) ? '' : `${dayOf(from)}, `
  return `${day}${time.format(from)}–${time.format(to)}`
}

/** `30 Nov`, with the year where it is another one. @param at Unix ms */
export function dayOf(at: number): string {
  const date = new Date(at)
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : 'numeric'
  return date.toLocaleDateString(undefined, { day: 'numeric', month: 'short', year })
}

/** A moment of the past: `14:03`, with the day where it is not today. @param at Unix ms */
export function whenInWords(at: number): string {
  const time = new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  return dayOf(at) === dayOf(Date.now()) ? time : `${dayOf(at)}, ${time}`
}

/** Above it the day belongs to a time, ms. */
const DAYS_FROM_MS = 20 * 60 * 60_000

/** A moment of a chart: `14:03:20`, or `29 Nov, 14:03` where the chart shows more than most of a day. @param spanMs that it shows */
export function momentOf(at: number, spanMs: number): string {
  if (!hasDays(spanMs)) return timeOfDay(at)
  return `${dayOf(at)}, ${new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })}`
}

/** Whether a stretch of time is so long that its days are told. */
export function hasDays(spanMs: number): boolean {
  return spanMs > DAYS_FROM_MS
}

/** Those points that a time range holds, of a window also those on its edges. @param points oldest first @param now Unix ms */
export function within(
  points: readonly TrafficPoint[],
  { period, window }: TimeRange,
  now: number,
): readonly TrafficPoint[] {
  if (window) return points.filter(({ at }) => at >= window.from && at <= window.to + EDGE_MS)
  const from = Math.max(now, points.at(-1)?.at ?? now) - periodMs(period)
  const first = points.findIndex(({ at }) => at > from)
  return first < 0 ? [] : points.slice(first)
}

/** A point stands at the end of what it sums up: the last of a window may do so up to a minute behind it, in ms. */
const EDGE_MS = 60_000

/** As many of the newest records as the live state has. */
const MOST_LIVE = 100

/** Whether the live state has all records of a time range, so that the server need not be asked. @param newestFirst its records @param now Unix ms */
export function hasAllOf(
  newestFirst: readonly { readonly ts: number }[],
  { period, window }: TimeRange,
  now: number,
): boolean {
  const since = window ? window.from : now - periodMs(period)
  return newestFirst.length < MOST_LIVE || (newestFirst.at(-1)?.ts ?? 0) < since
}

/** Those records that ended in a time range. @param now Unix ms */
export function recordsIn<T extends { readonly ts: number }>(
  records: readonly T[],
  { period, window }: TimeRange,
  now: number,
): readonly T[] {
  if (window) return records.filter(({ ts }) => ts >= window.from && ts <= window.to)
  const since = now - periodMs(period)
  return records.filter(({ ts }) => ts > since)
}

/** The span of a time range. @param now Unix ms */
export function spanOf({ period, window }: TimeRange, now: number): Span {
  return window ? { from: window.from, until: Math.min(window.to, now) } : { from: now - periodMs(period), until: now }
}
