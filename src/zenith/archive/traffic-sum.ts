import type { RouteView } from '../../api/routes.js'
import type { SeriesView, TrafficPoint } from '../../api/services.js'
import type { JobFigures, RouteFigures } from '../../archiver/figures/series-sums.js'
import type { TrafficBucket } from '../../archiver/figures/traffic-bucket.js'
import { roundToFourDigits } from '../../lib/round.js'
import { Sketch } from '../../protocol/index.js'
import { extentOf, percentilesOf, shareOf } from '../fleet/services/figures.js'

type AnyFigures = RouteFigures | JobFigures

/** What one route or job adds up to. */
export class SeriesSum {
  count = 0
  errors = 0
  aborted = 0
  failed = 0
  stalled = 0
  readonly sketch = new Sketch()
  readonly wait = new Sketch()

  constructor(
    readonly key: string,
    readonly queue: string | null,
  ) {}

  add(figures: AnyFigures): void {
    this.count += figures.count
    this.errors += figures.errors
    this.sketch.mergeText(figures.sketch)
    if ('aborted' in figures) {
      this.aborted += figures.aborted
      return
    }
    this.failed += figures.failed
    this.stalled += figures.stalled
    this.wait.mergeText(figures.wait)
  }

  merge(other: SeriesSum): void {
    this.count += other.count
    this.errors += other.errors
    this.aborted += other.aborted
    this.failed += other.failed
    this.stalled += other.stalled
    this.sketch.merge(other.sketch)
    this.wait.merge(other.wait)
  }

  view(): SeriesView {
    const { key, queue, count, errors, aborted, failed, stalled } = this
    return { key, queue, count, errors, aborted, failed, stalled, ...percentilesOf(this.sketch) }
  }

  /** @param seconds of the time that it was counted in */
  routeView(service: string, seconds: number): Omit<RouteView, 'share'> {
    const { key, count, errors, aborted, sketch } = this
    return {
      service,
      key,
      count,
      rate: roundToFourDigits(count / Math.max(1, seconds)),
      errors,
      errorRate: shareOf(errors, count),
      aborted,
      ...percentilesOf(sketch),
      ...extentOf(sketch),
    }
  }
}

/** Requests or jobs as a whole. */
export class TotalSum {
  count = 0
  errors = 0
  readonly sketch = new Sketch()

  add(figures: Iterable<AnyFigures>): void {
    for (const one of figures) {
      this.count += one.count
      this.errors += one.errors
      this.sketch.mergeText(one.sketch)
    }
  }

  /** @param at end of the time, Unix ms @param ms its length */
  point(at: number, ms: number): TrafficPoint {
    return {
      at,
      count: this.count,
      rate: roundToFourDigits((this.count * 1_000) / Math.max(1, ms)),
      errorRate: shareOf(this.errors, this.count),
      ...percentilesOf(this.sketch),
    }
  }
}

/** Nodes report about every minute, and the archiver reads that a moment later, ms: what is older was archived. */
const LATE_MS = 2 * 60_000

/**
 * How much of a bucket was reported, ms: all of it, unless it has just begun. Its nodes alone do not tell: they come and go.
 *
 * @param from its start, Unix ms
 * @param now Unix ms
 */
export function reportedMs(bucket: TrafficBucket, from: number, step: number, now: number): number {
  const archived = now - LATE_MS - from
  if (archived >= step) return step
  const longest = Math.max(0, archived, ...[...bucket.nodes.values()].map(({ ms }) => ms))
  return Math.min(step, longest) || step
}
