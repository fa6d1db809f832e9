/**
 * All that Quasar touches of Express' private parts, as seen in Express 4.17–4.22 (its own router) and in router 2.0–2.3
 * (Express 5.0–5.3). Whatever is missing in another version is left alone.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'

export type Next = (error?: unknown) => void
export type Handle = (this: Layer, request: RoutedRequest, response: ServerResponse, next: Next) => unknown
export type HandleError = (
  this: Layer,
  error: unknown,
  request: RoutedRequest,
  response: ServerResponse,
  next: Next,
) => unknown
type Dispatch = (this: unknown, request: RoutedRequest, response: ServerResponse, done?: Next) => unknown

/** What Express adds to Node's request. */
export interface RoutedRequest extends IncomingMessage {
  /** What mounts took of the URL: real values (`/t/acme`), restored when a router is left. */
  readonly baseUrl?: string
  /** The route that was matched last, also after it passed the request on. */
  readonly route?: Route
  readonly app?: App
}

export interface Route {
  readonly path: unknown
  readonly stack: readonly Layer[]
}

/** One entry of a router's stack, or of a route's. */
export interface Layer {
  readonly handle: unknown
  readonly name: string
  /** Own in routers: the route, or undefined for middleware. */
  readonly route?: Route
  /** Own in routes. */
  readonly method?: string
  /** router ≥ 2.3: the path it was registered with. */
  readonly rawPath?: unknown
  /** router 2: a middleware on `/`. */
  readonly slash?: boolean
  /** router 2: one for each path. */
  readonly matchers?: readonly Matcher[]
  /** router < 2.3: what it took of the path that it matched last, whichever request that was. */
  readonly path?: string
  /** Express 4. */
  readonly regexp?: RegExp & { fast_slash?: boolean; fast_star?: boolean }
  readonly keys?: readonly { readonly name: string | number }[]
  match: (this: Layer, path: string) => unknown
}

export type Matcher = (path: string) => { readonly params: Params; readonly path: string } | false
export type Params = Readonly<Record<string, unknown>>

export interface LayerPrototype {
  /** Express 4. */
  handle_request?: Handle
  handle_error?: HandleError
  /** Express 5. */
  handleRequest?: Handle
  handleError?: HandleError
}

export interface Router {
  readonly stack: readonly Layer[]
  handle: Dispatch
}

export interface App {
  /** Express 4, where `router` throws when it is read. */
  readonly _router?: Router
  readonly router?: Router
  /** The app it is mounted on. */
  readonly parent?: App
  readonly mountpath?: unknown
  get(setting: string): unknown
}

/** What Express 4 puts before everything else by itself. */
const OWN_LAYERS = new Set(['query', 'expressInit'])

/** Nothing as long as an app of Express 4 has no route and no middleware: to read its `router` throws then. */
export function routerOf(app: App): Router | undefined {
  try {
    const router = app._router ?? app.router
    return Array.isArray(router?.stack) ? router : undefined
  } catch {
    return undefined
  }
}

/** The entries of a router's stack, or of a route's. */
export function layersOf(owner: Router | Route | null | undefined): readonly Layer[] {
  return owner?.stack ?? []
}

/** For a router that is used without an app. */
export const EMPTY_ROUTER: Router = { stack: [], handle: () => {} }

/** Replaces what hands requests to a router's layers. */
export function replaceDispatch(router: Router, wrap: (original: Dispatch) => Dispatch): void {
  Object.defineProperty(router, 'handle', { value: wrap(router.handle), writable: true, configurable: true })
}

export function isApp(value: unknown): value is App {
  if (typeof value !== 'function') return false
  const { handle, set } = value as { handle?: unknown; set?: unknown }
  return typeof handle === 'function' && typeof set === 'function'
}

/** The app that all others are mounted on. */
export function topOf(app: App): App {
  let top = app
  while (top.parent) top = top.parent
  return top
}

/** The router that a layer leads to; null for any other handler, and for a mounted app, which hides in a closure. */
export function routerIn({ handle }: Layer): Router | null {
  if (typeof handle !== 'function') return null
  if (Array.isArray((handle as { stack?: unknown }).stack)) return handle as unknown as Router
  return isApp(handle) ? (routerOf(handle) ?? null) : null
}

/** Whether a middleware takes whatever comes to its router. */
export function isAtRoot({ slash, regexp }: Layer): boolean {
  return slash === true || regexp?.fast_slash === true
}

/** Whether a layer takes a path to its end. Its own `match` would keep what it finds, in Express 4. */
export function takes({ slash, regexp, matchers = [] }: Layer, path: string): boolean {
  if (slash || regexp?.fast_slash || regexp?.fast_star) return true
  // Its place in the text is kept by the expression.
  if (regexp) return !regexp.global && !regexp.sticky && isWhole(regexp.exec(path)?.[0], path)
  return matchers.some((matcher) => isWhole((matcher(path) || undefined)?.path, path))
}

function isWhole(taken: string | undefined, path: string): boolean {
  return taken !== undefined && taken.replace(/\/$/, '') === path.replace(/\/$/, '')
}

/** A mounted app, which Express hides in a closure of this name. */
export function isMountedApp({ name }: Layer): boolean {
  return name === 'mounted_app'
}

/** Whether a layer is one of the handlers of a route. */
export function isInRoute(layer: Layer): boolean {
  return layer.route === undefined && 'method' in layer
}

/** Whether a router runs this layer itself or by routers that are mounted on its `/`. */
export function contains(router: Router, layer: Layer, depth = 0): boolean {
  if (router.stack.includes(layer)) return true
  if (depth > 8) return false
  return router.stack.some((each) => {
    if (each.route || !isAtRoot(each) || isApp(each.handle)) return false
    const inner = routerIn(each)
    return inner !== null && contains(inner, layer, depth + 1)
  })
}

/** Where a middleware stands in a router and in those below it, as far as they can be seen. */
export function* placesOf(router: Router, middleware: RequestHandler, depth = 0): Iterable<Place> {
  if (depth > 8) return
  for (const [index, layer] of router.stack.entries()) {
    if (layer.handle === middleware) {
      const isFirst = depth === 0 && isAtRoot(layer) && router.stack.slice(0, index).every(isSilent)
      yield { layer, isFirst, isScoped: !isAtRoot(layer) }
    } else if (!layer.route && !isApp(layer.handle)) {
      const inner = routerIn(layer)
      if (!inner) continue
      for (const place of placesOf(inner, middleware, depth + 1)) {
        yield { ...place, isScoped: place.isScoped || !isAtRoot(layer) }
      }
    }
  }
}

export interface Place {
  readonly layer: Layer
  /** Whether every request of the app comes to it before anything else. */
  readonly isFirst: boolean
  /** Whether only requests below a path come to it. */
  readonly isScoped: boolean
}

/** Marks the middleware of Quasar, which answers nothing. */
export const isQuasar = Symbol.for('@gravito/quasar/express-middleware')

/** Whether a middleware of Quasar stands in a router or in those below it, as far as they can be seen. */
export function hasQuasar(router: Router, depth = 0): boolean {
  if (depth > 8) return false
  return router.stack.some((layer) => {
    if (Object.hasOwn(layer.handle as object, isQuasar)) return true
    const inner = layer.route ? null : routerIn(layer)
    return inner !== null && hasQuasar(inner, depth + 1)
  })
}

/** Whether a layer neither answers nor fails. */
export function isSilent(layer: Layer): boolean {
  return OWN_LAYERS.has(layer.name) || Object.hasOwn(layer.handle as object, isQuasar)
}
