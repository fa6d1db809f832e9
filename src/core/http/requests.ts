import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { monotonic } from '../../lib/clock.js'
import type { ConnectionFigures, RequestFigures, SetupNote } from '../../protocol/index.js'
import { activeTraceId } from '../../tracing/trace-id.js'
import type { ResolvedOptions } from '../options/options.js'
import { origins } from '../origin/current.js'
import type { Series } from '../report/series.js'
import { Connections, connectionOf, isPolling } from './connections.js'
import { type Exchange, onRequestStart, onResponseFinish } from './http-events.js'
import { CountedInFlight, FollowedServers } from './in-flight.js'
import { pathOf } from './path-of.js'
import type { RequestRecorder } from './request-recorder.js'
import { originOf } from './request-records.js'
import { type RequestListener, RequestSeries, totalsOf } from './request-series.js'
import {
  LiveTrace,
  NO_ERROR,
  type RequestLike,
  type RequestTrace,
  type RouteNamer,
  type TraceSink,
} from './request-trace.js'
import { endOnConnection, endWithResponse, followed, remember } from './response-end.js'
import { claimServer, isOwner, traceOfUpgrade, type UpgradeSink, watchUpgrades } from './upgrades.js'

/** No shorter request can have blocked the loop for a notable time. */
const NOTABLE_MS = 20

export class HttpRequests implements RequestRecorder, TraceSink, UpgradeSink {
  readonly setup = new Set<SetupNote>()
  readonly #options: ResolvedOptions
  readonly #listener: RequestListener
  readonly #connections = new Connections()
  readonly #series: RequestSeries
  readonly #onFault: (error: unknown) => void
  #isUsed = false
  #isOver = false
  readonly #servers = new FollowedServers()
  readonly #origins = origins()
  readonly inFlight = new CountedInFlight(this.#servers)
  #unlisten: (() => void) | null = null
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
        known.traceId ??= activeTraceId(known.start)
        this.#enter(known)
        return known
      }
    } catch (error) {
      this.#onFault(error)
    }
    return this.#follow(request, response, nameRoute)
  }

  followServer(server: Server, owns: (server: Server) => boolean): void {
    this.#servers.add(server, owns)
    claimServer(server, this)
    // From now on polls are seen when they arrive.
    this.#unnotice()
    this.#unlisten ??= onRequestStart((exchange) => this.#started(exchange))
  }

  /** Requests pass unseen from now on. */
  stop(): void {
    this.#isOver = true
    this.#servers.forgetLast()
    this.#unlisten?.()
    this.#unnotice()
    this.#unwatch()
  }

  #started({ request, response, socket, server }: Exchange): void {
    // Libraries answer polls before any app sees them.
    if (!this.#servers.has(server) && !(isPolling(request.url as string) && isOwner(server, this))) return
    try {
      // Tracers begin a request when the server emits it, which is still to come.
      const trace = this.#begin(request, response, request.method as string, request.url as string, null, false)
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
    return this.inFlight.findLast(test)
  }

  begin(request: RequestLike, nameRoute: RouteNamer | null = null): RequestTrace | null {
    const trace = this.#begin(request, null, request.method, request.url, nameRoute, true)
    if (trace) this.#enter(trace)
    return trace
  }

  trackUpgrade(request: IncomingMessage, nameRoute: RouteNamer | null = null, response?: object): RequestTrace | null {
    const trace = traceOfUpgrade(request)
    if (!trace) return null
    trace.nameRoute ??= nameRoute
    trace.traceId ??= activeTraceId(trace.start)
    if (response) remember(response as ServerResponse, trace)
    return trace
  }

  upgrading(request: IncomingMessage): LiveTrace | null {
    return this.#begin(request, null, request.method as string, request.url as string, null, false)
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
      if (this.#wasConnection(trace, status, aborted) || !this.inFlight.counts(trace)) return
      this.#series.record(trace, status, aborted, durationMs)
    } catch (error) {
      this.#onFault(error)
    }
  }

  /** The connections of the interval, which ends; null when there never was any. */
  takeConnections(): ConnectionFigures | null {
    return this.#connections.take(this.inFlight.noteHeld(this.#connections))
  }

  /** The series of this interval with anything to tell. */
  filled(): Series[] {
    return this.#series.filled()
  }

  /** The figures of these series together; null when nothing ever came. */
  figures(filled: readonly Series[], intervalMs: number): RequestFigures | null {
    if (!this.#isUsed) return null
    return {
      ...totalsOf(filled, intervalMs),
      inFlight: this.inFlight.countRequests(),
      oldestMs: this.inFlight.oldestMs(),
    }
  }

  /** Starts the next interval. */
  clear(): void {
    this.#series.clear()
  }

  #follow(request: IncomingMessage, response: ServerResponse, nameRoute: RouteNamer | null): LiveTrace | null {
    try {
      const server = this.#servers.seenFirst(request)
      if (server) claimServer(server, this)
      const url = (request as { originalUrl?: string }).originalUrl ?? request.url ?? '/'
      const trace = this.#begin(request, response, request.method ?? 'GET', url, nameRoute, true)
      if (!trace) return null
      endWithResponse(trace, request, response)
      this.#enter(trace)
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
    isInApp: boolean,
  ): LiveTrace | null {
    try {
      const path = pathOf(url)
      if (this.#isOver || this.#options.ignore?.(path)) return null
      this.#isUsed = true
      const now = monotonic()
      this.#listener.turn(now)
      // The app runs in its tracer's span.
      const traceId = isInApp ? activeTraceId(now) : null
      const trace = new LiveTrace(this, method, url, traceId, now, request, response, nameRoute)
      trace.hasQuery = path.length < url.length
      this.inFlight.add(trace)
      return trace
    } catch (error) {
      this.#onFault(error)
      return null
    }
  }

  /** The app begins with the request: jobs that it adds from here on are the request's. */
  #enter(trace: LiveTrace): void {
    try {
      this.#origins.storage?.enterWith(originOf(trace))
    } catch (error) {
      this.#onFault(error)
    }
  }

  /** Whether a request that is over was a connection: one without a duration, and nobody has left it too early. */
  #wasConnection(trace: LiveTrace, status: number, aborted: boolean): boolean {
    // Where Node has no objects of it, an app's answer to an upgrade is all that is seen.
    const kind = status === 101 && !trace.response ? 'upgrade' : connectionOf(trace)
    if (kind === null || (kind === 'stream' && !this.inFlight.counts(trace))) return false
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
      const trace = this.#begin(request, response, request.method as string, request.url as string, null, false)
      trace?.end(response.statusCode, false)
    } catch (error) {
      this.#onFault(error)
    }
  }
}
