import type { RequestHandler } from 'express'
import type { RequestRecorder } from '../../core/http/request-recorder.js'
import type { RouteNamer } from '../../core/http/request-trace.js'
import { type Follower, hookApp, isFollowed } from './app-hook.js'
import type { ConnectApp } from './internals/connect.js'
import { type App, EMPTY_ROUTER, isQuasar, type RoutedRequest, routerOf, topOf } from './internals/routers.js'
import { isTracker, RouteTracker, trackerOf } from './route-tracker.js'
import { scope } from './scope.js'
import { whenServed } from './served-apps.js'
import { SetupLook } from './setup.js'

/** Names requests by what answered them. A route that passed one on has taken it, too. */
export const nameRoute: RouteNamer = (_request, { context }) => (context as RouteTracker | null)?.name(true) ?? null

/** Names requests by what answered them, whatever passed them on before. */
export const nameAnswer: RouteNamer = (_request, { context }) => (context as RouteTracker | null)?.name(false) ?? null

/** What both Express and Nest on Express are followed by. */
export interface ExpressFollower {
  readonly middleware: RequestHandler
  /** Needs not wait for a request where the app is known. */
  hook(app: unknown): void
}

/**
 * Follows apps from outside: their code has no middleware of it.
 *
 * @returns hooks an app, unless it has Quasar already or has no route yet; whether nothing is left to do
 */
export function followFromOutside(requests: RequestRecorder): (app: unknown) => boolean {
  const { hook } = followRequests(requests, nameRoute, true)
  return (app) => {
    if (!isFollowed(app as App)) hook(app)
    return isFollowed(app as App)
  }
}

export function followRequests(
  requests: RequestRecorder,
  name: RouteNamer = nameRoute,
  isGuest = false,
): ExpressFollower {
  const look = new SetupLook(requests)
  const hooked = new WeakSet<App>()
  let isHooked = false
  let connect: ConnectApp | null = null

  const begin: Follower['begin'] = (request, response, tracker) => {
    look.atRequest(request)
    const trace = requests.track(request, response, name)
    if (!trace) return null
    // Of another framework: Express is an app within its app.
    if (!isTracker(trace.context)) trace.enter(name)
    if (trace.context === null) attach(tracker(), trace)
    const known = isTracker(trace.context) ? trace.context : null
    // The app may dispatch a request twice.
    if (known?.follower !== follower && !known?.follower?.isGuest) requests.noteSetup('registered-twice')
    return known
  }
  const attach = (tracker: RouteTracker, trace: NonNullable<RouteTracker['trace']>) => {
    tracker.trace = trace
    tracker.follower = follower
    trace.context = tracker
  }
  const hook = (app: App) => {
    if (hooked.has(app) || (isGuest && !routerOf(app))) return
    hooked.add(app)
    isHooked = true
    try {
      look.atHook(app, hookApp(app, follower))
    } catch {
      // A router that is not as it was ever seen: the middleware follows what comes to it.
    }
  }
  /** Only as long as the app is not hooked. */
  const quasar: RequestHandler = (request, response, next) => {
    const routed = request as unknown as RoutedRequest
    const { tracker: caller } = scope
    if (routed.app) hook(routed.app)
    const root = routed.app && routerOf(topOf(routed.app))
    const known = trackerOf(request, response)
    const tracker = begin(
      request,
      response,
      () => known ?? new RouteTracker(routed, response, root ?? EMPTY_ROUTER, connect),
    )
    scope.tracker = tracker ?? known
    try {
      next()
    } finally {
      scope.tracker = caller
    }
  }
  Object.defineProperty(quasar, isQuasar, { value: true })
  const follower: Follower = { middleware: quasar, isGuest, begin }
  whenServed({
    middleware: quasar,
    isFound: () => isHooked || connect !== null,
    found: hook,
    foundConnect(app) {
      connect = app
    },
  })
  return { middleware: quasar, hook: (app) => hook(app as App) }
}
