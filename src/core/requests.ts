import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { monotonic } from '../lib/clock.js'
import { SKIP } from '../lib/marks.js'
import type { ConnectionFigures, RequestFigures, SetupNote } from '../protocol/index.js'
import { activeTraceId } from '../tracing/trace-id.js'
import { Connections, connectionOf, hasSession, isPolling } from './connections.js'
import { endOnConnection, endWithResponse, followed, remember } from './endings.js'
import { type Exchange, onRequestStart, onResponseFinish } from './http-events.js'
import type { ResolvedOptions } from './options.js'
import { pathOf } from './path-of.js'
import { type RequestListener, RequestSeries, totalsOf } from './request-series.js'
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
import { round } from './round.js'
import type { Series } from './series.js'
import { claimServer, isOwner, traceOfUpgrade, type UpgradeSink, watchUpgrades } from './upgrades.js'

export type { EndedRequest, RequestListener } from './request-series.js'
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

/** No shorter request can have blocked the loop for a notable time. */
const NOTABLE_MS = 20

/** The status of a request whose client went away, after nginx. */
const CLIENT_CLOSED_REQUEST = 499

export class HttpRequests implements RequestRecorder, TraceSink, UpgradeSink {
  readonly setup = new Set<SetupNote>()
  readonly #options: ResolvedOptions
  readonly #listener: RequestListener
  readonly #inFlight = new InFlight()
  readonly #connections = new Connections()
  readonly #series: RequestSeries
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
    this.#series = new RequestSeries(options, listener)
    this.#unwatch = watchUpgrades(this)
    this.#unnotice = onResponseFinish((exchange) => this.#noticePolling(exchange))
  }

  track(request: IncomingMessage, response: ServerResponse, nameRoute: RouteNamer | null = null): RequestTrace | null {
    try {
      if ((request as { upgrade?: boolean }).upgrade === true) return this.trackUpgrade(request, nameRoute, response)
      const known = followed(response)
      if (known) {
        if (!known.isSeen) known.nameRoute = nameRoute
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
    // From now on polls are seen when they arrive.
    this.#unnotice()
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
      if (trace.error !== NO_ERROR) this.#series.recordFailed(trace)
    } catch (error) {
      this.#onFault(error)
    }
  }

  ended(trace: LiveTrace, status: number, aborted: boolean, durationMs: number): void {
    try {
      if (durationMs >= NOTABLE_MS) this.#listener.turn(trace.start + durationMs)
      if (this.#wasConnection(trace, status, aborted)) return
      if (this.#counts(trace)) this.#series.record(trace, aborted ? CLIENT_CLOSED_REQUEST : status, aborted, durationMs)
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
    return this.#series.filled()
  }

  /** The figures of these series together; null when nothing ever came. */
  figures(filled: readonly Series[], intervalMs: number): RequestFigures | null {
    if (!this.#isUsed) return null
    return { ...totalsOf(filled, intervalMs), inFlight: this.countInFlight(), oldestMs: this.#oldestMs() }
  }

  /** Starts the next interval. */
  clear(): void {
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
    const now = monotonic()
    this.#listener.turn(now)
    const trace = new LiveTrace(this, method, url, traceId, now, request, response, nameRoute)
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
      this.#series.record(trace, status, false, monotonic() - trace.start)
      return true
    }
    this.#connections.note(trace, kind)
    if (kind === 'stream') this.#series.record(trace, status, false, 0, false)
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

  #oldestMs(): number | null {
    for (const trace of this.#inFlight) {
      if (this.#counts(trace) && connectionOf(trace) === null) return round(monotonic() - trace.start)
    }
    return null
  }
}
