import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RequestRecorder, RequestTrace } from '../../core/requests.js'
import { canFollowServer, followServer } from './follow-server.js'

/**
 * How both Fastify and Nest on Fastify are followed. The end of a request is that of its raw response: `onResponse` does
 * not run for hijacked replies and for clients that went away.
 *
 * @returns whether requests are followed from their arrival at the server, not only from a hook on
 */
export function followRequests(fastify: FastifyInstance, requests: RequestRecorder): boolean {
  const isWhole = canFollowServer(fastify)
  if (isWhole) followServer(fastify, requests)
  else followScope(fastify, requests)
  // Runs before any error handler, when the status is still 200.
  fastify.addHook('onError', (request, reply, error, done) => {
    const trace = requests.find(reply.raw)
    if (trace) name(trace, request)
    trace?.fail(error)
    done()
  })
  return isWhole
}

/** For a scope, and for what has routes already. */
function followScope(fastify: FastifyInstance, requests: RequestRecorder): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const trace = requests.track(request.raw, reply.raw)
    if (trace) name(trace, request)
    done()
  })
}

function name(trace: RequestTrace, request: FastifyRequest): void {
  // The getter makes a new object each time.
  const { url, config } = request.routeOptions
  if (config?.quasar === false) trace.discard()
  else trace.route = url ?? null
}
