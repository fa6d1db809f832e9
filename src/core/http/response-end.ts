import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'

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
