import type { FastifyInstance } from 'fastify'
import type { RequestRecorder } from '../../core/requests.js'

/**
 * The hooks that both Fastify and Nest on Fastify are followed by. The end of a request is that of its raw response:
 * `onResponse` does not run for hijacked replies and for clients that went away.
 */
export function followRequests(fastify: FastifyInstance, requests: RequestRecorder): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    // The getter makes a new object each time.
    const { url, config } = request.routeOptions
    const trace = requests.track(request.raw, reply.raw)
    if (config?.quasar === false) trace?.discard()
    else if (trace) trace.route = url ?? null
    done()
  })
  // Runs before any error handler, when the status is still 200.
  fastify.addHook('onError', (_request, reply, error, done) => {
    requests.find(reply.raw)?.fail(error)
    done()
  })
}
