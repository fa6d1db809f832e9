import type { FastifyReply, FastifyRequest } from 'fastify'

/** What Fastify says of a request's route to everybody; of what answers unknown paths it has no `url`. */
export interface RouteConfig {
  readonly url?: string
  readonly method?: string | readonly string[]
  readonly quasar?: boolean
}

export type Hooks = readonly { readonly name: string }[] | null

/** A scope's error handler, which inherits from that of its parent: what it fails with goes there. Seen in 4.29 and 5.12. */
export interface ErrorHandlerLink {
  readonly func: (error: Error, request: FastifyRequest, reply: FastifyReply) => unknown
}

/** What Fastify 4 and 5 keep of a route, and read for each request. */
export interface RouteContext {
  handler: (this: unknown, request: FastifyRequest, reply: FastifyReply) => unknown
  onRequest: Hooks
  readonly preParsing: Hooks
  readonly preValidation: Hooks
  readonly preHandler: Hooks
  readonly config: RouteConfig
  errorHandler?: ErrorHandlerLink
}

/** Fastify keeps the context of a request under a symbol of its own: that, once a request has shown it. */
let key: symbol | undefined

/** Null where it is kept in another way than is known. */
export function contextOf(request: FastifyRequest): RouteContext | null {
  const known = key === undefined ? undefined : read(request, key)
  return known ?? search(request)
}

/** Without the getter `routeOptions`, which makes a new object of a dozen properties each time. */
export function configOf(request: FastifyRequest): RouteConfig {
  return contextOf(request)?.config ?? (request.routeOptions.config as RouteConfig | undefined) ?? {}
}

/** Two copies of Fastify in one process have a symbol each. */
function search(request: FastifyRequest): RouteContext | null {
  for (const symbol of Object.getOwnPropertySymbols(request)) {
    const value = read(request, symbol)
    if (!isContext(value)) continue
    key = symbol
    return value
  }
  return null
}

function read(request: FastifyRequest, symbol: symbol): RouteContext | undefined {
  return (request as unknown as Record<symbol, RouteContext | undefined>)[symbol]
}

function isContext(value: unknown): value is RouteContext {
  return typeof value === 'object' && value !== null && 'handler' in value && 'preHandler' in value && 'config' in value
}
