import type { IncomingMessage, ServerResponse } from 'node:http'

/** Node's own objects, which @hono/node-server hands over as bindings. */
export interface NodeObjects {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/** Null in other runtimes, and where nothing was handed over. */
export function nodeObjectsOf(env: unknown): NodeObjects | null {
  const node = env as Partial<NodeObjects> | null | undefined
  return node?.incoming && node.outgoing ? (node as NodeObjects) : null
}
