import { round, roundKnown } from '../../lib/round.js'
import { type RequestFigures, Sketch, UNMATCHED } from '../../protocol/index.js'
import type { ResolvedOptions } from '../options/options.js'
import { type Series, SeriesCounter } from '../report/series.js'
import { OperationNames } from './operation-names.js'
import { pathOf } from './path-of.js'
import { type FailedPart, type LiveTrace, NO_ERROR, type PathContext } from './request-trace.js'

/** One request that is over. */
export interface EndedRequest {
  readonly trace: LiveTrace
  /** `GET /users/:id` */
  readonly name: string
  readonly status: number
  readonly aborted: boolean
  readonly durationMs: number
  readonly thresholdMs: number
}

/** What the recorder does with requests that stand out. */
export interface RequestListener {
  /** A request has arrived, or one is over that took long enough to have blocked the loop. @param now performance.now() */
  turn(now: number): void
  slow(request: EndedRequest): void
  failed(request: EndedRequest, error: unknown): void
  failedPart(request: EndedRequest, part: FailedPart): void
}

/** The status of a request whose client went away, after nginx. */
const CLIENT_CLOSED_REQUEST = 499

/** Of a connection whose app failed. */
const NO_ANSWER = { status: 0, aborted: false, durationMs: 0, thresholdMs: 0 }

/** The requests of an interval, by the route that answered, and those that stand out. */
export class RequestSeries {
  readonly #options: ResolvedOptions
  readonly #listener: RequestListener
  readonly #operations = new OperationNames()
  readonly #table: SeriesCounter

  constructor(options: ResolvedOptions, listener: RequestListener) {
    this.#options = options
    this.#listener = listener
    this.#table = new SeriesCounter(nameOf, (key, route) => options.slowRequest(key, route))
  }

  /** Counts a request that is over. @param isTimed false for what lasted as long as its client listened */
  record(trace: LiveTrace, sent: number, aborted: boolean, durationMs: number, isTimed = true): void {
    const status = aborted ? CLIENT_CLOSED_REQUEST : sent
    const route = this.#routeOf(trace)
    if (route !== UNMATCHED && this.#isRespelled(trace)) return
    const method = route === UNMATCHED ? '' : trace.method
    const series = this.#table.find(method, route)
    const thresholdMs = this.#table.thresholdOf(series, method, route)
    const isSlow = isTimed && durationMs >= thresholdMs
    const isError = status >= 500 || trace.failedParts !== null
    count(series, status, isError, aborted, isTimed ? durationMs : null)
    const hasFailed = status >= 500 && trace.error !== NO_ERROR
    if (!hasFailed && !trace.failedParts && !isSlow) return
    const name = nameOf(trace.method, route)
    const ended = { trace, name, status, aborted, durationMs, thresholdMs }
    if (isSlow) this.#listener.slow(ended)
    if (hasFailed) this.#listener.failed(ended, trace.error)
    for (const part of trace.failedParts ?? []) this.#listener.failedPart(ended, part)
  }

  /** What made an app close a connection, though nothing was answered. */
  recordFailed(trace: LiveTrace): void {
    this.#listener.failed({ ...NO_ANSWER, trace, name: nameOf(trace.method, this.#routeOf(trace)) }, trace.error)
  }

  /** Those with anything to tell. */
  filled(): Series[] {
    return [...this.#table.filled()]
  }

  /** Starts the next interval. */
  clear(): void {
    this.#operations.clear()
    this.#table.clear()
  }

  /** `/graphql query GetUser` for an operation. */
  #routeOf(trace: LiveTrace): string {
    const named = trace.name ?? trace.findRoute() ?? UNMATCHED
    const { operation } = trace
    if (!operation) return named
    const text = operation === 'batch' ? '(batch)' : this.#operations.textOf(operation)
    return named === UNMATCHED ? text : `${named} ${text}`
  }

  /** Whether its path is another spelling of an ignored one: what answered would have answered that, too. */
  #isRespelled({ context, url }: LiveTrace): boolean {
    const { ignore, respell } = this.#options
    if (!ignore || !knowsPaths(context)) return false
    const asked = pathOf(url)
    const path = context.plain?.(asked) ?? asked
    if (context.plain && ignore(path)) return true
    const ignored = respell?.(path) ?? null
    return ignored !== null && context.covers(ignored, path)
  }
}

/** The figures of these series together. */
export function totalsOf(filled: readonly Series[], intervalMs: number): Omit<RequestFigures, 'inFlight' | 'oldestMs'> {
  const all = new Sketch()
  let requests = 0
  let errors = 0
  for (const series of filled) {
    all.merge(series.durations)
    requests += series.count
    errors += series.errors
  }
  return {
    rate: intervalMs > 0 ? round(requests / (intervalMs / 1_000)) : null,
    errorRate: round((100 * errors) / requests),
    p50: roundKnown(all.quantile(0.5)),
    p95: roundKnown(all.quantile(0.95)),
    p99: roundKnown(all.quantile(0.99)),
  }
}

function count(series: Series, status: number, isError: boolean, aborted: boolean, durationMs: number | null): void {
  series.count += 1
  if (isError) series.errors += 1
  if (aborted) series.aborted += 1
  const statusClass = Math.trunc(status / 100) - 1
  if (statusClass >= 0 && statusClass < 5) series.classes[statusClass] = (series.classes[statusClass] as number) + 1
  if (durationMs !== null) series.durations.record(durationMs)
}

function knowsPaths(context: unknown): context is PathContext {
  return typeof context === 'object' && context !== null && (context as Partial<PathContext>).covers !== undefined
}

function nameOf(method: string, route: string): string {
  return method === '' || route === UNMATCHED ? route : `${method} ${route}`
}
