import type { AlertCondition } from '../../api/alerts.js'
import { isClear, isMet } from '../judge.js'
import type { PastValue } from './history.js'

/** What the conditions of a rule say over a part of the past: between is neither met nor clear. */
export interface Moment {
  /** Unix ms. */
  readonly from: number
  readonly at: number
  readonly verdict: 'met' | 'between' | 'clear' | 'unknown'
  /** The first condition that is met; -1 if none is. */
  readonly metBy: number
  /** By condition; null: unknown. */
  readonly values: readonly (number | null)[]
  /** Whether the values that decide are of all of that time. */
  readonly lasts: boolean
}

/**
 * The parts of the past in which no value changes, oldest first: the conditions may have been read in different steps.
 *
 * @param series by condition, in the order of the rule's
 */
export function* momentsOf(
  conditions: readonly AlertCondition[],
  series: readonly (readonly PastValue[])[],
): Generator<Moment> {
  const ends = [...new Set(series.flatMap((values) => values.flatMap(({ from, at }) => [from, at])))]
  ends.sort((a, b) => a - b)
  const places = conditions.map(() => 0)
  for (const [index, at] of ends.entries()) {
    const from = ends[index - 1]
    if (from === undefined) continue
    const found = conditions.map((_, one) => {
      const values = series[one] ?? []
      while ((values[places[one] ?? 0]?.at ?? Number.POSITIVE_INFINITY) <= from) places[one] = (places[one] ?? 0) + 1
      const value = values[places[one] ?? 0]
      return value && value.from <= from ? value : null
    })
    if (found.some((value) => value !== null)) yield judge(conditions, found, from, at)
  }
}

function judge(
  conditions: readonly AlertCondition[],
  found: readonly (PastValue | null)[],
  from: number,
  at: number,
): Moment {
  const judged = conditions.map((condition, index) => {
    const { value = null, count = null, lasts = false } = found[index] ?? {}
    return { value, lasts, isMet: isMet(condition, value, count), isClear: isClear(condition, value, count) }
  })
  const known = judged.filter((one) => one.isMet !== null)
  const metBy = judged.findIndex((one) => one.isMet === true)
  const isClearNow = known.length > 0 && known.every((one) => one.isClear === true)
  return {
    ...{ from, at, metBy, values: judged.map(({ value }) => value) },
    verdict: metBy >= 0 ? 'met' : known.length === 0 ? 'unknown' : isClearNow ? 'clear' : 'between',
    lasts: metBy >= 0 ? judged[metBy]?.lasts === true : known.every(({ lasts }) => lasts),
  }
}
