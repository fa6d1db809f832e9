import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PathContext, RequestTrace } from '../../core/http/request-trace.js'
import { type ConnectApp, mountIn as mountInConnect } from './internals/connect.js'
import {
  isAtRoot,
  isInRoute,
  type Layer,
  layersOf,
  type RoutedRequest,
  type Router,
  routerIn,
  takes,
} from './internals/routers.js'
import { hookLayers } from './layer-hooks.js'
import {
  fullName,
  HIDDEN,
  isCatchAll,
  type Mount,
  mountIn,
  nameAlong,
  placeOf,
  prefixIn,
  prefixOf,
  routeName,
  wayTo,
} from './route-names.js'
import { isListener, listenerOf, scope } from './scope.js'

/**
 * A request's way through the layers of its app, told by the layers themselves. What ran last before the answer began has
 * answered: what is entered after that does not count.
 */
export class RouteTracker implements PathContext {
  trace: RequestTrace | null = null
  /** Who follows the request; null as long as nobody does. */
  follower: { readonly isGuest: boolean } | null = null
  /** The mounts that were entered, the latest last; they may have been left since. */
  readonly #mounts: Mount[] = []
  #route: Layer | null = null
  #routeName = ''
  #last: Layer | null = null
  /** Whether something was entered after the answer: the request's own `route` may be later than the answer. */
  #isBehind = false
  /** Whether all routers passed it on. */
  #hasLeft = false
  /** The handler that got the error. */
  #failedIn: Layer | null = null

  constructor(
    readonly request: RoutedRequest,
    readonly response: ServerResponse,
    /** The router of the app as a whole. */
    readonly root: Router,
    /** The app of Connect that Quasar is in, where it is no app of Express. */
    readonly connect: ConnectApp | null = null,
  ) {}

  /**
   * Notes the layer that runs next.
   *
   * @returns false when it runs for another request
   */
  enter(layer: Layer): boolean {
    try {
      return this.#enter(layer)
    } catch {
      // A router that is not as it was ever seen: the app goes on.
      return true
    }
  }

  #enter(layer: Layer): boolean {
    if (layer.route && this.request.route !== layer.route) return false
    if (this.#failedIn && this.#isPast(this.#failedIn, layer)) this.#recover()
    if (isInRoute(layer)) return true
    const isRoot = layer.route === undefined && isAtRoot(layer)
    const isFirst = this.#route === null && this.#mounts.length === 0
    if (isRoot && isFirst) this.#last = layer
    else if (this.response.headersSent) this.#isBehind = true
    else this.#enterNamed(layer, isRoot)
    return true
  }

  /** An error handler gets an error: it decides the answer unless the handler recovers from it. */
  failIn(layer: Layer, error: unknown): void {
    this.#failedIn = layer
    this.trace?.fail(error)
  }

