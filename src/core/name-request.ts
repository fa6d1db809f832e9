import { traceOf } from './find-trace.js'

/** Beyond the longest name that is kept. */
const MAX_CHARS = 1_000

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in a name
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

/**
 * Names the route of a request, in place of what its framework knows. For routers that Quasar does not know, such as Next's behind a server
 * of your own: `GET /blog/[slug]`. Use patterns, never what a client sent: a node tells 500 routes apart, and the rest goes to `(other)`.
 *
 * @param request Node's request or response, or that of Express, Fastify, Hono or Nest, or a context of them
 * @param name the route's pattern without the method, at most 200 characters, without control characters
 * @returns whether it was taken: false for an invalid name, and for a request that is over or that Quasar does not follow. Never throws.
 * @example nameRequest(req, '/blog/[slug]')
 */
export function nameRequest(request: unknown, name: string): boolean {
  if (typeof name !== 'string' || name.trim() === '' || CONTROL.test(name)) return false
  const trace = name.length > MAX_CHARS ? null : traceOf(request)
  if (!trace?.isLive) return false
  // With the method it would be named twice.
  const route = name.trim()
  trace.name = route.startsWith(`${trace.method} `) ? route.slice(trace.method.length).trim() : route
  return true
}
