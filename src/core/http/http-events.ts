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

/** Must not throw: Node would take it for an error of the app. */
type Listener = (exchange: Exchange) => void

/** A request has arrived, and nobody has seen it yet. */
const STARTED = 'http.server.request.start'
/** A response was handed to the system to its last byte; a client that goes away before is not told of. */
const FINISHED = 'http.server.response.finish'

/** Bun has the channels and publishes nothing on them (as of 1.4). */
export const isPublished = process.versions.bun === undefined

/**
 * Listens to a channel on which Node's HTTP server publishes: cheaper for a request than any listener, hook or middleware.
 *
 * @returns ends it
 */
function listen(channel: string, listener: Listener): () => void {
  // Node calls it as it is, for each request: no function in between.
  const onMessage = listener as (message: unknown) => void
  subscribe(channel, onMessage)
  return () => unsubscribe(channel, onMessage)
}

export const onRequestStart = (listener: Listener) => listen(STARTED, listener)
export const onResponseFinish = (listener: Listener) => listen(FINISHED, listener)
