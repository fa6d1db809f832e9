import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { SetupNote } from '../../protocol/index.js'
import type { LiveTrace, RequestLike, RequestTrace, RouteNamer } from './request-trace.js'

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
