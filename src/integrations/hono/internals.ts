// All that Quasar touches of Hono's and node-server's private parts, as seen in Hono 4.8.0 to 4.13.19 and
// @hono/node-server 1.14.4 to 2.1.8. Where one of them is gone, requests are named by less.
import type { Context, Handler, Next } from 'hono'

/** What `app.routes` lists. */
export interface Route {
  readonly method: string
  readonly path: string
  readonly handler: Handler
}

/** What a router keeps for a registered handler. Hono calls what stands first; apps see the route only. */
export type Entry = [handler: Handler, route: Route]

/** What a router finds: the handlers for a path, in the order in which they run. Some routers add a second element. */
export type Match = readonly [handlers: readonly (readonly [Entry, ...unknown[]])[], ...unknown[]]

/** An app's inside that its type keeps to itself. */
export interface Inside {
  fetch(request: Request, ...rest: unknown[]): Response | Promise<Response>
  router: { readonly name: string; add(...route: unknown[]): void; match(method: string, path: string): Match }
  errorHandler: (error: unknown, c: Context) => Response | Promise<Response>
}

/** Hono keeps it under a symbol that it does not export. */
export function matchOf({ req }: Context): Match | null {
  const key = matchKeyOf(Object.getPrototypeOf(req) as object)
  const match = key && (req as unknown as Record<symbol, Match>)[key]
  return Array.isArray(match?.[0]) ? match : null
}

/** Each copy of Hono in a process (ESM, CJS) has a symbol of its own. */
let known: { readonly prototype: object; readonly key: symbol | undefined } | null = null

function matchKeyOf(prototype: object): symbol | undefined {
  if (known?.prototype !== prototype) {
    const key = Object.getOwnPropertySymbols(prototype).find((symbol) => symbol.description === undefined)
    known = { prototype, key: key ?? Object.getOwnPropertySymbols(prototype)[0] }
  }
  return known.key
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
 * @returns whether it can
 */
export function watchLast(entry: Entry): boolean {
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
