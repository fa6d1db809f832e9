import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerResponse, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { TRACE } from '../../lib/marks.js'
import { type Exchange, isPublished, onResponseFinish } from './http-events.js'
import type { LiveTrace } from './request-trace.js'

/**
 * What a connection keeps, once: V8 takes ten times as long to change a property of a socket, whose hidden classes are many, as to
 * change one of this.
 */
class Requests {
  /** The trace of the request that came last, or null; each knows the one before that is not over. */
  latest: LiveTrace | null = null

  /** For a request that is no request of the app. */
  discard(): void {
    this.latest?.discard()
  }
}

type Connection = Socket & { [TRACE]?: Requests; readonly server?: unknown }
type Traced = ServerResponse & { [TRACE]?: LiveTrace }

/** The trace of a response that is followed by any recorder of this process; null when none follows it. */
export function followed(response: ServerResponse): LiveTrace | null {
  const socket = response.req?.socket as Connection | undefined
  let trace = socket?.[TRACE]?.latest ?? null
  while (trace && trace.response !== response) trace = trace.earlier
  return trace ?? (response as Traced)[TRACE] ?? null
}

/** Lets a trace be found by a response that has no end of its own: that of an upgrade. */
export function remember(response: ServerResponse, trace: LiveTrace): void {
  ;(response as Traced)[TRACE] = trace
}

/** The same by the request; null, too, for HTTP/2, whose connections know no trace. */
export function followedBy(request: IncomingMessage): LiveTrace | null {
  let trace = (request.socket as Connection | undefined)?.[TRACE]?.latest ?? null
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
  const requests = connection[TRACE] ?? watch(connection)
  trace.earlier = requests.latest
  trace.isOnConnection = true
  requests.latest = trace
}

/** Once a connection. The channel is listened to from the first request on and for good: it costs nothing without traces. */
function watch(socket: Connection): Requests {
  const requests = new Requests()
  socket[TRACE] = requests
  watchClient(socket)
  // Before the response closes and lets go of what is piped into it.
  socket.prependListener('close', onConnectionClose)
  if (!isListening) onResponseFinish(onFinish)
  isListening = true
  return requests
}

function onFinish({ socket, response }: Exchange): void {
  const requests = (socket as Connection)[TRACE]
  const latest = requests?.latest
  if (!requests || !latest) return
  if (latest.response === response) {
    requests.latest = latest.earlier
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
  const requests = this[TRACE]
  let trace = requests?.latest ?? null
  if (requests) requests.latest = null
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

/**
 * How a response ended: whole, because the client went away, because the server broke off, or because Node refused the rest
 * of the request itself, with this status.
 */
export type ResponseEnd = 'whole' | 'aborted' | 'broken' | 408 | 400

/** Marks a connection whose client closed its side while the server had not closed its own. */
const CLIENT_LEFT = Symbol('client closed its side')

type Marked = Socket & { [CLIENT_LEFT]?: true }

/** Once a connection, before anything answers the client's FIN: afterwards nothing tells who closed first. */
export function watchClient(socket: Socket): void {
  socket.prependListener('end', onClientEnd)
}

function onClientEnd(this: Marked): void {
  if (!this.writableEnded) this[CLIENT_LEFT] = true
}

/** How a response ended whose connection has closed, and that Node has not told to be finished. */
export function endOfConnection(response: ServerResponse, socket: Socket): ResponseEnd {
  if ((socket as Marked)[CLIENT_LEFT]) return 'aborted'
  // One that was destroyed seems finished, too, once it is ended.
  if (response.writableFinished && !response.destroyed) return 'whole'
  // An app that destroys the response destroys the connection with the same error.
  if (response.errored || !socket.errored) return 'broken'
  return refusalOf(socket.errored, response) ?? (isOfClient(socket.errored) ? 'aborted' : 'broken')
}

/** What Node answers by itself: to a body that takes too long to come, and to one that is no HTTP. */
function refusalOf({ code }: NodeJS.ErrnoException, { headersSent }: ServerResponse): 408 | 400 | null {
  if (headersSent) return null
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408
  return code?.startsWith('HPE_') ? 400 : null
}

/** What the system says of a connection, or Node's parser of what came through it; not what the app destroyed it with. */
function isOfClient({ syscall, code }: NodeJS.ErrnoException): boolean {
  return typeof syscall === 'string' || code?.startsWith('HPE_') === true
}

/** Whether a response is over when it comes to be followed. */
export function isOver(response: ServerResponse): boolean {
  return http2StreamOf(response)?.closed ?? (response.closed || response.writableFinished)
}

/** How a response ended that has closed, where no connection tells. */
export function endOfResponse(response: ServerResponse): ResponseEnd {
  const stream = http2StreamOf(response)
  if (stream) return endOfStream(response, stream)
  if (response.writableFinished) return 'whole'
  if (response.errored) return 'broken'
  // Fastify's `inject()` has no socket that could break, and its response never finishes.
  return !response.writableEnded || response.req?.socket?.destroyed === true ? 'aborted' : 'whole'
}

/** The stream of HTTP/2 that a response writes to; null with HTTP/1. */
export function http2StreamOf(response: ServerResponse | Http2ServerResponse): ServerHttp2Stream | null {
  const { stream } = response as Partial<Http2ServerResponse>
  return typeof stream?.rstCode === 'number' ? stream : null
}

/**
 * Node 20 to 26: a stream that the client reset is closed as if the server had ended it, with `writableFinished` true, and so
 * are those of a connection that it closed. A stream that the server destroys never finishes, and has its error or no code.
 * The code that the app gives to `stream.close()` can't be told from one that the client sent. To HEAD the stream is finished
 * from the beginning.
 */
function endOfStream(response: ServerResponse, stream: ServerHttp2Stream): ResponseEnd {
  const { errored, writableFinished, rstCode } = stream
  const isEnded = response.writableEnded || (response.headersSent && !stream.aborted && rstCode === 0)
  if (writableFinished && isEnded) return 'whole'
  if (errored) return isOfClient(errored) || isReset(errored) ? 'aborted' : 'broken'
  const wasClosed = writableFinished || rstCode !== 0 || (response.writableEnded && stream.readableEnded)
  return wasClosed ? 'aborted' : 'broken'
}

function isReset({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ERR_HTTP2_STREAM_ERROR' || code === 'ERR_HTTP2_SESSION_ERROR'
}