  /** No layer is left; Express answers itself, or whatever it is mounted on goes on. */
  leave(error: unknown): void {
    if (error) this.trace?.fail(error)
    else if (!this.response.headersSent) {
      if (this.#failedIn) this.#recover()
      this.#hasLeft = true
    }
  }

  /**
   * The pattern of what answered; null when it was no route and no middleware that is mounted on a path.
   *
   * @param isOwner whether a route that passes the request on has taken it, whoever answers
   */
  name(isOwner: boolean): string | null {
    const name = this.#nameWithin(isOwner)
    if (!this.connect) return name
    const mount = mountInConnect(this.connect, this.request)
    return mount + (name === '/' ? '' : (name ?? '')) || name
  }

  #nameWithin(isOwner: boolean): string | null {
    if (this.#hasLeft) return null
    if (this.#route) return this.#nameAfterRoute(isOwner)
    const { route, baseUrl = '' } = this.request
    // A callback of a parameter failed before the route ran, or its router is of a copy of Express that was not seen.
    if (route && !this.#isBehind) return routeName(this.#prefixOf(route, baseUrl), route)
    return this.#mountName(baseUrl)
  }

  covers(path: string): boolean {
    let layer = this.#route ?? this.#last
    let end = path.length
    // From the inside out: each mount takes what is between the base above it and its own.
    while (layer) {
      const mount = this.#mountIn(layer)
      const start = mount?.base.length ?? 0
      if (!takes(layer, path.slice(start, end) || '/')) return false
      layer = mount?.layer ?? null
      end = start
    }
    return true
  }

  /** The mount whose router has a layer. */
  #mountIn(layer: Layer): Mount | undefined {
    const at = this.#mounts.findLastIndex((mount) => mount.layer === layer)
    const above = at === -1 ? this.#mounts : this.#mounts.slice(0, at)
    return mountIn(above, placeOf(this.root, above, layer))
  }

  #nameAfterRoute(isOwner: boolean): string | null {
    if (this.#last === this.#route) return this.#routeName
    const mount = this.#mountName('')
    return !isOwner || (mount !== null && isCatchAll(this.#route as Layer)) ? mount : this.#routeName
  }

  /** The pattern of the mount that the last layer is, or is in. */
  #mountName(base: string): string | null {
    const last = this.#last
    if (!last || this.#mounts.length === 0) return null
    const own = this.#mounts.findLast(({ layer }) => layer === last)
    return own?.name ?? (prefixOf(this.#mounts, this.#placeOf(last), base) || null)
  }

  #enterNamed(layer: Layer, isRoot: boolean): void {
    const way = wayTo(this.root, this.#mounts, layer)
    const { place } = way
    // A router among the handlers of a route, as a guard: the route goes on.
    if (place === HIDDEN && this.#route && this.#last === this.#route) return
    this.#hasLeft = false
    this.#last = layer
    if (isRoot) return
    const name = nameAlong(way, layer) ?? this.#nameOf(layer, place)
    if (layer.route) {
      this.#route = layer
      this.#routeName = name
      return
    }
    const router = routerIn(layer)
    if (router) hookLayers(router)
    this.#mounts.push({ layer, base: this.request.baseUrl ?? '', name })
  }

  #nameOf(layer: Layer, place: number): string {
    const appPath = place === HIDDEN ? this.#appPath() : ''
    return fullName(prefixOf(this.#mounts, place, this.request.baseUrl ?? '', layer, appPath), layer)
  }

  /** Text or nothing: an app that is mounted on several paths has no one. */
  #appPath(): string {
    const { app } = this.request as { app?: { path?(): unknown } }
    const path = app?.path?.()
    return typeof path === 'string' ? path : ''
  }

  #placeOf(layer: Layer): number {
    return placeOf(this.root, this.#mounts, layer)
  }

  #prefixOf(route: object, base: string): string {
    const layer = [this.root, ...this.#mounts.map(({ layer }) => routerIn(layer))]
      .flatMap(layersOf)
      .find((each) => each.route === route)
    // The layers of an app that was not hooked told nothing.
    const unseen = layer ? null : prefixIn(this.request.app, route)
    if (unseen !== null) return this.#appPath() + unseen
    return prefixOf(this.#mounts, layer ? this.#placeOf(layer) : HIDDEN, base)
  }

  #recover(): void {
    this.#failedIn = null
    this.trace?.recovered()
  }

  /** Whether a layer comes after another: one that an error handler runs itself, to make a page, does not. */
  #isPast(handler: Layer, layer: Layer): boolean {
    if (isInRoute(layer)) return comesAfter(layersOf(this.#route?.route), handler, layer)
    const place = this.#placeOf(layer)
    if (place === HIDDEN) return false
    if (isInRoute(handler)) return true
    const own = this.#placeOf(handler)
    if (own !== place) return place < own
    const mount = mountIn(this.#mounts, place)
    const router = mount ? routerIn(mount.layer) : this.root
    return comesAfter(layersOf(router), handler, layer)
  }
}

function comesAfter(layers: readonly Layer[], first: Layer, second: Layer): boolean {
  return layers.indexOf(second) > layers.indexOf(first)
}

/** That of the request whose code runs now, see `Scope`. */
export function currentTracker(): RouteTracker | null | undefined {
  return scope.tracker as RouteTracker | null | undefined
}

/** The tracker of a request; null when it has none. All listeners are of this class, in every copy of the package. */
export function trackerOf(request: IncomingMessage, response: ServerResponse): RouteTracker | null {
  return listenerOf(request, response) as RouteTracker | null
}

export function isTracker(context: unknown): context is RouteTracker {
  return isListener(context)
}
