import type { Server } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RequestRecorder } from '../../core/http/request-recorder.js'
import type { RequestTrace } from '../../core/http/request-trace.js'
import { followFirst } from './follow-first.js'
import { type Follow, followInHandler } from './follow-in-handler.js'
import { configOf, contextOf, type RouteConfig } from './internals.js'
import { type NoteError, watchLaterErrors } from './later-errors.js'
import { followMercurius } from './mercurius.js'
import { nameMiddleware } from './middlewares.js'
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
    const trace = requests.track(request.raw, reply.raw, nameMiddleware)
    if (!trace) return
    name(trace, request, config)
    trace.source = request
    // What is kept for another framework, around Fastify or within it, names the request by more than paths.
    trace.context ??= paths
  }
  followFirst(fastify, (request, reply) => {
    follow(request, reply, configOf(request))
    const context = isWhole ? contextOf(request) : null
    if (context) followInHandler(context, follow)
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

/** Whether an instance is followed. Scopes inherit it from their parents. */
export function isFollowedInstance(fastify: FastifyInstance): boolean {
  return isFollowed in fastify
}

/** @returns whether nobody follows the instance yet; scopes inherit what their parents are marked with */
function noteSetup(fastify: FastifyInstance, requests: RequestRecorder): boolean {
  if (!Object.hasOwn(fastify, 'server')) requests.noteSetup('registered-in-scope')
  const isFirst = !isFollowedInstance(fastify)
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

/** An app within the app that has no route for a request leaves it the name that the outer one gave. */
function name(trace: RequestTrace, { server }: FastifyRequest, { url, quasar }: RouteConfig): void {
  if (quasar === false) trace.discard()
  else if (url !== undefined) trace.route = patternOf(url, server)
  else if (!isOuter(trace.source, server)) trace.route = null
}

/**
 * Fastify 4 makes a second route, `/users/`, of the route `/` of a scope with the prefix `/users`; Fastify 5 gives both the name
 * of the first.
 */
function patternOf(url: string, server: FastifyInstance): string {
  if (!url.endsWith('/') || url.length !== server.prefix.length + 1) return url
  return server.prefix !== '' && server.version.startsWith('4.') ? server.prefix : url
}

function isOuter(source: object | null, { server }: FastifyInstance): boolean {
  return source !== null && (source as Partial<FastifyRequest>).server?.server !== server
}
