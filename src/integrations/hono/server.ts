import type { IncomingMessage, ServerResponse } from 'node:http'
import { isOfNodeServer } from './internals.js'

/** Node's own objects, which @hono/node-server hands over as bindings. */
export interface NodeObjects {
  readonly incoming: IncomingMessage
  /** Of a request for an upgrade there is none. */
  readonly outgoing: ServerResponse | undefined
}

/**
 * Null in other runtimes, and where nothing was handed over. @hono/node-server 2 and @hono/node-ws let an app's routes answer
 * requests for an upgrade, too.
 */
export function nodeObjectsOf(env: unknown): NodeObjects | null {
  const node = env as Partial<NodeObjects> | null | undefined
  return node?.incoming && (node.outgoing || isUpgrade(node.incoming)) ? (node as NodeObjects) : null
}

function isUpgrade(incoming: IncomingMessage & { readonly upgrade?: boolean }): boolean {
  return incoming.upgrade === true
}

/** What `Deno.serve` hands over as bindings: it settles when a response is over. Null elsewhere. */
export function completionOf(env: unknown): Promise<void> | null {
  const { completed } = (env ?? {}) as { completed?: Promise<void> }
  return completed instanceof Promise ? completed : null
}

/** Whether a request came from a server, as far as its bindings say: those of Bun are its server. */
export function isFromServer(env: unknown, request: Request): boolean {
  const { requestIP } = (env ?? {}) as { requestIP?: unknown }
  return typeof requestIP === 'function' || completionOf(env) !== null || isOfNodeServer(request)
}

/**
 * Tells when a client leaves before it is answered.
 *
 * @returns ends it. On Deno it has to be ended before the answer: there the signal aborts after every answer, too, and
 * who listens then is warned.
 */
export function onLeave(request: Request, listener: () => void): () => void {
  if (isOfNodeServer(request)) return () => {}
  const { signal } = request
  signal?.addEventListener('abort', listener)
  return () => signal?.removeEventListener('abort', listener)
}
