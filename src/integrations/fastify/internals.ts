/**
 * All that Quasar touches of Fastify's private parts, as seen in Fastify 4.29 and 5.12. Whatever is missing in another version
 * is left alone.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'

/** What Fastify keeps of a scope under symbols of its own. */
interface Scope {
  readonly hooks: { readonly onRequest: onRequestHookHandler[] }
  readonly children: readonly FastifyInstance[]
}

/** Null where it is kept in another way than is known. Scopes inherit from their parents, but have these of their own. */
function scopeOf(fastify: FastifyInstance): Scope | null {
  const hooks = ownValue(fastify, 'fastify.hooks') as Partial<Scope['hooks']> | undefined
  const children = ownValue(fastify, 'fastify.children')
  if (!Array.isArray(hooks?.onRequest) || !Array.isArray(children)) return null
  return { hooks: hooks as Scope['hooks'], children }
}

/** Puts a hook before all others of its scope, and of the scopes below it that have been made. */
export function moveToFront(fastify: FastifyInstance, hook: onRequestHookHandler): void {
  const scope = scopeOf(fastify)
  if (!scope) return
  const { onRequest } = scope.hooks
  const place = onRequest.indexOf(hook)
  if (place > 0) onRequest.unshift(...onRequest.splice(place, 1))
  for (const child of scope.children) moveToFront(child, hook)
}

/** The mounts of @fastify/middie (9.3) and @fastify/express (4.0) in a scope; the path may be the only middleware, too. */
export function middlewaresOf(fastify: FastifyInstance): readonly (readonly [path: unknown, ...unknown[]])[] {
  return MIDDLEWARES.flatMap((description) => {
    const mounts = ownValue(fastify, description)
    return Array.isArray(mounts) ? mounts : []
  })
}

const MIDDLEWARES = ['fastify-middie-middlewares', 'fastify-express-middlewares']

/** Two copies of Fastify in one process have symbols of their own. */
function ownValue(fastify: FastifyInstance, description: string): unknown {
  const key = Object.getOwnPropertySymbols(fastify).find((symbol) => symbol.description === description)
  return key && (fastify as unknown as Record<symbol, unknown>)[key]
}

/** What Fastify says of a request's route to everybody; of what answers unknown paths it has no `url`. */
export interface RouteConfig {
  readonly url?: string
  readonly method?: string | readonly string[]
  readonly quasar?: boolean
}

interface Hook {
  readonly name: string
}

type Hooks = readonly Hook[] | null

type ErrorHandler = (error: Error, request: FastifyRequest, reply: FastifyReply) => unknown

/** A scope's error handler, which inherits from that of its parent: what it fails with goes there. */
export interface ErrorHandlerLink {
  readonly func: ErrorHandler
}

/** What Fastify keeps of a route, and reads for each request. */
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

/** Whether no hooks but those that are meant run between the arrival of a route's request and its handler. */
export function runsOnly(
  { handler, onRequest, preParsing, preValidation, preHandler }: RouteContext,
  isMeant: (hook: Hook) => boolean,
): boolean {
  if (preHandler !== null || preValidation !== null || preParsing !== null) return false
  return typeof handler === 'function' && Array.isArray(onRequest) && onRequest.every(isMeant)
}

/** Calls a function at the head of a route's handler, and its hooks for `onRequest` no more. */
export function moveIntoHandler(
  context: RouteContext,
  first: (request: FastifyRequest, reply: FastifyReply, config: RouteConfig) => void,
): void {
  const { handler, config } = context
  context.handler = function (request, reply) {
    first(request, reply, config)
    return handler.call(this, request, reply)
  }
  context.onRequest = null
}

/** The error handler that Fastify calls first for a route; null where it is kept in another way than is known. */
export function errorHandlerOf({ errorHandler }: RouteContext): ErrorHandlerLink | null {
  return isLink(errorHandler) ? errorHandler : null
}

/**
 * Wraps what Fastify calls when the first error handler of a route has failed: all handlers of the chain but that one.
 *
 * @returns the link that stands for the first one from now on
 */
export function wrapLaterErrorHandlers(
  context: RouteContext,
  link: ErrorHandlerLink,
  wrap: (handler: ErrorHandler) => ErrorHandler,
): ErrorHandlerLink {
  const first = linkTo(wrapped(Object.getPrototypeOf(link), wrap), link)
  context.errorHandler = first
  return first
}

function wrapped(link: unknown, wrap: (handler: ErrorHandler) => ErrorHandler): object | null {
  if (!isLink(link)) return link as object | null
  return linkTo(wrapped(Object.getPrototypeOf(link), wrap), link, { func: wrap(link.func) })
}

function linkTo(next: object | null, link: ErrorHandlerLink, own: object = {}): ErrorHandlerLink {
  return Object.assign(Object.create(next, Object.getOwnPropertyDescriptors(link)), own)
}

/** The chain ends with what has no function, which every object inherits from. */
function isLink(value: unknown): value is ErrorHandlerLink {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, 'func') &&
    typeof (value as ErrorHandlerLink).func === 'function'
  )
}
