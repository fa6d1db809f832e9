import type { TrafficPoint } from '../../api/services.js'
import type { Period } from '../../api/words.js'

/** The periods as they are shown: a name and how long it is in ms. */
export const PERIOD_NAMES: Readonly<Record<Period, string>> = { '5m': '5 min', '15m': '15 min', '1h': '1 h' }
const PERIOD_MS: Readonly<Record<Period, number>> = { '5m': 5 * 60_000, '15m': 15 * 60_000, '1h': 60 * 60_000 }

export function periodMs(period: Period): number {
  return PERIOD_MS[period]
}

/** Whether the live state reaches so far back: it has 15 minutes. */
export function reachesBack(period: Period): boolean {
  return period !== '1h'
}

/** Those points that a period up to now holds. @param points oldest first @param now Unix ms */
export function within(points: readonly TrafficPoint[], period: Period, now: number): readonly TrafficPoint[] {
  const from = Math.max(now, points.at(-1)?.at ?? now) - periodMs(period)
  const first = points.findIndex(({ at }) => at > from)
  return first < 0 ? [] : points.slice(first)
}
