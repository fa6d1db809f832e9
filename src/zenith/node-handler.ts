import type { IncomingMessage, ServerResponse } from 'node:http'
import { type FetchContext, skipRecording } from './context.js'
import { nodeHeaders, requestOf, send } from './node-http.js'
import type { Zenith } from './zenith.js'

/** `(request, response)`; a third argument is ignored: whatever is asked for under the mount is answered here. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse, ...rest: unknown[]) => void

/**
 * Zenith for `node:http` and what is built on it.
 *
 * @example app.use('/quasar', toNodeHandler(zenith)) // Express 4 and 5
 * @example createServer(toNodeHandler(zenith)).listen(4280)
 */
export function toNodeHandler(zenith: Pick<Zenith, 'fetch'>): NodeHandler {
  return function zenithHandler(request, response) {
    const full = 'originalUrl' in request ? request.originalUrl : request.url
    void answerNode(zenith, request, response, { path: typeof full === 'string' ? full : request.url })
  }
}

/** Answers one request. Never rejects. @param context `path`: the whole one, where a router cut something off */
export async function answerNode(
  zenith: Pick<Zenith, 'fetch'>,
  request: IncomingMessage,
  response: ServerResponse,
  context: FetchContext,
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
    const answer = await zenith.fetch(asked, { peer: request.socket.remoteAddress, ...context })
    response.writeHead(answer.status, nodeHeaders(request, answer))
    await send(answer, request, response, gone.signal)
  } catch {
    // The client went away, or somebody else answered already: there is nobody left to tell.
    response.destroy()
  }
}
