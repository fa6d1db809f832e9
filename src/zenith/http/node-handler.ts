import type { IncomingMessage, ServerResponse } from 'node:http'
import { skipRecording } from './context.js'
import { nodeHeaders, requestOf, send } from './node-http.js'

/** The handler: {@link Zenith.fetch}. */
interface Fetches {
  readonly fetch: (request: Request, context?: unknown) => Promise<Response>
}

/** `(request, response)`; a third argument is ignored, because all requests below the mount are answered here. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse, ...rest: unknown[]) => void

/**
 * Zenith for `node:http` and frameworks based on it.
 *
 * @example app.use('/quasar', toNodeHandler(zenith)) // Express 4 and 5
 * @example createServer(toNodeHandler(zenith)).listen(4280)
 */
export function toNodeHandler(zenith: Fetches): NodeHandler {
  return function zenithHandler(request, response) {
    void answer(zenith, request, response)
  }
}

async function answer(
  zenith: Fetches,
  request: IncomingMessage & { originalUrl?: string },
  response: ServerResponse,
): Promise<void> {
  skipRecording(request)
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  try {
    const asked = requestOf(request, gone.signal)
    if (!asked) {
      response.writeHead(400).end()
      return
    }
    // Routers that mount (Express, Connect) remove the mount's path from `url`.
    const path = request.originalUrl ?? request.url
    const answered = await zenith.fetch(asked, { path, incoming: request })
    response.writeHead(answered.status, nodeHeaders(request, answered))
    await send(answered, request, response, gone.signal)
  } catch {
    // The client has disconnected, or another handler has already responded.
    response.destroy()
  }
}
