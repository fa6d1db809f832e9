// All that Quasar touches of Hono's and node-server's private parts, as seen in Hono 4.8.0 to 4.13.19 and
// @hono/node-server 1.14.4 to 2.1.8. Where one of them is gone, requests are named by less.
import type { Context, Handler, HonoRequest, Next } from 'hono'

/** What `app.routes` lists. */
export interface Route {
  readonly method: string
  readonly path: string
  readonly handler: Handler
}

/** What a router keeps for a registered handler. Hono calls what stands first; apps see the route only. */
type Entry = [handler: Handler, route: Route]

/** What a router finds: the handlers for a path, in the order in which they run. Some routers add a second element. */
export type Match = readonly [handlers: readonly (readonly [Entry, ...unknown[]])[], ...unknown[]]

/** An app's inside that its type keeps to itself. */
export interface Inside {
  fetch(request: Request, ...rest: unknown[]): Response | Promise<Response>
  router: { readonly name: string; add(...route: unknown[]): void; match(method: string, path: string): Match }
  errorHandler: ErrorHandler
  readonly routes: readonly Route[]
}

type ErrorHandler = (error: unknown, c: Context) => Response | Promise<Response>

/** Puts a router before an app's own that hands on what `found` makes of each match. */
export function replaceRouter(app: Inside, found: (match: Match, path: string) => Match): void {
  const { router } = app
  app.router = {
    name: router.name,
    add: (...route) => router.add(...route),
    match: (method, path) => found(router.match(method, path), path),
  }
}

/** Wraps what an app answers its handlers' errors with, `onError` or Hono's own. */
export function replaceErrorHandler(app: Inside, wrap: (original: ErrorHandler) => ErrorHandler): void {
  app.errorHandler = wrap(app.errorHandler)
}

/** A route of a match, by its place in the order in which their handlers run. */
export function routeAt([handlers]: Match, index: number): Route | undefined {
  return handlers[index]?.[0][1]
}

/** The routes of a match from a place on, in the order in which their handlers run. */
export function routesFrom([handlers]: Match, index: number): Route[] {
  return handlers.slice(index).map(([[, route]]) => route)
}

/** The list of a match, which Hono's routers give again for the same routes. */
export function handlersOf(match: Match): object {
  return match[0]
}

/** The path of the first route of a match. */
export function firstPathOf(match: Match): string | undefined {
  return routeAt(match, 0)?.path
}

/**
 * Exchanges the handlers of sub-apps that have an error handler of their own.
 *
 * @returns whether there are any
 */
export function exchangeWrapped(match: Match, exchange: (handler: Handler) => Handler): boolean {
  let isFound = false
  for (const [entry] of match[0]) {
    if (!isWrapped(entry[0])) continue
    isFound = true
    entry[0] = exchange(entry[0])
  }
  return isFound
}

/**
 * A copy of a match whose first and last handlers are others. One handler that can't pass on keeps Hono's short way: then the
 * match itself is given back.
 */
export function withHandlers<T>(
  match: Match,
  subject: T,
  first: (subject: T, handler: Handler) => Handler,
  last: (handler: Handler) => Handler,
): Match {
  const [handlers, ...rest] = match
  const [only] = handlers
  const end = handlers.length - 1
  if (!only || (end === 0 && !takesNext(only[0][0]) && !isWrapped(only[0][0]))) return match
  const entries = handlers.map(([entry]) => entry)
  const [lastHandler, lastRoute] = entries[end] as Entry
  if (takesNext(lastHandler)) entries[end] = [last(lastHandler), lastRoute]
  const [handler, route] = entries[0] as Entry
  entries[0] = [first(subject, handler), route]
  const copy = handlers.map(([, ...params], index) => [entries[index] as Entry, ...params] as const)
  return [copy, ...rest]
}

/**
 * Whether a router gives the same list of handlers for each request of a path: Hono's RegExpRouter does, which alone adds the parameters
 * as a second element. The others make a list each time.
 */
export function isKept(match: Match): boolean {
  return match.length > 1 && match[0].length > 0
}

/** Hono keeps it under a symbol that it does not export. */
export function matchOf({ req }: Context): Match | null {
  const found = key === undefined ? undefined : matchAt(req, key)
  return found ?? searchMatch(req)
}

/** The symbol under which the last request had it. Each copy of Hono in a process (ESM, CJS) has a symbol of its own. */
let key: symbol | undefined

function matchAt(req: HonoRequest, symbol: symbol): Match | null {
  const match = (req as unknown as Record<symbol, Match | undefined>)[symbol]
  return Array.isArray(match?.[0]) ? match : null
}

function searchMatch(req: HonoRequest): Match | null {
  const symbols = Object.getOwnPropertySymbols(Object.getPrototypeOf(req))
  const found = symbols.find((symbol) => symbol.description === undefined) ?? symbols[0]
  if (found === undefined) return null
  key = found
  return matchAt(req, found)
}

/** Whether a handler can pass a request on. */
export function takesNext(handler: Handler): boolean {
  return innermost(handler).length > 1
}

/** Handlers of a sub-app with an error handler of its own are wrapped, once for each such app that they are in. */
export function isWrapped(handler: Handler): boolean {
  return innermost(handler) !== handler
}

const WRAPPED = '__COMPOSED_HANDLER'

function innermost(handler: Handler): Handler {
  let inner = handler
  for (;;) {
    const { [WRAPPED]: wrapped } = inner as { [WRAPPED]?: Handler }
    if (!wrapped) return inner
    inner = wrapped
  }
}

const passed = new WeakSet<Context>()
const watched = new WeakSet<Handler>()

/** Whether a request was passed on by all of its handlers: the app's `notFound` has answered it. */
export function hasPassedAll(c: Context): boolean {
  return passed.has(c)
}

/**
 * Notes when the last of a request's handlers passes it on, which leaves no other trace in Hono. The handler is exchanged
 * in the router's entry, once, for one that calls it.
 *
 * @param isLeft whether a handler is left alone
 * @returns whether it can
 */
export function watchLast(match: Match, isLeft: (handler: Handler) => boolean): boolean {
  const entry = match[0].at(-1)?.[0]
  if (!entry || isLeft(entry[0])) return false
  const [handler] = entry
  if (watched.has(handler)) return true
  if (!takesNext(handler)) return false
  entry[0] = watching(handler)
  return true
}

/** The same handler, which notes when it passes a request on that has no answer yet, and of which it is the last handler. */
export function watching(handler: Handler): Handler {
  const watchingHandler: Handler = (c, next) =>
    handler(c, () => {
      if (!c.finalized && c.req.routeIndex + 1 === matchOf(c)?.[0].length) passed.add(c)
      return next()
    })
  watched.add(watchingHandler)
  return isWrapped(handler) ? asWrapped(watchingHandler, handler) : watchingHandler
}

/** Marks a handler as one that runs another, as Hono does. */
export function asWrapped(handler: Handler, inner: Handler): Handler {
  return Object.assign(handler, { [WRAPPED]: inner })
}

/**
 * Calls `next` in a turn of its own, where none of Quasar's functions are on the stack: an app's errors show one of them
 * at most.
 */
export function callLater(next: Next): Promise<void> {
  return Promise.resolve().then(next)
}

/** Whether one of node-server's servers made it. Reading anything of it, such as its signal, makes it slow. */
export function isOfNodeServer(request: Request): boolean {
  return Object.getOwnPropertySymbols(request).some((symbol) => symbol.description === 'incomingKey')
}
