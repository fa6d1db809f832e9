import type { Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { RequestRecorder, RequestTrace } from '../../core/requests.js'
import { followFirst } from './follow-first.js'
import { type NoteError, watchLaterErrors } from './later-errors.js'
import { followMercurius } from './mercurius.js'
import { type Follow, moveIntoHandler } from './move-into-handler.js'
import { configOf, contextOf, type RouteConfig } from './route-context.js'
import { pathsOf } from './router-paths.js'

/**
 * How both Fastify and Nest on Fastify are followed. The end of a request is that of its raw response: `onResponse` does
 * not run for hijacked replies and for clients that went away.
 *
 * @returns whether the time of a request is taken at its arrival at the server, not only in a hook
 */
export function followRequests(fastify: FastifyInstance, requests: RequestRecorder): boolean {
  const isFirst = noteSetup(fastify, requests)
  followMercurius(fastify)
  const isWhole = hasServer(fastify)
  if (isWhole) requests.followServer(fastify.server as Server, (server) => isFirst && isOnly(server, fastify.routing))
  const paths = pathsOf(fastify)
  const follow: Follow = (request, reply, config) => {
    const trace = requests.track(request.raw, reply.raw)
    if (!trace) return
    trace.source = request
    trace.context = paths
    name(trace, config)
  }
  followFirst(fastify, (request, reply) => {
    follow(request, reply, configOf(request))
    const context = isWhole ? contextOf(request) : null
    if (context) moveIntoHandler(context, follow)
  })
  const note: NoteError = (reply, error) => requests.find(reply.raw)?.fail(error)
  // Runs before any error handler, when the status is still 200, and for what a schema refuses before our handler.
  fastify.addHook('onError', (request, reply, error, done) => {
    const trace = requests.find(reply.raw)
    // Of a client that went away it may be over already. What answers unknown paths for a route does not rename it.
    if (trace && trace.route === null) follow(request, reply, configOf(request))
    trace?.fail(error)
    const context = trace ? contextOf(request) : null
    if (context) watchLaterErrors(context, note)
    done()
  })
  return isWhole
}

/** By global symbol, so that two copies of the package know of each other. */
const isFollowed = Symbol.for('@gravito/quasar/fastify')

/** @returns whether nobody follows the instance yet; scopes inherit what their parents are marked with */
function noteSetup(fastify: FastifyInstance, requests: RequestRecorder): boolean {
  if (!Object.hasOwn(fastify, 'server')) requests.noteSetup('registered-in-scope')
  const isFirst = !(isFollowed in fastify)
  if (isFirst) Object.defineProperty(fastify, isFollowed, { value: true })
  else requests.noteSetup('registered-twice')
  return isFirst
}

/** Whether all requests of the server are the instance's: Node's own for HTTP/1, of the root. Scopes only inherit it. */
function hasServer(fastify: FastifyInstance): boolean {
  return Object.hasOwn(fastify, 'server') && !fastify.initialConfig.http2
}

/** Whether nothing but Fastify answers requests of a server. Libraries that answer some put a listener of theirs there. */
function isOnly(server: Server, routing: unknown): boolean {
  return server.listenerCount('request') === 1 && server.listeners('request')[0] === routing
}

function name(trace: RequestTrace, { url, quasar }: RouteConfig): void {
  if (quasar === false) trace.discard()
  else trace.route = url ?? null
}
