import type { TrafficPoint } from '../../../api/services.js'
import type { TimeRange } from '../../../api/time-window.js'
import { gapsBefore, withBreaks } from '../../ui/charts/gaps.js'
import { linePaths } from '../../ui/charts/paths.js'
import { windowOf } from '../../ui/charts/scale.js'
import { periodMs } from '../../ui/period.js'

const WIDTH = 300
const HEIGHT = 80
/** Room above the highest point. */
const HEADROOM = 4
/** How much of the height an error rate of 100 % takes. */
const ERROR_SHARE = 0.5

/**
 * Everything the chart draws, in the units of its view box. It spans the window, or the period that was chosen, up to now; a line
 * ends where its data ends.
 *
 * @param now Unix ms
 * @param step of the archive, ms; undefined for live points
 */
export function plotTraffic(
  points: readonly TrafficPoint[],
  { period, window }: TimeRange,
  now: number,
  step?: number,
) {
  const times = points.map(({ at }) => at)
  const [from, end] = windowOf(times, periodMs(period), now, window)
  const gaps = gapsBefore(times, step ?? 'grid')
  const xs = points.map(({ at }) => ((at - from) / (end - from)) * WIDTH)
  const toPoints = (values: readonly (number | null)[]) => {
    const max = Math.max(0, ...values.map((value) => value ?? 0)) || 1
    const known = values.map((value, index) => ({
      x: xs[index] ?? 0,
      y: value === null ? null : HEIGHT - 1 - (value / max) * (HEIGHT - 1 - HEADROOM),
    }))
    return withBreaks(known, gaps).map((point) => point ?? { x: 0, y: null })
  }
  return {
    width: WIDTH,
    height: HEIGHT,
    xs,
    rate: linePaths(toPoints(points.map((point) => point.rate)), HEIGHT),
    p95: linePaths(toPoints(points.map((point) => point.p95)), HEIGHT),
    errors: errorTicks(points, xs),
    /** The index of the point that is nearest to a share (0–1) of the width. */
    nearest: (share: number) => nearestIndex(xs, share * WIDTH),
    /** The moment at a share (0–1) of the width, Unix ms. */
    momentAt: (share: number) => from + share * (end - from),
  }
}

/** The highest known figure; null when none is known. */
export function highest(points: readonly TrafficPoint[], of: 'rate' | 'p95'): number | null {
  const known = points.map((point) => point[of]).filter((value) => value !== null)
  return known.length > 0 ? Math.max(...known) : null
}

function errorTicks(points: readonly TrafficPoint[], xs: readonly number[]): { x: number; height: number }[] {
  return points.flatMap(({ errorRate }, index) =>
    errorRate ? [{ x: xs[index] ?? 0, height: Math.max(2, (errorRate / 100) * HEIGHT * ERROR_SHARE) }] : [],
  )
}

function nearestIndex(xs: readonly number[], x: number): number | null {
  let nearest: number | null = null
  for (const [index, candidate] of xs.entries()) {
    if (nearest === null || Math.abs(candidate - x) < Math.abs((xs[nearest] ?? 0) - x)) nearest = index
  }
  return nearest
}
