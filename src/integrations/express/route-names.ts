import { isFixed, mountPath, pathText } from './internals/layer-path.js'
import {
  type App,
  contains,
  isAtRoot,
  type Layer,
  layersOf,
  type Route,
  type Router,
  routerIn,
  routerOf,
  takes,
} from './internals/routers.js'

/** A path-mounted middleware, router or app that a request entered. */
export interface Mount {
  readonly layer: Layer
  /** `baseUrl` in it, `/t/acme`. */
  readonly base: string
  /** The pattern of its whole path, `/t/:tenant`. */
  readonly name: string
}

/** Where a layer is: the index of the mount whose router runs it, or one of these. */
export const AT_ROOT = -1
/** In a router that is hidden in a closure; Express mounts apps so. */
export const HIDDEN = -2

/** A way to a layer that was found. */
export interface Way {
  readonly root: Router
  readonly mounts: readonly Layer[]
  readonly place: number
  /** Its whole name, where nothing of a request is in it; null before it is known. */
  name: string | null
}

/** Apps have few ways to a layer; what comes after these is found out each time. */
const MAX_KNOWN = 8
const ways = new WeakMap<Layer, Way[]>()

/** A mount that passed the request on is no parent: only that counts whose router has the layer. */
export function wayTo(root: Router, mounts: readonly Mount[], layer: Layer): Way {
  const known = ways.get(layer) ?? []
  for (const each of known) if (each.root === root && isSame(each.mounts, mounts)) return each
  const way = { root, mounts: mounts.map((mount) => mount.layer), place: findPlace(root, mounts, layer), name: null }
  if (known.length === 0) ways.set(layer, known)
  if (known.length < MAX_KNOWN) known.push(way)
  return way
}

export function placeOf(root: Router, mounts: readonly Mount[], layer: Layer): number {
  return wayTo(root, mounts, layer).place
}

/** The mount in a place. An array at -1 is a look-up by name, which takes V8 five times as long. */
export function mountIn(mounts: readonly Mount[], place: number): Mount | undefined {
  return place < 0 ? undefined : mounts[place]
}

function isSame(layers: readonly Layer[], mounts: readonly Mount[]): boolean {
  if (layers.length !== mounts.length) return false
  for (let index = 0; index < layers.length; index++) if (layers[index] !== mounts[index]?.layer) return false
  return true
}

function findPlace(root: Router, mounts: readonly Mount[], layer: Layer): number {
  for (let index = mounts.length - 1; index >= 0; index--) {
    const router = routerIn((mounts[index] as Mount).layer)
    if (router && contains(router, layer)) return index
  }
  return contains(root, layer) ? AT_ROOT : HIDDEN
}

/**
 * The pattern in front of what is in a place.
 *
 * @param base `baseUrl` in the layer
 * @param appPath what the app itself is mounted on: an outer app's layers may not have been seen yet
 */
export function prefixOf(mounts: readonly Mount[], place: number, base: string, layer?: Layer, appPath = ''): string {
  if (place !== HIDDEN) return mountIn(mounts, place)?.name ?? ''
  const isMount = layer !== undefined && !layer.route && !isAtRoot(layer)
  // What a hidden mount takes itself is a part of its base.
  const isParent = (above: string) =>
    isMount ? base.startsWith(above) && takes(layer, base.slice(above.length)) : base === above
  const parent = mounts.findLast((mount) => isParent(mount.base))
  if (parent) return parent.name
  if (appPath !== '' && isParent(appPath)) return appPath
  return isParent('') ? '' : `${mounts.at(-1)?.name ?? ''}/*`
}

/** The mounts on the way from an app to one of its routes; null when that is not found. */
export function prefixIn(app: App | undefined, route: object): string | null {
  const router = app && routerOf(app)
  return router ? prefixBelow(router, route, 0) : null
}

function prefixBelow(router: Router, route: object, depth: number): string | null {
  for (const layer of layersOf(router)) {
    if (layer.route === route) return ''
    const inner = layer.route || depth > 8 ? null : routerIn(layer)
    const below = inner && prefixBelow(inner, route, depth + 1)
    if (below !== null) return (isAtRoot(layer) ? '' : mountPath(layer)) + below
  }
  return null
}

const names = new WeakMap<object, Map<string, string>>()

/** The same by the way to the layer; null for one that only its request can name. */
export function nameAlong(way: Way, layer: Layer): string | null {
  if (way.name === null && way.place === AT_ROOT && (layer.route || isFixed(layer))) way.name = fullName('', layer)
  return way.name
}

export function fullName(prefix: string, layer: Layer): string {
  if (!layer.route) return isFixed(layer) ? cached(prefix, layer, mountPath) : prefix + mountPath(layer)
  return routeName(prefix, layer.route)
}

export function routeName(prefix: string, route: Route): string {
  return cached(prefix, route, ({ path }) => (path === '/' && prefix ? '' : pathText(path)))
}

/** The same text each time: a new one would have to be hashed for every request. */
function cached<T extends object>(prefix: string, subject: T, path: (subject: T) => string): string {
  const known = names.get(subject)?.get(prefix)
  if (known !== undefined) return known
  const byPrefix = names.get(subject) ?? new Map<string, string>()
  const name = prefix + path(subject)
  names.set(subject, byPrefix.set(prefix, name))
  return name
}

/** Whether a route takes every path. */
export function isCatchAll({ route }: Layer): boolean {
  return typeof route?.path === 'string' && /^\/?(\*|\{?\/?\*\w+\}?|\(\.\*\))$/.test(route.path)
}
