import type { AlertCondition, Comparison } from '../api/alerts.js'

const COMPARE: Readonly<Record<Comparison, (value: number, threshold: number) => boolean>> = {
  above: (value, threshold) => value > threshold,
  atLeast: (value, threshold) => value >= threshold,
  below: (value, threshold) => value < threshold,
  atMost: (value, threshold) => value <= threshold,
}

/** @param count of a share, how many failures it is made of; null if it is none @returns null if the value is unknown */
export function isMet(
  { is, threshold, minCount }: AlertCondition,
  value: number | null,
  count: number | null,
): boolean | null {
  if (value === null) return null
  return !isTooFew(minCount, count) && COMPARE[is](value, threshold)
}

/** Whether the value is on the good side of the clear threshold. @returns null if it is unknown */
export function isClear(condition: AlertCondition, value: number | null, count: number | null): boolean | null {
  if (value === null) return null
  const { is, threshold, clear, minCount } = condition
  return isTooFew(minCount, count) || !COMPARE[is](value, clear ?? threshold)
}

function isTooFew(minCount: number | null, count: number | null): boolean {
  return count !== null && count < (minCount ?? 1)
}
