import { traceOf } from './find-trace.js'

/** Longer than the longest stored name. */
const MAX_CHARS = 1_000

// biome-ignore lint/suspicious/noControlCharactersInRegex: names must not contain them
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

/**
 * Names the route of a request, instead of the framework. For routers that Quasar does not know, such as Next's behind a custom server:
 * `GET /blog/[slug]`. Use patterns, never values that a client sent: a node distinguishes 500 routes, and counts the rest as `(other)`.
 *
 * @param request Node's request or response, or that of Express, Fastify, Hono or Nest, or a context of them
 * @param name the route's pattern without the method, at most 200 characters, without control characters
 * @returns whether the name was accepted: false for an invalid name, and for a request that has ended or that Quasar does not trace. Never throws.
 * @example nameRequest(req, '/blog/[slug]')
 */
export function nameRequest(request: unknown, name: string): boolean {
  if (typeof name !== 'string' || name.trim() === '' || CONTROL.test(name)) return false
  const trace = name.length > MAX_CHARS ? null : traceOf(request)
  if (!trace?.isLive) return false
  // The series has the method already.
  const route = name.trim()
  trace.name = route.startsWith(`${trace.method} `) ? route.slice(trace.method.length).trim() : route
  return true
}
