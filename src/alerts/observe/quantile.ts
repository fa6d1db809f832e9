import type { SeriesView } from '../../api/services.js'

type Measured = Pick<SeriesView, 'count' | 'p50' | 'p95' | 'p99'>

/** Halvings of the range in which a percentile lies: to a thousandth of it. */
const STEPS = 12

/**
 * A percentile of several series together, from the percentiles of each: exact for one, and for more between the lowest and the highest
 * of theirs. Their distributions are taken to be straight between the percentiles that are known.
 *
 * @param share 0.95 or 0.99
 * @returns ms; null without measurements
 */
export function quantileOf(series: readonly Measured[], share: 0.95 | 0.99): number | null {
  const [only] = series
  if (only && series.length === 1) return own(only, share)
  const known = series.filter((one) => one.count > 0 && own(one, share) !== null)
  const [first] = known
  if (!first) return null
  const values = known.map((one) => own(one, share) ?? 0)
  let [low, high] = [Math.min(...values), Math.max(...values)]
  const wanted = share * known.reduce((sum, { count }) => sum + count, 0)
  for (let step = 0; step < STEPS && low < high; step++) {
    const middle = (low + high) / 2
    const below = known.reduce((sum, one) => sum + one.count * shareBelow(one, middle), 0)
    if (below < wanted) low = middle
    else high = middle
  }
  return high
}

function own(one: Measured, share: 0.95 | 0.99): number | null {
  return share === 0.95 ? one.p95 : one.p99
}

/** 0–1: of one series, what took at most so long. */
function shareBelow({ p50, p95, p99 }: Measured, ms: number): number {
  const half = p50 ?? 0
  if (ms < half) return (0.5 * ms) / half
  const most = p95 ?? half
  if (ms < most) return 0.5 + (0.45 * (ms - half)) / (most - half)
  const nearlyAll = p99 ?? most
  return ms < nearlyAll ? 0.95 + (0.04 * (ms - most)) / (nearlyAll - most) : 1
}
