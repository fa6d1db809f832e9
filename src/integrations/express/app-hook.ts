import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'
import { pathOf } from '../../core/http/path-of.js'
import { replaceMatch } from './internals/layer-methods.js'
import {
  type App,
  hasQuasar,
  type Layer,
  type Next,
  type Place,
  placesOf,
  type RoutedRequest,
  type Router,
  replaceDispatch,
  routerOf,
  topOf,
} from './internals/routers.js'
import { shareShapes } from './internals/served-objects.js'
import { hookLayers } from './layer-hooks.js'
import { currentTracker, RouteTracker, trackerOf } from './route-tracker.js'
import { scope } from './scope.js'

/** Who wants to follow requests. */
export interface Follower {
  readonly middleware: RequestHandler
  /** Follows apps whose code does not have its middleware: it makes way for one that has. */
  readonly isGuest: boolean
  /**
   * Begins to follow a request.
   *
   * @param tracker the one there is
   * @returns null when it is not followed
   */
  begin(request: IncomingMessage, response: ServerResponse, tracker: () => RouteTracker): RouteTracker | null
}

interface Hook {
  /** Those that stand before all else, in their order: they get every request as it comes. */
  readonly first: Set<Follower>
  /** Whether others get theirs later, and want to know what it passed before. */
  isLate: boolean
}

/** Shared by the ESM and the CJS copy of the package. */
const HOOK = Symbol.for('@gravito/quasar/app-hook')

type HookedRouter = Router & { [HOOK]?: Hook }

/**
 * Puts a follower at the door of an app: its router's own `handle`. The layers of its middleware stay where they are in the
 * app's stacks, but no request takes them any more: a layer costs 1 to 3 µs, and shows in every error's stack.
 *
 * @returns the places of the middleware, as far as they can be seen
 */
export function hookApp(app: App, follower: Follower): readonly Place[] {
  const top = topOf(app)
  const root = routerOf(top) as HookedRouter | undefined
  const inner = routerOf(app)
  if (!root || !inner) return []
  hookLayers(root)
  hookLayers(inner)
  shareShapes(top)
  const hook = hookOf(root)
  const own = [...placesOf(root, follower.middleware)]
  const places = own.length > 0 ? own : [...placesOf(inner, follower.middleware)]
  const isFirst = follower.isGuest || own.some((place) => place.isFirst)
  if (isFirst) hook.first.add(follower)
  else hook.isLate = true
  for (const { layer } of places) passBy(layer, isFirst ? null : follower)
  return places
}

/** Whether an app is hooked already, or has a middleware of Quasar that will hook it, as far as its layers can be seen. */
export function isFollowed(app: App): boolean {
  const root = routerOf(topOf(app)) as HookedRouter | undefined
  return root !== undefined && (root[HOOK] !== undefined || hasQuasar(root))
}

function hookOf(root: HookedRouter): Hook {
  if (root[HOOK]) return root[HOOK]
  const hook: Hook = { first: new Set(), isLate: false }
  Object.defineProperty(root, HOOK, { value: hook })
  replaceDispatch(
    root,
    (original) =>
      function handle(request, response, done) {
        const { tracker: caller } = scope
        const tracker = enterApp(hook, root, request, response)
        scope.tracker = tracker
        try {
          return original.call(this, request, response, tracker && done ? leaving(tracker, done) : done)
        } finally {
          scope.tracker = caller
        }
      },
  )
  return hook
}

/** A request that the app dispatches again is the same one. */
function enterApp(hook: Hook, root: Router, request: RoutedRequest, response: ServerResponse): RouteTracker | null {
  let tracker = trackerOf(request, response)
  const made = () => {
    tracker ??= new RouteTracker(request, response, root)
    return tracker
  }
  for (const follower of hook.first) follower.begin(request, response, made)
  if (!tracker && hook.isLate) scope.early.set(response, made())
  return tracker
}

/** What ends in Express' own answer, or an app around this one, with the error that nothing handled. */
function leaving(tracker: RouteTracker, done: Next): Next {
  return function left(this: unknown, ...args: [error?: unknown]) {
    tracker.leave(args[0])
    return done.apply(this, args)
  }
}

/**
 * Routers ask a layer whether it takes a path. One of Quasar takes none once the app is hooked; where it is not the first,
 * it begins to follow the request then.
 */
function passBy(layer: Layer, follower: Follower | null): void {
  replaceMatch(
    layer,
    (original) =>
      function passing(path) {
        const tracker = currentTracker()
        // A path that can't be told to be of this request is left to the middleware.
        if (follower && (!tracker || pathOf(tracker.request.url ?? '/') !== path)) return original.call(this, path)
        if (follower && tracker && original.call(this, path)) {
          follower.begin(tracker.request, tracker.response, () => tracker)
        }
        return false
      },
  )
}
