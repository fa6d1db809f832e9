import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type RequestFigures, type SetupNote, Sketch, UNMATCHED } from '../protocol/index.js'
import { activeTraceId } from '../tracing/trace-id.js'
import { monotonic } from './clock.js'
import { endOnConnection, endWithResponse, followed } from './endings.js'
import { type Exchange, onRequestStart } from './http-events.js'
import type { ResolvedOptions } from './options.js'
import {
  InFlight,
  LiveTrace,
  NO_ERROR,
  type PathContext,
  type RequestLike,
  type RequestTrace,
  type RouteNamer,
  type TraceSink,
} from './request-trace.js'
import { round, roundKnown } from './round.js'
import { type Series, SeriesTable } from './series.js'

export type { PathContext, RequestLike, RequestTrace, RouteNamer }

/** Follows requests. What integrations report to; nothing of it throws. */
export interface RequestRecorder {
  /**
   * Follows a request until its response closes. How long it took, its final status and whether its client went away
   * are found without further calls.
   *
   * @returns the trace there is when the request is followed already; null when it is ignored
   */
  track(request: IncomingMessage, response: ServerResponse, nameRoute?: RouteNamer): RequestTrace | null
  /**
   * Takes the time of every request of one of Node's HTTP/1 servers at its arrival, before anybody has seen it.
   *
   * @param isAll whether all of them count, or those alone that `track` is asked for later @default false
   */
  followServer(server: Server, isAll?: boolean): void
  /** The trace of a response that is followed by any recorder of this process; null when none follows it. */
  find(response: ServerResponse | undefined): RequestTrace | null
  /** Notes something about the way in which Quasar is built into the app; twice is harmless. */
  noteSetup(note: SetupNote): void
  /** For runtimes without Node's request objects; the caller ends the trace. Null when the request is ignored. */
  begin(request: RequestLike, nameRoute?: RouteNamer): RequestTrace | null
}

/** One request that is over. */
export interface EndedRequest {
  readonly trace: LiveTrace
  /** `GET /users/:id` */
  readonly name: string
  readonly status: number
  readonly aborted: boolean
  readonly durationMs: number
  readonly thresholdMs: number
  /** Whether its length says how long the answer took: that of an event stream does not. */
  readonly isTimed: boolean
}

/** What the recorder does with requests that stand out. */
export interface RequestListener {
  slow(request: EndedRequest): void
  failed(request: EndedRequest, error: unknown): void
}

/** Set on a request (by Zenith, on its own) to be left out, where the connection does not know its trace. */
const SKIP = Symbol.for('@gravito/quasar/skip')

/** The status of a request whose client went away, after nginx. */
const CLIENT_CLOSED_REQUEST = 499

export class HttpRequests implements RequestRecorder, TraceSink {
  readonly setup = new Set<SetupNote>()
  readonly #options: ResolvedOptions
  readonly #listener: RequestListener
  readonly #inFlight = new InFlight()
  readonly #series: SeriesTable
  readonly #onFault: (error: unknown) => void
  #isUsed = false
  #isOver = false
  /** Whether all requests of a server count. */
  readonly #servers = new WeakMap<Server, boolean>()
  /** The server of the last request: most processes have one. */
  #server: Server | null = null
  #isAll: boolean | undefined
  #unlisten: (() => void) | null = null

  constructor(options: ResolvedOptions, listener: RequestListener, onFault: (error: unknown) => void) {
    this.#options = options
    this.#listener = listener
    this.#onFault = onFault
    this.#series = new SeriesTable(nameOf, (key, route) => options.slowRequest(key, route))
  }

  track(request: IncomingMessage, response: ServerResponse, nameRoute: RouteNamer | null = null): RequestTrace | null {
    try {
      const known = followed(response)
      if (known) {
        known.isSeen = true
        known.traceId ??= activeTraceId()
        return known
      }
    } catch (error) {
      this.#onFault(error)
    }
    return this.#follow(request, response, nameRoute)
  }

  followServer(server: Server, isAll = false): void {
    this.#servers.set(server, isAll || this.#servers.get(server) === true)
    this.#server = null
    this.#unlisten ??= onRequestStart((exchange) => this.#started(exchange))
  }

  /** Requests pass unseen from now on. */
  stop(): void {
    this.#isOver = true
    this.#server = null
    this.#unlisten?.()
  }

  #started({ request, response, socket, server }: Exchange): void {
    if (server !== this.#server) {
      this.#server = server
      this.#isAll = this.#servers.get(server)
    }
    if (this.#isAll === undefined) return
    try {
      // Tracers begin a request when the server emits it, which is still to come.
      const trace = this.#begin(request, response, request.method as string, request.url as string, null, null)
      if (!trace) return
      trace.isSeen = this.#isAll
      endOnConnection(trace, socket)
    } catch (error) {
      this.#onFault(error)
    }
  }

  noteSetup(note: SetupNote): void {
    this.setup.add(note)
  }

  find(response: ServerResponse | undefined): RequestTrace | null {
    return response ? followed(response) : null
  }

