import type { ProcessHistory, ProcessMinute } from '../../api/process-history.js'
import type { RouteDetail, RouteView } from '../../api/routes.js'
import type { ServicePeriod, TrafficPoint } from '../../api/services.js'
import { TrafficBucket } from '../../archiver/figures/traffic-bucket.js'
import { nextTurn } from '../../lib/async.js'
import type { Archive } from '../../ports/index.js'
import type { ArchivedSpan } from './archived-span.js'
import { reportedMs, SeriesSum, TotalSum } from './traffic-sum.js'

/** Buckets to add up before yielding to the event loop. */
const SLICE = 8
/** Series of a service in an answer, those with the most requests first. */
const MAX_SERIES = 500

/** One bucket of a service's past. */
interface Step {
  readonly bucket: TrafficBucket
  /** Unix ms. */
  readonly from: number
  readonly at: number
  /** How much of it was reported, ms. */
  readonly ms: number
}

/** Services, routes and processes over times that only the archive has, in the same views as the live ones. */
export class ArchivedTraffic {
  readonly #archive: Pick<Archive, 'figures' | 'scopes'>

  constructor(archive: Pick<Archive, 'figures' | 'scopes'>) {
    this.#archive = archive
  }

  /** The services that reported in a time, by name. @param only this one; null for all */
  async services({ from, to }: ArchivedSpan, only: string | null): Promise<readonly string[]> {
    const names = await this.#archive.scopes({ kind: 'traffic', from, to })
    return names.filter((name) => only === null || name === only)
  }

  async period(service: string, span: ArchivedSpan): Promise<ServicePeriod> {
    const traffic: TrafficPoint[] = []
    const jobTraffic: TrafficPoint[] = []
    const [requests, jobs] = [new TotalSum(), new TotalSum()]
    const [routes, jobSeries] = [new Sums(), new Sums()]
    let reported = 0
    for await (const { bucket, at, ms } of this.steps(service, span)) {
      reported += ms
      for (const route of bucket.routes.values()) routes.of(null, route.key).add(route)
      for (const job of bucket.jobs.values()) jobSeries.of(job.queue, job.key).add(job)
      traffic.push(pointOf(requests, bucket.routes.values(), at, ms))
      jobTraffic.push(pointOf(jobs, bucket.jobs.values(), at, ms))
    }
    const hasRequests = routes.size > 0
    const { period, from, to, step } = span
    return {
      service,
      period,
      from,
      to,
      step,
      requests: hasRequests ? requests.point(to, reported) : null,
      jobs: jobSeries.size > 0 ? jobs.point(to, reported) : null,
      traffic: hasRequests || jobSeries.size === 0 ? traffic : jobTraffic,
      routes: routes.busiest(MAX_SERIES).map((sum) => sum.view()),
      jobSeries: jobSeries.busiest(MAX_SERIES).map((sum) => sum.view()),
    }
  }

  async routes(service: string, span: ArchivedSpan): Promise<readonly Omit<RouteView, 'share'>[]> {
    const routes = new Sums()
    let reported = 0
    for await (const { bucket, ms } of this.steps(service, span)) {
      reported += ms
      for (const route of bucket.routes.values()) routes.of(null, route.key).add(route)
    }
    return routes.busiest(Number.POSITIVE_INFINITY).map((sum) => sum.routeView(service, reported / 1_000))
  }

  /** @returns null if the route had no request */
  async route(service: string, key: string, span: ArchivedSpan): Promise<RouteDetail | null> {
    const whole = new SeriesSum(key, null)
    const traffic: TrafficPoint[] = []
    let reported = 0
    for await (const { bucket, at, ms } of this.steps(service, span)) {
      reported += ms
      const route = bucket.routes.get(key)
      if (route) whole.add(route)
      const point = new TotalSum()
      if (route) point.add([route])
      traffic.push(point.point(at, ms))
    }
    if (whole.count === 0) return null
    const { period, from, to, step } = span
    return { ...whole.routeView(service, reported / 1_000), period, from, to, step, traffic }
  }

  async process(service: string, node: string, span: ArchivedSpan): Promise<ProcessHistory> {
    const minutes: ProcessMinute[] = []
    for await (const { bucket, from, at } of this.steps(service, span)) {
      const figures = bucket.nodes.get(node)
      if (!figures) continue
      const { cpu, rss, heapUsed, loopP99, utilization, gcMs, gcCount, diskPct } = figures
      minutes.push({ from, at, cpu, rss, heapUsed, loopP99, utilization, gcMs, gcCount, diskPct, requests: null })
    }
    const { period, from, to } = span
    return { service, node, period, from, to, minutes }
  }

  /** The buckets of a service, oldest first. */
  async *steps(service: string, { from, to, step, now }: ArchivedSpan): AsyncGenerator<Step> {
    const buckets = await this.#archive.figures({ kind: 'traffic', scope: service, step, from, to })
    for (const [index, { from: start, body }] of buckets.entries()) {
      if (index % SLICE === SLICE - 1) await nextTurn()
      const bucket = TrafficBucket.decode(body)
      if (!bucket) continue
      const ms = reportedMs(bucket, start, step, now)
      yield { bucket, from: start, at: start + ms, ms }
    }
  }
}

/** Sums of series by queue and name. */
export class Sums {
  readonly #sums = new Map<string, SeriesSum>()

  get size(): number {
    return this.#sums.size
  }

  of(queue: string | null, key: string): SeriesSum {
    const id = queue === null ? key : JSON.stringify([queue, key])
    const known = this.#sums.get(id)
    if (known) return known
    const sum = new SeriesSum(key, queue)
    this.#sums.set(id, sum)
    return sum
  }

  busiest(most: number): readonly SeriesSum[] {
    const sums = [...this.#sums.values()].filter(({ count }) => count > 0)
    return sums.sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1)).slice(0, most)
  }
}

/** One bucket's point, added to the total, too. */
function pointOf(total: TotalSum, figures: Parameters<TotalSum['add']>[0], at: number, ms: number): TrafficPoint {
  const point = new TotalSum()
  point.add(figures)
  total.count += point.count
  total.errors += point.errors
  total.sketch.merge(point.sketch)
  return point.point(at, ms)
}
