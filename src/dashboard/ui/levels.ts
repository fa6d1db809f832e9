import { MIN_COUNTED, type TrafficPoint, UNHEALTHY_BELOW } from '../../api/services.js'

/** From when on a figure deserves a colour and a word. */
export type Level = 'fine' | 'high' | 'critical'

function level(value: number | null | undefined, high: number, critical: number): Level {
  if (value === null || value === undefined || value < high) return 'fine'
  return value < critical ? 'high' : 'critical'
}

/** @param pct 0–100 */
export const cpuLevel = (pct: number | null | undefined) => level(pct, 80, 95)
export const memoryLevel = (pct: number | null | undefined) => level(pct, 85, 95)
export const diskLevel = (pct: number | null | undefined) => level(pct, 85, 95)
/** @param ms the event-loop delay's p99 */
export const loopLevel = (ms: number | null | undefined) => level(ms, 100, 500)
/** Of too few requests or jobs an error rate is no bad one, as in the health. */
export const errorLevel = (point: Pick<TrafficPoint, 'count' | 'errorRate'> | null | undefined) =>
  level(point && point.count >= MIN_COUNTED ? point.errorRate : null, 1, 5)

export type Health = 'healthy' | 'degraded' | 'unhealthy' | 'no live server'

/** @param score 0–100, null when no node is live */
export function healthWord(score: number | null): Health {
  if (score === null) return 'no live server'
  if (score >= 90) return 'healthy'
  return score >= UNHEALTHY_BELOW ? 'degraded' : 'unhealthy'
}
