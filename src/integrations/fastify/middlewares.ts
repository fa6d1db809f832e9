import type { FastifyInstance, FastifyRequest } from 'fastify'
import { mountTaking, takenPath } from '../../core/http/mounts.js'
import type { RouteNamer } from '../../core/http/request-trace.js'
import { middlewaresOf } from './internals.js'

/**
 * Names a request without a route by the mount of the middleware that answered it, which @fastify/middie and @fastify/express
 * run before Fastify's routes do.
 */
export const nameMiddleware: RouteNamer = (request, { source }) => {
  const { server } = source as FastifyRequest
  const paths = middlewaresOf(server as FastifyInstance).flatMap(([path]) => path)
  const texts = paths.filter((path) => typeof path === 'string')
  return texts.length === 0 ? null : mountTaking(texts, takenPath(request))
}
