import type { Server } from 'node:http'
import type { FastifyInstance, RouteHandlerMethod, RouteOptions } from 'fastify'
import type { RequestRecorder } from '../../core/requests.js'
import { Patterns } from './patterns.js'

type Handle = (this: unknown, ...args: Parameters<RouteHandlerMethod>) => unknown

/**
 * Whether every request of the app's server can be followed from its arrival: Node's own HTTP/1 server, on the root app, before
 * it has a route. A hook would cost a request more than everything else that is done with it.
 */
export function canFollowServer(fastify: FastifyInstance): boolean {
  // The server belongs to the root alone; scopes only inherit it.
  const isRoot = Object.hasOwn(fastify, 'server')
  return isRoot && isHttp1(fastify) && fastify.printRoutes().trim() === '(empty tree)'
}

function isHttp1({ initialConfig, server }: FastifyInstance): boolean {
  return !initialConfig.http2 && typeof server.keepAliveTimeout === 'number'
}

/**
 * Follows the app's server, and lets the handlers of its routes say which route it is. What is answered by a hook never comes
 * to a handler: its pattern is looked for when the request is over.
 */
export function followServer(fastify: FastifyInstance, requests: RequestRecorder): void {
  const { caseSensitive = true } = fastify.initialConfig
  const patterns = new Patterns<string | undefined>({ caseSensitive })
  const isFirst = requests.followServer(fastify.server as Server, ({ method = 'GET', url = '/' }) => {
    return patterns.find(method, url.split(/[?;#]/, 1)[0] as string)
  })
  if (!isFirst) return
  fastify.addHook('onRoute', (route) => {
    const name = route.config?.quasar === false ? undefined : route.url
    for (const method of [route.method].flat()) patterns.add(method, route.url, name)
    route.handler = named(route, name, requests)
  })
}

/** What plays a request (`inject`) did not come by the server: it is followed from here. */
function named(route: RouteOptions, name: string | undefined, requests: RequestRecorder): RouteHandlerMethod {
  const handle = route.handler as Handle
  const follow: Handle = function (request, reply) {
    const trace = requests.find(reply.raw) ?? requests.track(request.raw, reply.raw)
    if (trace && name === undefined) trace.discard()
    else if (trace) trace.route = name as string
    return handle.call(this, request, reply)
  }
  return follow as RouteHandlerMethod
}
