import type { AlertCondition, Comparison } from '../api/alerts.js'

type Judged = Pick<AlertCondition, 'is' | 'threshold' | 'clear' | 'minCount'>

const HOLDS: Readonly<Record<Comparison, (value: number, limit: number) => boolean>> = {
  above: (value, limit) => value > limit,
  atLeast: (value, limit) => value >= limit,
  below: (value, limit) => value < limit,
  atMost: (value, limit) => value <= limit,
}

/**
 * Whether a condition is met.
 *
 * @param value in the unit of the metric; null: unknown
 * @param count for a share, the number of failures; null: it is no share. Fewer than `minCount` do not meet it, however high the share
 * @returns null if the value is unknown
 */
export function isMet(condition: Judged, value: number | null, count: number | null): boolean | null {
  if (value === null || Number.isNaN(value)) return null
  return hasEnough(condition, count) && HOLDS[condition.is](value, condition.threshold)
}

/**
 * Whether a condition is clear: the value is on the good side of the clear threshold. Between the two thresholds it is neither met nor
 * clear. A clear threshold on the bad side of the threshold counts as the threshold: nothing is met and clear at once.
 *
 * @param value in the unit of the metric; null: unknown
 * @param count for a share, the number of failures: fewer than `minCount` are clear; null: it is no share
 * @returns null if the value is unknown
 */
export function isClear(condition: Judged, value: number | null, count: number | null): boolean | null {
  if (value === null || Number.isNaN(value)) return null
  if (!hasEnough(condition, count)) return true
  const holds = HOLDS[condition.is]
  return !holds(value, condition.threshold) && !holds(value, condition.clear ?? condition.threshold)
}

function hasEnough({ minCount }: Judged, count: number | null): boolean {
  return count === null || count >= (minCount ?? 1)
}
