import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type ConnectionFigures, type RequestFigures, type SetupNote, Sketch, UNMATCHED } from '../protocol/index.js'
import { activeTraceId } from '../tracing/trace-id.js'
import { monotonic } from './clock.js'
import { Connections, connectionOf, hasSession, isPolling } from './connections.js'
import { endOnConnection, endWithResponse, followed, remember } from './endings.js'
import { type Exchange, onRequestStart, onResponseFinish } from './http-events.js'
import { OperationNames } from './operation-names.js'
import type { ResolvedOptions } from './options.js'
import {
  type FailedPart,
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
import { claimServer, isOwner, traceOfUpgrade, type UpgradeSink, watchUpgrades } from './upgrades.js'

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
   * @param owns asked at the end of a request that `track` was not asked for: whether it counts all the same
   */
  followServer(server: Server, owns: (server: Server) => boolean): void
  /** The trace of a response that is followed by any recorder of this process; null when none follows it. */
  find(response: ServerResponse | undefined): RequestTrace | null
  /** Forgets a request whose path the app's router reads as one that is ignored: decoded, or without a slash at its end. */
  routedAs(trace: RequestTrace, path: string): void
  /** The newest request in flight for which this holds. */
  findInFlight(test: (trace: LiveTrace) => boolean): LiveTrace | null
  /** Notes something about the way in which Quasar is built into the app; twice is harmless. */
  noteSetup(note: SetupNote): void
  /**
   * Names a request for an upgrade, which is followed from its arrival on. It is a request only when it is refused.
   *
   * @returns null for every other request, and for one that is ignored
   */
  trackUpgrade(request: IncomingMessage, nameRoute?: RouteNamer): RequestTrace | null
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
}

/** What the recorder does with requests that stand out. */
export interface RequestListener {
  slow(request: EndedRequest): void
  failed(request: EndedRequest, error: unknown): void
  failedPart(request: EndedRequest, part: FailedPart): void
}

/** Set on a request (by Zenith, on its own) to be left out, where the connection does not know its trace. */
const SKIP = Symbol.for('@gravito/quasar/skip')

/** Of a connection whose app failed. */
const NO_ANSWER = { status: 0, aborted: false, durationMs: 0, thresholdMs: 0 }

/** The status of a request whose client went away, after nginx. */
const CLIENT_CLOSED_REQUEST = 499

export class HttpRequests implements RequestRecorder, TraceSink, UpgradeSink {
  readonly setup = new Set<SetupNote>()
  readonly #options: ResolvedOptions
  readonly #listener: RequestListener
  readonly #inFlight = new InFlight()
  readonly #connections = new Connections()
  readonly #operations = new OperationNames()
  readonly #series: SeriesTable
  readonly #onFault: (error: unknown) => void
  #isUsed = false
  #isOver = false
  /** Whether requests of a server count that nobody asked to track. */
  readonly #servers = new WeakMap<Server, (server: Server) => boolean>()
  /** The server of the last request: most processes have one. */
  #server: Server | null = null
  #isFollowed = false
  #unlisten: (() => void) | null = null
  /** The server of the last connection that a request came by. */
  #claimed: unknown = null
  readonly #unwatch: () => void
  readonly #unnotice: () => void

  constructor(options: ResolvedOptions, listener: RequestListener, onFault: (error: unknown) => void) {
    this.#options = options
    this.#listener = listener
    this.#onFault = onFault
    this.#series = new SeriesTable(nameOf, (key, route) => options.slowRequest(key, route))
    this.#unwatch = watchUpgrades(this)
    this.#unnotice = onResponseFinish((exchange) => this.#noticePolling(exchange))
  }

