import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LiveTrace } from './http/request-trace.js'
import { followed, followedBy } from './http/response-end.js'
import { allRecorders } from './lease.js'

/** Properties by which frameworks and GraphQL contexts refer to a request or its response. */
const PLACES = [
  'res',
  'response',
  'reply',
  'raw',
  'req',
  'request',
  'env',
  'outgoing',
  'incoming',
  'context',
  'c',
] as const

/** A Nest context in a Hono context in a GraphQL context has depth three. */
const MAX_DEPTH = 3

/**
 * The trace of the request that an object belongs to: Node's request or response, that of Express, Fastify, Hono or Nest, a `Request` of
 * fetch, or a context that has one of these. Null when no recorder of this process traces it. Never throws.
 */
export function traceOf(carrier: unknown): LiveTrace | null {
  try {
    const visited = new Set<object>()
    return search(carrier, 0, visited) ?? findInFlight(({ source }) => source !== null && visited.has(source))
  } catch {
    return null
  }
}

/** @param visited the objects on the way: if Node's objects are unreachable, one of them is the framework's request */
function search(carrier: unknown, depth: number, visited: Set<object>): LiveTrace | null {
  if (typeof carrier !== 'object' || carrier === null || visited.has(carrier)) return null
  visited.add(carrier)
  const found = ofNode(carrier) ?? ofHost(carrier, depth, visited)
  if (found || depth === MAX_DEPTH) return found
  for (const place of PLACES) {
    const trace = search(read(carrier, place), depth + 1, visited)
    if (trace) return trace
  }
  return null
}

/** The app's getters may throw: Hono's do outside of their runtime. */
function read(carrier: object, place: string): unknown {
  try {
    return (carrier as Record<string, unknown>)[place]
  } catch {
    return undefined
  }
}

function ofNode(carrier: object): LiveTrace | null {
  if ('writableEnded' in carrier && 'statusCode' in carrier) return followed(carrier as ServerResponse)
  if ('httpVersionMajor' in carrier && 'socket' in carrier) {
    const request = carrier as IncomingMessage
    return followedBy(request) ?? findInFlight((trace) => trace.request === request)
  }
  return null
}

/** Nest's contexts return the arguments of the handler: a request and a response, or GraphQL's context as the third one. */
function ofHost(carrier: object, depth: number, visited: Set<object>): LiveTrace | null {
  const { getArgs } = carrier as { getArgs?: () => unknown }
  if (typeof getArgs !== 'function') return null
  const args = getArgs.call(carrier)
  if (!Array.isArray(args) || depth === MAX_DEPTH) return null
  for (const arg of args.slice(0, 3)) {
    const trace = search(arg, depth + 1, visited)
    if (trace) return trace
  }
  return null
}

/** The newest request in flight, in any recorder, that passes the test. */
export function findInFlight(test: (trace: LiveTrace) => boolean): LiveTrace | null {
  for (const { requests } of allRecorders()) {
    const trace = requests.findInFlight(test)
    if (trace) return trace
  }
  return null
}
