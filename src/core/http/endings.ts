import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { TRACE } from '../../lib/marks.js'
import { type Exchange, isPublished, onResponseFinish } from './http-events.js'
import type { LiveTrace } from './request-trace.js'
import { endOfConnection, endOfResponse, http2StreamOf, isOver, type ResponseEnd, watchClient } from './response-end.js'

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

/** Lets a trace be found by a response that has no end of its own: that of an upgrade. */
export function remember(response: ServerResponse, trace: LiveTrace): void {
  ;(response as Traced)[TRACE] = trace
}

/** The same by the request; null, too, for HTTP/2, whose connections know no trace. */
export function followedBy(request: IncomingMessage): LiveTrace | null {
  let trace = (request.socket as Connection | undefined)?.[TRACE] ?? null
  while (trace && trace.request !== request) trace = trace.earlier
  return trace
}

/**
 * Ends a trace when its response ends. On Node's HTTP/1 server the channel tells, and the connection for clients that go
 * away: a listener on every response would cost ten times as much, and so does a property on Express's objects.
 */
export function endWithResponse(trace: LiveTrace, request: IncomingMessage, response: ServerResponse): void {
  const socket = request.socket as Connection
  if (isOver(response)) end(trace, response, endOfResponse(response))
  else if (tellsEnd(request, socket)) endOnConnection(trace, socket)
  else {
    ;(response as Traced)[TRACE] = trace
    // HTTP/2 emits both when the stream closes, whatever closed it; what is piped into the response is let go at the first.
    response.on(http2StreamOf(response) ? 'finish' : 'close', onResponseClose)
  }
}

/** Neither HTTP/2 nor what only plays a request (Fastify's `inject`) is published on the channel. */
function tellsEnd(request: IncomingMessage, socket: Connection): boolean {
  return isPublished && request.httpVersionMajor === 1 && socket.server !== undefined
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
  watchClient(socket)
  // Before the response closes and lets go of what is piped into it.
  socket.prependListener('close', onConnectionClose)
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
    if (response) end(trace, response, endOfConnection(response, this), this.errored)
  }
}

function onResponseClose(this: Traced): void {
  const trace = this[TRACE]
  if (trace) end(trace, this, endOfResponse(this), http2StreamOf(this)?.errored)
}

function end(trace: LiveTrace, response: ServerResponse, how: ResponseEnd, error: Error | null = null): void {
  if (how === 'broken') breakOff(trace, response, response.errored ?? error)
  else if (how === 'whole' || how === 'aborted') trace.end(response.statusCode, how === 'aborted')
  else trace.end(how, false)
}

/**
 * A stream that fails while it is piped into a response has nobody told but those who listen to it. What is piped is let go
 * when the response closes, which is still to come in this turn, and then it is told of.
 */
function breakOff(trace: LiveTrace, response: ServerResponse, error: Error | null): void {
  let cause = error
  response.on('unpipe', (source: Readable) => {
    cause ??= source.errored
  })
  process.nextTick(() => {
    trace.breakOff(cause ?? undefined)
    trace.end(response.statusCode, false)
  })
}