  begin(request: RequestLike, nameRoute: RouteNamer | null = null): RequestTrace | null {
    try {
      return this.#begin(request, null, request.method, request.url, nameRoute, activeTraceId())
    } catch (error) {
      this.#onFault(error)
      return null
    }
  }

  ended(trace: LiveTrace, status: number, aborted: boolean, durationMs: number): void {
    try {
      if (counts(trace)) this.#record(trace, aborted ? CLIENT_CLOSED_REQUEST : status, aborted, durationMs)
    } catch (error) {
      this.#onFault(error)
    }
  }

  /** Requests being answered now; event streams, which last as long as somebody listens, are not among them. */
  countInFlight(): number {
    let count = 0
    for (const trace of this.#inFlight) if (counts(trace) && !isEventStream(trace)) count += 1
    return count
  }

  /** The series of this interval with anything to tell. */
  filled(): Series[] {
    return [...this.#series.filled()]
  }

  /** The figures of these series together; null when nothing ever came. */
  figures(filled: readonly Series[], intervalMs: number): RequestFigures | null {
    return this.#isUsed ? this.#figures(filled, intervalMs) : null
  }

  /** Starts the next interval. */
  clear(): void {
    this.#series.clear()
  }

  #follow(request: IncomingMessage, response: ServerResponse, nameRoute: RouteNamer | null): LiveTrace | null {
    try {
      const url = (request as { originalUrl?: string }).originalUrl ?? request.url ?? '/'
      const trace = this.#begin(request, response, request.method ?? 'GET', url, nameRoute, activeTraceId())
      if (trace) endWithResponse(trace, request, response)
      return trace
    } catch (error) {
      this.#onFault(error)
      return null
    }
  }

  #begin(
    request: IncomingMessage | RequestLike,
    response: ServerResponse | null,
    method: string,
    url: string,
    nameRoute: RouteNamer | null,
    traceId: string | null,
  ): LiveTrace | null {
    if (this.#isOver || this.#options.ignore?.(pathOf(url))) return null
    this.#isUsed = true
    const trace = new LiveTrace(this, method, url, traceId, monotonic(), request, response, nameRoute)
    this.#inFlight.add(trace)
    return trace
  }

  #record(trace: LiveTrace, status: number, aborted: boolean, durationMs: number): void {
    const route = trace.route ?? trace.nameRoute?.(trace.request as IncomingMessage, trace) ?? UNMATCHED
    if (route !== UNMATCHED && this.#isRespelled(trace)) return
    const method = route === UNMATCHED ? '' : trace.method
    const series = this.#series.find(method, route)
    const thresholdMs = this.#series.thresholdOf(series, method, route)
    const isSlow = durationMs >= thresholdMs
    const isTimed = !(isSlow && isEventStream(trace))
    count(series, status, aborted, isTimed ? durationMs : null)
    const hasFailed = status >= 500 && trace.error !== NO_ERROR
    if (!hasFailed && !(isSlow && isTimed)) return
    const name = nameOf(trace.method, route)
    const ended = { trace, name, status, aborted, durationMs, thresholdMs, isTimed }
    if (isSlow && isTimed) this.#listener.slow(ended)
    if (hasFailed) this.#listener.failed(ended, trace.error)
  }

  /** Whether its path is another spelling of an ignored one: what answered would have answered that, too. */
  #isRespelled({ context, url }: LiveTrace): boolean {
    const { respell } = this.#options
    if (!respell || !knowsPaths(context)) return false
    const ignored = respell(pathOf(url))
    return ignored !== null && context.covers(ignored)
  }

  #figures(filled: readonly Series[], intervalMs: number): RequestFigures {
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
      inFlight: this.countInFlight(),
      oldestMs: this.#oldestMs(),
    }
  }

  #oldestMs(): number | null {
    for (const trace of this.#inFlight) {
      if (counts(trace) && !isEventStream(trace)) return round(monotonic() - trace.start)
    }
    return null
  }
}

function count(series: Series, status: number, aborted: boolean, durationMs: number | null): void {
  series.count += 1
  if (status >= 500) series.errors += 1
  if (aborted) series.aborted += 1
  const statusClass = Math.trunc(status / 100) - 1
  if (statusClass >= 0 && statusClass < 5) series.classes[statusClass] = (series.classes[statusClass] as number) + 1
  if (durationMs !== null) series.durations.record(durationMs)
}

function knowsPaths(context: unknown): context is PathContext {
  return typeof context === 'object' && context !== null && 'covers' in context
}

function nameOf(method: string, route: string): string {
  return method === '' || route === UNMATCHED ? route : `${method} ${route}`
}

function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}

function counts(trace: LiveTrace): boolean {
  if (trace.isOnConnection) return trace.isSeen
  return (trace.request as { [SKIP]?: boolean })[SKIP] !== true
}

/** Headers that were given to `writeHead` alone are to be found only in the text that Node sends, `_header`. */
function isEventStream(trace: LiveTrace): boolean {
  const { response } = trace
  if (!response?.headersSent) return false
  const type = response.getHeader('content-type')
  if (typeof type === 'string') return type.startsWith('text/event-stream')
  return /^content-type: *text\/event-stream/im.test((response as { _header?: string })._header ?? '')
}
