import type { FastifyReply, FastifyRequest } from 'fastify'

/** What Fastify says of a request's route. */
export type Route = FastifyRequest['routeOptions']

export type Follow = (request: FastifyRequest, reply: FastifyReply, route: Route) => void

type Hooks = readonly { readonly name: string }[] | null

/** What Fastify 4 and 5 keep of a route, and read for each request. */
interface RouteContext {
  handler: (this: unknown, request: FastifyRequest, reply: FastifyReply) => unknown
  onRequest: Hooks
  readonly preParsing: Hooks
  readonly preValidation: Hooks
  readonly preHandler: Hooks
  readonly config?: { readonly url?: string }
}

/** The last part of the name that Fastify gives a hook when it binds it: `bound quasarOnRequest`. */
const OWN = 'quasarOnRequest'

/**
 * Takes our hook away from a route that has no other, and follows its requests from the handler on: to run hooks at all costs
 * a small request 5 %, more than everything else that is done with it. Where other hooks run anyway, one of them may answer in
 * place of the handler, and ours costs little. Whatever is unlike what is expected stays as it is.
 */
export function moveIntoHandler(request: FastifyRequest, route: Route, follow: Follow): void {
  const context = contextOf(request)
  if (!context || !hasOnlyOurs(context)) return
  const { handler } = context
  context.handler = function (request, reply) {
    follow(request, reply, route)
    return handler.call(this, request, reply)
  }
  // Another value: the request that brought us here still runs through the old one.
  context.onRequest = null
}

function hasOnlyOurs({ config, handler, onRequest, preParsing, preValidation, preHandler }: RouteContext): boolean {
  return (
    // What answers unknown paths is no route.
    typeof config?.url === 'string' &&
    typeof handler === 'function' &&
    preParsing === null &&
    preValidation === null &&
    preHandler === null &&
    Array.isArray(onRequest) &&
    onRequest.every(({ name }) => name.endsWith(OWN))
  )
}

/** Fastify keeps it under a symbol of its own. */
function contextOf(request: FastifyRequest): RouteContext | null {
  for (const symbol of Object.getOwnPropertySymbols(request)) {
    const value = (request as unknown as Record<symbol, unknown>)[symbol]
    if (typeof value === 'object' && value !== null && 'handler' in value && 'preHandler' in value) {
      return value as RouteContext
    }
  }
  return null
}
