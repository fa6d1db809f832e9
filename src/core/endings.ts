import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Exchange, onResponseFinish } from './http-events.js'
import type { LiveTrace } from './request-trace.js'

/** Keyed globally: the ESM and the CJS copy of the package, loaded together, follow a request once. */
const TRACE = Symbol.for('@gravito/quasar/trace')

/** The trace of the request that came last on a connection, or null; each knows the one before that is not over. */
type Connection = Socket & { [TRACE]?: LiveTrace | null; readonly server?: unknown }
type Traced = ServerResponse & { [TRACE]?: LiveTrace }

/** The trace of a response that is followed by any recorder of this process; null when none follows it. */
export function followed(response: ServerResponse): LiveTrace | null {
  const socket = response.req?.socket as Connection | undefined
  let trace = socket?.[TRACE] ?? null
  while (trace && trace.response !== response) trace = trace.earlier
  return trace ?? (response as Traced)[TRACE] ?? null
}

/**
 * Ends a trace when its response ends. On Node's HTTP/1 server the channel tells, and the connection for clients that go
 * away: a listener on every response would cost ten times as much, and so does a property on Express's objects.
 */
export function endWithResponse(trace: LiveTrace, request: IncomingMessage, response: ServerResponse): void {
  const socket = request.socket as Connection
  if (response.closed || response.writableFinished) trace.end(response.statusCode, wasAborted(response))
  else if (tellsEnd(request, socket)) endOnConnection(trace, socket)
  else {
    ;(response as Traced)[TRACE] = trace
    response.on('close', onResponseClose)
  }
}

/** Neither HTTP/2 nor what only plays a request (Fastify's `inject`) is published on the channel. */
function tellsEnd(request: IncomingMessage, socket: Connection): boolean {
  return request.httpVersionMajor === 1 && socket.server !== undefined
}

let isListening = false

/** The same for a request that Node's HTTP/1 server has just told of: none of it has to be looked at. */
export function endOnConnection(trace: LiveTrace, socket: Socket): void {
  const connection = socket as Connection
  const latest = connection[TRACE]
  if (latest === undefined) watch(connection)
  trace.earlier = latest ?? null
  trace.isOnConnection = true
  connection[TRACE] = trace
}

/** Once a connection. The channel is listened to from the first request on and for good: it costs nothing without traces. */
function watch(socket: Connection): void {
  socket.on('close', onConnectionClose)
  if (isListening) return
  isListening = true
  onResponseFinish(onFinish)
}

function onFinish({ socket, response }: Exchange): void {
  const connection = socket as Connection
  const latest = connection[TRACE]
  if (!latest) return
  if (latest.response === response) {
    connection[TRACE] = latest.earlier
    latest.end(response.statusCode, false)
  } else endEarlier(latest, response)
}

/** With several requests on the way at once on one connection, the answers come in their order. */
function endEarlier(latest: LiveTrace, response: ServerResponse): void {
  for (let later = latest; later.earlier; later = later.earlier) {
    const trace = later.earlier
    if (trace.response !== response) continue
    later.earlier = trace.earlier
    trace.end(response.statusCode, false)
    return
  }
}

function onConnectionClose(this: Connection): void {
  let trace = this[TRACE] ?? null
  this[TRACE] = null
  for (; trace; trace = trace.earlier) {
    const { response } = trace
    if (response) trace.end(response.statusCode, wasAborted(response))
  }
}

function onResponseClose(this: Traced): void {
  this[TRACE]?.end(this.statusCode, wasAborted(this))
}

/**
 * Whether the client went away before it had all. `writableFinished` alone does not say so: it is false, too, after
 * Fastify's `inject()`, whose response has no socket that could break.
 */
function wasAborted(response: ServerResponse): boolean {
  if (response.writableFinished) return false
  return !response.writableEnded || response.req?.socket?.destroyed === true
}