  track(request: IncomingMessage, response: ServerResponse, nameRoute: RouteNamer | null = null): RequestTrace | null {
    try {
      if ((request as { upgrade?: boolean }).upgrade === true) return this.trackUpgrade(request, nameRoute, response)
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

  followServer(server: Server, owns: (server: Server) => boolean): void {
    this.#servers.set(server, owns)
    this.#server = null
    claimServer(server, this)
    this.#unlisten ??= onRequestStart((exchange) => this.#started(exchange))
  }

  /** Requests pass unseen from now on. */
  stop(): void {
    this.#isOver = true
    this.#server = null
    this.#unlisten?.()
    this.#unnotice()
    this.#unwatch()
  }

  #started({ request, response, socket, server }: Exchange): void {
    if (server !== this.#server) {
      this.#server = server
      this.#isFollowed = this.#servers.has(server)
    }
    // Libraries answer polls before any app sees them.
    if (!this.#isFollowed && !(isPolling(request.url as string) && isOwner(server, this))) return
    try {
      // Tracers begin a request when the server emits it, which is still to come.
      const trace = this.#begin(request, response, request.method as string, request.url as string, null, null)
      if (!trace) return
      trace.isSeen = false
      endOnConnection(trace, socket)
    } catch (error) {
      this.#onFault(error)
    }
  }

  routedAs(trace: RequestTrace, path: string): void {
    try {
      if (this.#options.ignore?.(path)) trace.discard()
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

  findInFlight(test: (trace: LiveTrace) => boolean): LiveTrace | null {
    return this.#inFlight.findLast(test)
  }

  begin(request: RequestLike, nameRoute: RouteNamer | null = null): RequestTrace | null {
    try {
      return this.#begin(request, null, request.method, request.url, nameRoute, activeTraceId())
    } catch (error) {
      this.#onFault(error)
      return null
    }
  }

  trackUpgrade(request: IncomingMessage, nameRoute: RouteNamer | null = null, response?: object): RequestTrace | null {
    const trace = traceOfUpgrade(request)
    if (!trace) return null
    trace.nameRoute ??= nameRoute
    trace.traceId ??= activeTraceId()
    if (response) remember(response as ServerResponse, trace)
    return trace
  }

  upgrading(request: IncomingMessage): LiveTrace | null {
    try {
      return this.#begin(request, null, request.method as string, request.url as string, null, null)
    } catch (error) {
      this.#onFault(error)
      return null
    }
  }

  upgraded({ url }: LiveTrace): void {
    this.#connections.open(url)
  }

  /** What made an app close a connection is an exception, though nothing was answered. */
  closed(trace: LiveTrace): void {
    this.#connections.close()
    try {
      if (trace.error !== NO_ERROR)
        this.#listener.failed({ ...NO_ANSWER, trace, name: nameOf(trace.method, this.#routeOf(trace)) }, trace.error)
    } catch (error) {
      this.#onFault(error)
    }
  }

  ended(trace: LiveTrace, status: number, aborted: boolean, durationMs: number): void {
    try {
      if (this.#wasConnection(trace, status, aborted)) return
      if (this.#counts(trace)) this.#record(trace, aborted ? CLIENT_CLOSED_REQUEST : status, aborted, durationMs)
    } catch (error) {
      this.#onFault(error)
    }
  }

  /** Requests being answered now; connections, which last as long as their clients listen, are not among them. */
  countInFlight(): number {
    let count = 0
    for (const trace of this.#inFlight) if (this.#counts(trace) && connectionOf(trace) === null) count += 1
    return count
  }

  #counts(trace: LiveTrace): boolean {
    if (!trace.isOnConnection) return (trace.request as { [SKIP]?: boolean })[SKIP] !== true
    return trace.isSeen || this.#owns(trace.request as IncomingMessage)
  }

  /** Whether what nobody asked to track is the app's: its framework answered before any hook of ours. */
  #owns({ socket }: IncomingMessage): boolean {
    const { server } = socket as { server?: Server }
    return server !== undefined && this.#servers.get(server)?.(server) === true
  }

  /** The connections of the interval, which ends; null when there never was any. */
  takeConnections(): ConnectionFigures | null {
    let held = 0
    for (const trace of this.#inFlight) {
      const kind = connectionOf(trace)
      if (kind === 'stream' && this.#counts(trace)) this.#connections.note(trace, kind)
      else if (kind !== 'poll' || trace.method !== 'GET' || !hasSession(trace.url)) continue
      held += 1
    }
    return this.#connections.take(held)
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
    this.#operations.clear()
    this.#series.clear()
  }

  #follow(request: IncomingMessage, response: ServerResponse, nameRoute: RouteNamer | null): LiveTrace | null {
    try {
      this.#claim(request)
      const url = (request as { originalUrl?: string }).originalUrl ?? request.url ?? '/'
      const trace = this.#begin(request, response, request.method ?? 'GET', url, nameRoute, activeTraceId())
      if (trace) endWithResponse(trace, request, response)
      return trace
    } catch (error) {
      this.#onFault(error)
      return null
    }
  }

  /** Servers of HTTP/2 take no upgrades, and the connections of their streams can't always be looked into. */
  #claim({ httpVersionMajor, socket }: IncomingMessage): void {
    const server = httpVersionMajor === 1 ? (socket as { server?: object } | null)?.server : undefined
    if (!server || server === this.#claimed) return
    this.#claimed = server
    claimServer(server, this)
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

  /** Whether a request that is over was a connection: one without a duration, and nobody has left it too early. */
  #wasConnection(trace: LiveTrace, status: number, aborted: boolean): boolean {
    // Where Node has no objects of it, an app's answer to an upgrade is all that is seen.
    const kind = status === 101 && !trace.response ? 'upgrade' : connectionOf(trace)
    if (kind === null || (kind === 'stream' && !this.#counts(trace))) return false
    if (kind === 'poll' && status >= 400 && !aborted) {
      // A refused one is a request, also where a library refused it before any app saw it.
      this.#record(trace, status, false, monotonic() - trace.start)
      return true
    }
    this.#connections.note(trace, kind)
    if (kind === 'stream') this.#record(trace, status, false, 0, false)
    return true
  }

  /** The first poll of a process is found when it is answered; those that come later, when they arrive. */
  #noticePolling({ request, response, server }: Exchange): void {
    try {
      if (!isPolling(request.url as string) || !isOwner(server, this)) return
      this.#unnotice()
      if (this.#unlisten || followed(response)) return
      this.#unlisten = onRequestStart((exchange) => this.#started(exchange))
      const trace = this.#begin(request, response, request.method as string, request.url as string, null, null)
      trace?.end(response.statusCode, false)
    } catch (error) {
      this.#onFault(error)
    }
  }

  #record(trace: LiveTrace, status: number, aborted: boolean, durationMs: number, isTimed = true): void {
    const route = this.#routeOf(trace)
    if (route !== UNMATCHED && this.#isRespelled(trace)) return
    const method = route === UNMATCHED ? '' : trace.method
    const series = this.#series.find(method, route)
    const thresholdMs = this.#series.thresholdOf(series, method, route)
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
    const path = context.plain?.(pathOf(url)) ?? pathOf(url)
    if (context.plain && ignore(path)) return true
    const ignored = respell?.(path) ?? null
    return ignored !== null && context.covers(ignored, path)
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
      if (this.#counts(trace) && connectionOf(trace) === null) return round(monotonic() - trace.start)
    }
    return null
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
  return typeof context === 'object' && context !== null && 'covers' in context
}

function nameOf(method: string, route: string): string {
  return method === '' || route === UNMATCHED ? route : `${method} ${route}`
}

function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}
