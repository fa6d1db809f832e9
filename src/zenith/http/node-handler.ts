import type { IncomingMessage, ServerResponse } from 'node:http'
import { skipRecording } from './context.js'
import { nodeHeaders, requestOf, send } from './node-http.js'

/** What answers: {@link Zenith.fetch}. */
interface Fetches {
  readonly fetch: (request: Request, context?: unknown) => Promise<Response>
}

/** `(request, response)`; a third argument is ignored: whatever is asked for under the mount is answered here. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse, ...rest: unknown[]) => void

/**
 * Zenith for `node:http` and what is built on it.
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
    // Routers that mount (Express, Connect) cut the mount's path off `url`.
    const path = request.originalUrl ?? request.url
    const answered = await zenith.fetch(asked, { path, incoming: request })
    response.writeHead(answered.status, nodeHeaders(request, answered))
    await send(answered, request, response, gone.signal)
  } catch {
    // The client went away, or somebody else answered already: there is nobody left to tell.
    response.destroy()
  }
}
