import type { TrafficPoint } from '../../../api/services.js'
import { linePaths } from '../../ui/charts/paths.js'

const WIDTH = 300
const HEIGHT = 80
/** Room above the highest point. */
const HEADROOM = 4
/** How much of the height an error rate of 100 % takes. */
const ERROR_SHARE = 0.5
const POINT_MS = 15_000
const MIN_WINDOW_MS = 2 * 60_000

/**
 * Everything the chart draws, in the units of its view box. The right edge is the newest point, the left one the oldest,
 * or two minutes before.
 *
 * @param periodMs how far back was asked for
 */
export function plotTraffic(points: readonly TrafficPoint[], periodMs: number) {
  const end = points.at(-1)?.at ?? 0
  const windowMs = windowOf(points, periodMs)
  const xs = points.map(({ at }) => (1 - (end - at) / windowMs) * WIDTH)
  const toPoints = (values: readonly (number | null)[]) => {
    const max = Math.max(0, ...values.map((value) => value ?? 0)) || 1
    return values.map((value, index) => ({
      x: xs[index] ?? 0,
      y: value === null ? null : HEIGHT - 1 - (value / max) * (HEIGHT - 1 - HEADROOM),
    }))
  }
  return {
    width: WIDTH,
    height: HEIGHT,
    /** How much time is shown: the first point tells of the step before it. */
    shownMs: Math.min(periodMs, windowMs + stepOf(points)),
    xs,
    rate: linePaths(toPoints(points.map((point) => point.rate)), HEIGHT),
    p95: linePaths(toPoints(points.map((point) => point.p95)), HEIGHT),
    errors: errorTicks(points, xs),
    /** The index of the point that is nearest to a share (0–1) of the width. */
    nearest: (share: number) => nearestIndex(xs, share * WIDTH),
  }
}

/** A service that was just started has a short past; it is drawn in full width, and the width is told. */
function windowOf(points: readonly TrafficPoint[], periodMs: number): number {
  const span = (points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0)
  return span + stepOf(points) >= periodMs ? span : Math.max(MIN_WINDOW_MS, span)
}

function stepOf(points: readonly TrafficPoint[]): number {
  return (points[1]?.at ?? 0) - (points[0]?.at ?? 0) || POINT_MS
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
