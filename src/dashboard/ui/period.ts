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

/** Those points that a period holds. @param points oldest first */
export function within(points: readonly TrafficPoint[], period: Period): readonly TrafficPoint[] {
  const from = (points.at(-1)?.at ?? 0) - periodMs(period)
  const first = points.findIndex(({ at }) => at > from)
  return first <= 0 ? points : points.slice(first)
}
