import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** What Node's HTTP/1 server says of a request: the objects of the app, as they are. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly socket: Socket
  readonly server: Server
}

/** A request has arrived, and nobody has seen it yet. */
const STARTED = 'http.server.request.start'
/** A response was handed to the system to its last byte; a client that goes away before is not told of. */
const FINISHED = 'http.server.response.finish'

/**
 * Listens to a channel on which Node's HTTP server publishes: cheaper for a request than any listener, hook or middleware.
 *
 * @param listener must not throw: Node would take it for an error of the app
 * @returns ends it
 */
function listen(channel: string, listener: (exchange: Exchange) => void): () => void {
  const onMessage = (message: unknown) => listener(message as Exchange)
  subscribe(channel, onMessage)
  return () => unsubscribe(channel, onMessage)
}

export const onRequestStart = (listener: (exchange: Exchange) => void) => listen(STARTED, listener)
export const onResponseFinish = (listener: (exchange: Exchange) => void) => listen(FINISHED, listener)
